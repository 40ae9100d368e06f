import { expect, test } from 'vitest';
import { speakScript } from '../../../../src/testing/recognisers/tone-speaker.ts';
import type { RecogniserFactory } from '../../../../src/testing/recognisers/recogniser.ts';
import { spelled } from '../client.ts';
import { FluxClient, SAMPLE_RATE as sampleRate, silence } from './client.ts';
import { breachesIn } from './rules.ts';

const script = (...steps: Parameters<typeof speakScript>[0]) => speakScript(steps, { sampleRate });
const pause = (pauseMs: number) => ({ pauseMs });

test('Configure is answered by the whole active configuration, and holds from there on', () => {
  const client = new FluxClient('keyterm=one&profanity_filter=true');
  client.send({ type: 'Configure', thresholds: { eager_eot_threshold: 0.4 }, numerals: true });
  client.send({ type: 'Configure', keyterms: [], thresholds: { eot_threshold: 1 } });
  const { requestId: request_id } = client.connection;
  const common = { type: 'ConfigureSuccess', request_id };
  expect(client.of('ConfigureSuccess')).toEqual([
    {
      ...common,
      thresholds: { eot_threshold: 0.7, eager_eot_threshold: 0.4, eot_timeout_ms: 5_000 },
      keyterms: ['one'],
      profanity_filter: true,
      numerals: true,
      sequence_id: 1,
    },
    {
      ...common,
      thresholds: { eot_threshold: 1, eager_eot_threshold: 0.4, eot_timeout_ms: 5_000 },
      keyterms: [],
      profanity_filter: true,
      numerals: true,
      sequence_id: 2,
    },
  ]);
  client.stream(script({ say: [1] }, pause(2_000)));
  expect(client.story).toEqual(['StartOfTurn 0', 'EagerEndOfTurn 0']);
});

test('language hints replace those of the address, null keeps them, and the English model has none', () => {
  const query = `model=flux-general-multi&encoding=linear16&sample_rate=${sampleRate}&language_hint=en`;
  const client = new FluxClient(query);
  client.send({ type: 'Configure', language_hints: null });
  client.send({ type: 'Configure', language_hints: ['es', 'fr'] });
  client.stream(silence(0.3));
  expect(client.of('ConfigureSuccess').map((each) => each['language_hints'])).toEqual([['en'], ['es', 'fr']]);
  expect(client.turns('Update')[0]).toMatchObject({ languages_hinted: ['es', 'fr'] });
  const english = new FluxClient();
  english.send({ type: 'Configure', language_hints: ['es'] });
  expect(english.of('ConfigureFailure')).toMatchObject([{ code: 'INVALID_LANGUAGE_HINT' }]);
});

test.each([
  ['a threshold out of range', { thresholds: { eot_threshold: 0.4 } }, 'INVALID_THRESHOLD'],
  ['an eager threshold above the other', { thresholds: { eager_eot_threshold: 0.8 } }, 'INVALID_THRESHOLD'],
  ['a timeout out of range', { thresholds: { eot_timeout_ms: 100 } }, 'INVALID_THRESHOLD'],
  ['too many keyterms', { keyterms: Array.from({ length: 101 }, () => 'x') }, 'INVALID_KEYTERM'],
])('%s is a ConfigureFailure: nothing of the change is taken, and the stream goes on', (_, change, code) => {
  const client = new FluxClient();
  client.send({ type: 'Configure', numerals: true, ...change });
  client.send({ type: 'Configure' });
  expect(client.of('ConfigureFailure')).toMatchObject([{ code, sequence_id: 1 }]);
  expect(client.of('ConfigureSuccess')).toMatchObject([
    { thresholds: { eot_threshold: 0.7, eot_timeout_ms: 5_000 }, keyterms: [], numerals: false },
  ]);
  expect(client.closed).toBeUndefined();
});

test('Configure waits behind the audio before it, and a second one is refused meanwhile', () => {
  const client = new FluxClient();
  client.connection.stallResults();
  client.stream(silence(0.24));
  client.send({ type: 'Configure', numerals: true });
  client.send({ type: 'Configure', numerals: false });
  expect(client.texts).toHaveLength(1);
  client.connection.resumeResults();
  expect(client.messages.slice(1)).toMatchObject([
    { type: 'TurnInfo' },
    { type: 'ConfigureSuccess', numerals: true },
    { type: 'ConfigureFailure', description: 'Too many pending Configure messages.' },
  ]);
});

test('ForceEndTurn ends the turn with what is decoded, and the word being said belongs to the next', () => {
  const client = new FluxClient();
  client.stream(script({ say: [1, 2] }).subarray(0, sampleRate * 0.9));
  client.stream(script({ say: [3] }).subarray(0, sampleRate * 0.2));
  client.send({ type: 'ForceEndTurn' });
  client.stream(script({ say: [3] }).subarray(sampleRate * 0.2));
  client.stream(silence(1.5));
  expect(client.story).toEqual(['StartOfTurn 0', 'EndOfTurn 0 manual', 'StartOfTurn 1', 'EndOfTurn 1 model']);
  expect(client.turns('EndOfTurn').map(({ transcript }) => transcript)).toEqual(['0001 0002', '0003']);
  expect(client.emulator.finals.map((final) => final.fromFinalize)).toEqual([true, false]);
  expect(breachesIn(client.texts, { eot: 0.7 })).toEqual([]);
});

test('ForceEndTurn right after a word that is first shown wrong gives the right word', () => {
  const client = new FluxClient();
  client.stream(script({ say: [1, 2, 3, 4, 5] }).subarray(0, sampleRate * 2.42));
  client.send({ type: 'ForceEndTurn' });
  expect(client.turns('EndOfTurn')).toMatchObject([{ transcript: spelled([1, 2, 3, 4, 5]).join(' ') }]);
});

test('ForceEndTurn after an eager end needs no TurnResumed', () => {
  const client = new FluxClient('eager_eot_threshold=0.5&eot_threshold=0.9');
  client.stream(script({ say: [1] }, pause(700)));
  client.send({ type: 'ForceEndTurn' });
  expect(client.story).toEqual(['StartOfTurn 0', 'EagerEndOfTurn 0', 'EndOfTurn 0 manual']);
  expect(breachesIn(client.texts, { eot: 0.9, eager: 0.5 })).toEqual([]);
});

test('ForceEndTurn without a turn is a Warning, and no turn is counted', () => {
  const client = new FluxClient();
  client.stream(silence(0.5));
  client.send({ type: 'ForceEndTurn' });
  client.stream(script({ say: [1] }, pause(1_500)));
  expect(client.of('Warning')).toMatchObject([{ code: 'FORCE_END_TURN_NO_ACTIVE_TURN' }]);
  expect(client.turns('EndOfTurn')).toMatchObject([{ turn_index: 0 }]);
  expect(breachesIn(client.texts, { eot: 0.7 })).toEqual([]);
});

test('forceEndTurn: where it is not enabled, it closes the connection', () => {
  const client = new FluxClient('', { forceEndTurn: 'not-enabled' });
  client.send({ type: 'ForceEndTurn' });
  expect(client.of('Error')).toMatchObject([{ code: 'UNPARSABLE_CLIENT_MESSAGE' }]);
  expect(client.closed?.code).toBe(1005);
});

test.each([
  ['{"type":"KeepAlive"}'],
  ['{"type":"Finalize"}'],
  ['hello'],
  ['[]'],
  ['{"type":"Configure","numerals":"true"}'],
  ['{"type":"Configure","features":{"numerals":true}}'],
  ['{"type":"Configure","keyterms":"one"}'],
  ['{"type":"Configure","thresholds":{"eot_threshold":"0.8"}}'],
  ['{"type":"CloseStream","now":true}'],
])('%s is an Error, and the connection closes without a code', (text) => {
  const client = new FluxClient();
  client.connection.receiveText(text);
  expect(client.messages.at(-1)).toMatchObject({
    type: 'Error',
    code: 'UNPARSABLE_CLIENT_MESSAGE',
    sequence_id: 1,
  });
  expect(Object.keys(client.messages.at(-1) ?? {}).at(-1)).toBe('sequence_id');
  expect(client.closed?.code).toBe(1005);
  expect(client.connection.end).toMatchObject({ by: 'server', code: 1005 });
  expect(client.clock.pendingTimers).toBe(0);
});

test('audio that cannot be decoded is an Error, too', () => {
  const client = new FluxClient('model=flux-general-en');
  client.connection.receiveBinary(new Uint8Array(1_000).fill(7));
  expect(client.of('Error')).toHaveLength(1);
  expect(client.closed?.code).toBe(1005);
});

test('CloseStream brings the Updates that are due, no end of turn, no Metadata, and a close without a code', () => {
  const client = new FluxClient('', { maxPace: 1 });
  client.connection.receiveBinary(new Uint8Array(script(pause(500), { say: [1, 2] }).buffer));
  client.send({ type: 'CloseStream' });
  client.clock.advance(5_000);
  expect(client.messages.at(-1)).toMatchObject({ event: 'Update', turn_index: 0 });
  expect(client.story).toEqual(['StartOfTurn 0']);
  expect(client.closed?.code).toBe(1005);
  expect(client.clock.pendingTimers).toBe(0);
});

test('CloseStream waits for a slow recogniser, and sends its last results', () => {
  const slow: RecogniserFactory = ({ sampleRate: rate }, listener) => {
    let samples = 0;
    const word = { word: 'late', start: 0.2, end: 0.5, confidence: 0.9 };
    return {
      accept: (more) => (samples += more.length),
      flush: (flushed) => {
        listener.final([word], samples / rate, false);
        flushed();
      },
      close: () => undefined,
    };
  };
  const client = new FluxClient('', { recogniser: slow });
  client.stream(silence(1));
  expect(client.of('TurnInfo')).toEqual([]);
  client.send({ type: 'CloseStream' });
  expect(client.of('TurnInfo').at(-1)).toMatchObject({ transcript: 'late', audio_window_end: 0.96 });
  expect(client.closed?.code).toBe(1005);
});

test('fluxTail: audio shorter than the time between two Updates is in none of them, or in a last one', () => {
  const ends = (['withheld', 'sent'] as const).map((fluxTail) => {
    const client = new FluxClient('', { fluxTail });
    client.stream(silence(0.9));
    client.send({ type: 'CloseStream' });
    return client.of('TurnInfo').at(-1)?.audio_window_end?.toFixed(2);
  });
  expect(ends).toEqual(['0.72', '0.88']);
});

test('emptyBinary: an empty binary message ends the stream as CloseStream does', () => {
  const client = new FluxClient();
  client.connection.receiveBinary(new Uint8Array(0));
  expect(client.closed?.code).toBe(1005);
});

test('a minute without a frame or a ping is an Error, and the connection closes', () => {
  const client = new FluxClient();
  client.stream(silence(1));
  client.clock.advance(59_979);
  expect(client.closed).toBeUndefined();
  expect(client.connection.idleLeftMs).toBe(1);
  client.clock.advance(1);
  expect(client.messages.at(-1)).toMatchObject({ type: 'Error', code: 'INACTIVE_CLIENT' });
  expect(client.closed).toEqual({ atMs: 60_980, code: 1005 });
});

test('pings hold a connection, and count in its longest silence', () => {
  const client = new FluxClient();
  for (let i = 0; i < 10; i += 1) {
    client.clock.advance(50_000);
    client.connection.receivePing();
  }
  expect(client.closed).toBeUndefined();
  expect(client.connection.longestOutboundSilenceMs).toBe(50_000);
});

test('fluxIdleTimeoutMs sets the idle timeout', () => {
  const client = new FluxClient('', { fluxIdleTimeoutMs: 5_000 });
  client.clock.advance(5_000);
  expect(client.closed?.code).toBe(1005);
});

test('sends all words before CloseStream, for any chunks', () => {
  const client = new FluxClient('', { maxPace: Infinity });
  client.stream(script({ say: [1, 2, 3] }, pause(250)));
  client.send({ type: 'CloseStream' });
  const last = client.of('TurnInfo').at(-1);
  expect(last?.transcript).toBe(spelled([1, 2, 3]).join(' '));
});
