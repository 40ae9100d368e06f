/** The live service and the emulator, by the same rules and on the same audio. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../src/testing/clock/virtual-clock.ts';
import { Emulator } from '../../../../src/testing/emulator/emulator.ts';
import { startVosk } from '../../../../src/testing/recognisers/vosk/host.ts';
import type { FluxMessage } from './client.ts';
import { breachesIn } from './rules.ts';

const FOLDER = new URL('../../flux-capture/', import.meta.url);
const capture = JSON.parse(readFileSync(new URL('frames.json', FOLDER), 'utf8')) as {
  url: string;
  frames: string[];
};
const CHUNK_BYTES = 2_560;
const HEADER_BYTES = 44;
const THRESHOLDS = { eot: 0.7, eager: 0.5 };
/** Sent after about two seconds, as in the capture. */
const CONFIGURE = { type: 'Configure', thresholds: { eot_threshold: 0.8 }, keyterms: ['Deepgram'] };

const read = (frames: readonly string[]) => frames.map((frame) => JSON.parse(frame) as FluxMessage);
const turnsOf = (frames: readonly string[]) => read(frames).filter(({ type }) => type === 'TurnInfo');

/** The frames of the emulator for the audio of the capture, with the silence that followed it there. */
async function emulated(): Promise<string[]> {
  const host = await startVosk();
  const clock = new VirtualClock();
  const emulator = new Emulator({ clock, recogniser: host.recogniser });
  const frames: string[] = [];
  const { pathname, search } = new URL(capture.url);
  const outcome = emulator.handshake({ url: pathname + search, authorization: 'Token key' });
  if (outcome.kind !== 'accept') throw new Error(outcome.kind);
  const nothing = () => undefined;
  const wire = {
    binary: nothing,
    close: nothing,
    cut: nothing,
    halfOpen: nothing,
    pause: nothing,
    resume: nothing,
  };
  const connection = emulator.open(outcome, { ...wire, text: (json) => frames.push(json) });
  const speech = readFileSync(new URL('preamble-16k.wav', FOLDER)).subarray(HEADER_BYTES);
  const audio = Buffer.concat([speech, Buffer.alloc(22 * 32_000 - speech.length)]);
  for (let at = 0; at < audio.length; at += CHUNK_BYTES) {
    connection.receiveBinary(new Uint8Array(audio.subarray(at, at + CHUNK_BYTES)));
    if (at === 25 * CHUNK_BYTES) connection.receiveText(JSON.stringify(CONFIGURE));
    clock.advance(80);
    await host.caughtUp();
  }
  connection.receiveText('{"type":"CloseStream"}');
  await host.caughtUp();
  await host.close();
  return frames;
}

describe('the same audio, processed by the live service and by the emulator', () => {
  let ours: string[];
  beforeAll(async () => {
    ours = await emulated();
  }, 120_000);

  test.each(['the live service', 'the emulator'])('%s keeps every rule', (who) => {
    expect(breachesIn(who === 'the emulator' ? ours : capture.frames, THRESHOLDS)).toEqual([]);
  });

  test('shows the same types of messages and events', () => {
    const kinds = (frames: readonly string[]) =>
      [...new Set(read(frames).map(({ type, event }) => `${type} ${event ?? ''}`))].toSorted();
    expect(kinds(ours)).toEqual(expect.arrayContaining(kinds(capture.frames)));
  });

  test('has the same cadence: as many messages for the audio, within a fifth', () => {
    const [theirs, mine] = [turnsOf(capture.frames), turnsOf(ours)].map(
      (turns) => turns.length / (turns.at(-1)?.audio_window_end ?? 0),
    );
    expect(mine! / theirs!).toBeGreaterThan(0.8);
    expect(mine! / theirs!).toBeLessThan(1.2);
  });

  test('recognises nine words of ten as the live service does, in turns that end after the speech', () => {
    const ends = (frames: readonly string[]) => turnsOf(frames).filter(({ event }) => event === 'EndOfTurn');
    const words = (frames: readonly string[]) =>
      ends(frames)
        .flatMap(({ transcript = '' }) => transcript.split(' '))
        .map((word) => word.toLowerCase().replaceAll(/[^a-z]/g, ''));
    const theirs = words(capture.frames);
    const mine = new Set(words(ours));
    expect(theirs.filter((word) => mine.has(word)).length / theirs.length).toBeGreaterThan(0.9);
    expect(ends(ours).at(-1)?.audio_window_end).toBeGreaterThan(18.4);
    expect(ends(ours).at(-1)?.audio_window_end).toBeLessThan(20.5);
  });

  test('changes words that it had shown before, like the live service', () => {
    const changes = (frames: readonly string[]) => {
      const turns = turnsOf(frames);
      return turns.filter(({ transcript = '', turn_index: index }, i) => {
        const before = turns[i - 1];
        return before?.turn_index === index && !transcript.startsWith(before?.transcript ?? '');
      }).length;
    };
    expect(changes(capture.frames)).toBeGreaterThan(5);
    expect(changes(ours)).toBeGreaterThan(5);
  });
});

describe('the rules themselves detect', () => {
  const frames = capture.frames;
  const edited = (at: number, change: (message: FluxMessage) => object) =>
    frames.map((frame, i) => (i === at ? JSON.stringify(change(JSON.parse(frame) as FluxMessage)) : frame));

  test.each<[string, string[]]>([
    ['a message that is missing', frames.toSpliced(50, 1)],
    ['a message that comes twice', frames.toSpliced(50, 0, frames[50] ?? '')],
    ['an Update where the turn should have begun', edited(4, (each) => ({ ...each, event: 'Update' }))],
    ['an eager end that is missing', edited(85, (each) => ({ ...each, event: 'TurnResumed' }))],
    [
      'an end of turn without the confidence',
      edited(87, (each) => ({ ...each, end_of_turn_confidence: 0.79 })),
    ],
    ['an end of turn with other words', edited(87, (each) => ({ ...each, transcript: 'We', words: [] }))],
    ['a gap between two turns', edited(88, (each) => ({ ...each, audio_window_start: 20.08 }))],
    ['a time between two steps', edited(60, (each) => ({ ...each, audio_window_end: 13.9 }))],
    [
      'a time that no 32-bit number is written as',
      edited(60, (each) => ({ ...each, audio_window_end: 13.92000001 })),
    ],
    ['a sequence_id in front', edited(60, ({ sequence_id: id, ...rest }) => ({ sequence_id: id, ...rest }))],
    ['a key that is not known', edited(9, (each) => ({ is_final: true, ...each }))],
  ])('%s', (_, broken) => {
    expect(breachesIn(broken, THRESHOLDS)).not.toEqual([]);
  });
});
