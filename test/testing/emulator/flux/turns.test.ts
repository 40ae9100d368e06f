import { expect, test } from 'vitest';
import { muxWav } from '../../../../src/testing/media/wav.ts';
import type { RecogniserFactory } from '../../../../src/testing/recognisers/recogniser.ts';
import { numberedRecogniser, speakNumbered } from '../../../../src/testing/recognisers/numbered.ts';
import { count, interleave, speak, speakScript } from '../../../../src/testing/recognisers/tone-speaker.ts';
import { toneRecogniser } from '../../../../src/testing/recognisers/tone.ts';
import { spelled } from '../client.ts';
import { FluxClient, type FluxMessage, SAMPLE_RATE as sampleRate, silence } from './client.ts';
import { breachesIn } from './rules.ts';

const script = (...steps: Parameters<typeof speakScript>[0]) => speakScript(steps, { sampleRate });
const pause = (pauseMs: number) => ({ pauseMs });
const seconds = (messages: readonly FluxMessage[]) => messages.map((each) => each.audio_window_end);

test('Connected comes first, before any audio, with sequence_id 0 as its last key', () => {
  const { texts, connection } = new FluxClient();
  expect(texts).toEqual([`{"type":"Connected","request_id":"${connection.requestId}","sequence_id":0}`]);
});

test('Updates come every 0.24 s of audio, in silence too, and not with time', () => {
  const client = new FluxClient();
  client.stream(silence(1));
  client.clock.advance(30_000);
  client.stream(silence(0.5));
  expect(seconds(client.turns('Update')).map((end) => end?.toFixed(2))).toEqual([
    '0.24',
    '0.48',
    '0.72',
    '0.96',
    '1.20',
    '1.44',
  ]);
  expect(
    client.turns('Update').every(({ transcript, words }) => transcript === '' && words?.length === 0),
  ).toBe(true);
});

test('a turn begins after its first word, ends in silence, and the next window begins where it ended', () => {
  const client = new FluxClient();
  client.stream(script(pause(500), { say: [1, 2] }, pause(1_500), { say: [3] }, pause(1_500)));
  expect(client.story).toEqual(['StartOfTurn 0', 'EndOfTurn 0 model', 'StartOfTurn 1', 'EndOfTurn 1 model']);
  const [first, second] = client.turns('EndOfTurn');
  expect(first).toMatchObject({ transcript: '0001 0002', audio_window_start: 0 });
  expect(second).toMatchObject({ transcript: '0003', audio_window_start: first?.audio_window_end });
  // The voice ends at 1.32 s.
  expect(first?.audio_window_end).toBeCloseTo(1.32 + 0.72, 0);
  expect(client.emulator.transcript()).toEqual(spelled([1, 2, 3]));
  expect(breachesIn(client.texts, { eot: 0.7 })).toEqual([]);
});

test('StartOfTurn comes a step or more after the first text, with an Update between them or without', () => {
  const client = new FluxClient();
  client.stream(script(...count(1, 6).flatMap((word) => [{ say: [word] }, pause(1_200)])));
  const starts = client.turns('StartOfTurn');
  expect(starts).toHaveLength(6);
  for (const start of starts) {
    // A word is known at its end.
    const knownAt = start.words?.[0]?.end ?? 0;
    expect((start.audio_window_end ?? 0) - knownAt).toBeGreaterThan(0.079);
  }
  const hasTextBefore = starts.map(({ turn_index: index }) =>
    client
      .turns('Update')
      .some(
        (each) =>
          each.turn_index === index &&
          each.transcript !== '' &&
          each.sequence_id < (starts[index ?? 0]?.sequence_id ?? 0),
      ),
  );
  expect(new Set(hasTextBefore)).toEqual(new Set([true, false]));
});

test('while the confidence is high an Update comes at every step, and a state event replaces the one that is due', () => {
  const client = new FluxClient('eager_eot_threshold=0.5&eot_threshold=0.9');
  client.stream(script({ say: [1] }, pause(2_000)));
  const windows = client.of('TurnInfo').map((each) => Math.round((each.audio_window_end ?? 0) / 0.08));
  expect(new Set(windows).size).toBe(windows.length);
  const eager = Math.round((client.turns('EagerEndOfTurn')[0]?.audio_window_end ?? 0) / 0.08);
  expect(windows).toEqual(expect.arrayContaining([eager - 2, eager - 1, eager, eager + 1]));
  expect(breachesIn(client.texts, { eot: 0.9, eager: 0.5 })).toEqual([]);
});

test('words are shown wrong first, earlier ones change too, and all are right before an end of turn', () => {
  const client = new FluxClient('eager_eot_threshold=0.6');
  client.stream(script({ say: count(1, 20) }, pause(1_500)));
  const shown = client.turns('Update').map(({ words = [] }) => words.map(({ word }) => word));
  const all = spelled(count(1, 20));
  expect(shown.some((words) => words.length > 0 && words.at(-1) !== all[words.length - 1])).toBe(true);
  expect(shown.some((words) => words.slice(0, -1).some((word, i) => word !== all[i]))).toBe(true);
  const ends = [...client.turns('EagerEndOfTurn'), ...client.turns('EndOfTurn')];
  expect(ends.map(({ transcript }) => transcript)).toEqual([all.join(' '), all.join(' ')]);
});

test('an eager end is taken back when speech goes on, and comes again', () => {
  const client = new FluxClient('eager_eot_threshold=0.5&eot_threshold=0.9');
  client.stream(script({ say: [1, 2] }, pause(650), { say: [3] }, pause(2_000)));
  expect(client.story).toEqual([
    'StartOfTurn 0',
    'EagerEndOfTurn 0',
    'TurnResumed 0',
    'EagerEndOfTurn 0',
    'EndOfTurn 0 model',
  ]);
  expect(client.turns('EagerEndOfTurn').map(({ transcript }) => transcript)).toEqual([
    '0001 0002',
    '0001 0002 0003',
  ]);
  expect(breachesIn(client.texts, { eot: 0.9, eager: 0.5 })).toEqual([]);
});

test('TurnResumed comes with the voice, before its first word', () => {
  const client = new FluxClient('eager_eot_threshold=0.5&eot_threshold=0.9');
  client.stream(script({ say: [1, 2] }, pause(650), { say: [3] }, pause(100)));
  expect(client.turns('TurnResumed')).toMatchObject([{ transcript: '0001 0002' }]);
});

test('a sound without words is no silence: no turn ends in it', () => {
  const client = new FluxClient();
  const howl = silence(3).map((_, i) => (i % 2 === 0 ? 8_000 : -8_000));
  client.stream(script({ say: [1] }, pause(200)));
  client.stream(howl);
  expect(client.story).toEqual(['StartOfTurn 0']);
  client.stream(silence(1.5));
  expect(client.story).toEqual(['StartOfTurn 0', 'EndOfTurn 0 model']);
});

test('a short pause makes the confidence high for some steps, and no eager end', () => {
  const client = new FluxClient('eager_eot_threshold=0.5&eot_threshold=0.9');
  client.stream(script({ say: [1, 2] }, pause(400), { say: [3] }, pause(100)));
  expect(client.turns('Update').some((each) => (each.end_of_turn_confidence ?? 0) > 0.5)).toBe(true);
  expect(client.story).toEqual(['StartOfTurn 0']);
});

test('without an eager threshold there is no eager end', () => {
  const client = new FluxClient();
  client.stream(script({ say: [1] }, pause(2_000)));
  expect(client.story).toEqual(['StartOfTurn 0', 'EndOfTurn 0 model']);
});

test('a threshold of 1.0 leaves the end to the timeout, which runs on the time of the audio', () => {
  const client = new FluxClient('eot_threshold=1.0&eot_timeout_ms=3000');
  client.stream(script({ say: [1] }, pause(2_000)));
  client.clock.advance(20_000);
  client.stream(silence(0.7));
  expect(client.story).toEqual(['StartOfTurn 0']);
  client.stream(script({ say: [2] }, pause(3_500)));
  expect(client.story).toEqual(['StartOfTurn 0', 'EndOfTurn 0 timeout']);
  expect(client.emulator.transcript()).toEqual(spelled([1, 2]));
});

test.each([
  [
    'tone',
    toneRecogniser,
    script(pause(300), { say: count(1, 6) }, pause(1_500), { say: [7] }, pause(1_000)),
  ],
  ['numbered', numberedRecogniser, speakNumbered(count(1, 6), { sampleRate, gapMs: 600 })],
] as const)(
  'how the audio is cut on its way changes nothing for the %s recogniser',
  (_, recogniser, audio) => {
    const told = [20, 80, 250].map((chunkMs) => {
      const client = new FluxClient('eager_eot_threshold=0.5', { maxPace: Infinity, recogniser });
      client.stream(audio, chunkMs);
      client.send({ type: 'CloseStream' });
      return client.texts;
    });
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  },
);

test('the multilingual model reports the detected and the hinted languages', () => {
  const query = `model=flux-general-multi&encoding=linear16&sample_rate=${sampleRate}&language_hint=en&language_hint=es`;
  const client = new FluxClient(query);
  client.stream(script(pause(300), { say: [1] }, pause(1_500)));
  const [end] = client.turns('EndOfTurn');
  expect(Object.keys(end ?? {}).slice(-4)).toEqual([
    'trigger',
    'languages',
    'languages_hinted',
    'sequence_id',
  ]);
  expect(end).toMatchObject({ languages: ['en'], languages_hinted: ['en', 'es'] });
  expect(client.turns('Update')[0]).toMatchObject({ languages: [], languages_hinted: ['en', 'es'] });
  expect(new FluxClient().of('TurnInfo').every((each) => !('languages' in each))).toBe(true);
});

test('times are 32-bit numbers: windows in their shortest form, words counted back from the window', () => {
  const client = new FluxClient();
  client.stream(script({ say: count(1, 12) }, pause(500)));
  const noisy = seconds(client.of('TurnInfo')).filter((end) => String(end).length > 5);
  expect(noisy.length).toBeGreaterThan(3);
  const word = client.turns('Update').at(-1)?.words?.[0];
  expect(word?.end).not.toBe(Math.round((word?.end ?? 0) / 0.08) * 0.08);
  expect(word?.end).toBeCloseTo(0.32, 4);
  // From 0.5 to 0.82 s: it never seems shorter than it is.
  const second = client.turns('Update').at(-1)?.words?.[1];
  expect([second?.start, second?.end]).toEqual([expect.closeTo(0.48, 4), expect.closeTo(0.88, 4)]);
});

test('words numbered sample by sample are reported once each, at any sample rate that is allowed', () => {
  const query = 'model=flux-general-en&encoding=linear16&sample_rate=200';
  const client = new FluxClient(query, {
    recogniser: numberedRecogniser,
    fluxSampleRate: 'any',
    maxPace: Infinity,
  });
  client.stream(speakNumbered(count(1, 10), { sampleRate: 200, gapMs: 100 }));
  client.stream(new Int16Array(400));
  expect(client.emulator.transcript()).toEqual(spelled(count(1, 10)));
  expect(breachesIn(client.texts, { eot: 0.7 })).toEqual([]);
});

/** Knows these words when so much has been heard, and says nothing of a voice. */
function knowing(words: readonly { word: string; end: number; knownAt: number }[]): RecogniserFactory {
  return (format, listener) => {
    let heard = 0;
    return {
      accept: (samples) => {
        heard += samples.length / format.sampleRate;
        const known = words.filter(({ knownAt }) => knownAt <= heard + 1e-6);
        const interim = known.map(({ word, end }) => ({ word, start: end - 0.1, end, confidence: 0.9 }));
        listener.interim(interim, heard);
      },
      flush: (flushed) => flushed(),
      close: () => undefined,
    };
  };
}

test('a word that is recognised late, in silence, is right in the end of its turn', () => {
  const early = ['a', 'b', 'c', 'd'].map((word, i) => ({
    word,
    end: 0.55 + i * 0.1,
    knownAt: 0.6 + i * 0.1,
  }));
  const words = [...early, { word: 'e', end: 0.86, knownAt: 1.6 }];
  const client = new FluxClient('eot_threshold=0.8', { recogniser: knowing(words) });
  client.stream(silence(3));
  expect(client.turns('EndOfTurn')).toMatchObject([{ transcript: 'a b c d e' }]);
});

test('uses the words of a recogniser that reports no voice', () => {
  const recogniser = knowing([{ word: 'hello', end: 0.6, knownAt: 0.6 }]);
  const client = new FluxClient('', { recogniser });
  client.stream(silence(2));
  expect(client.story).toEqual(['StartOfTurn 0', 'EndOfTurn 0 model']);
  expect(client.emulator.transcript()).toEqual(['hello']);
});

test('a container shows its own format, and two channels are heard as one', () => {
  const client = new FluxClient('model=flux-general-en', { maxPace: Infinity });
  const one = speak([1], { sampleRate, gapMs: 2_000 });
  const { header, chunks } = muxWav(interleave(one, one), { sampleRate, channels: 2 });
  for (const chunk of [header, ...chunks]) client.connection.receiveBinary(chunk.slice());
  expect(client.emulator.finals).toMatchObject([{ channel: 0, words: ['0001'], speechFinal: true }]);
});
