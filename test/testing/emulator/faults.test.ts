import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/testing/clock/virtual-clock.ts';
import { Emulator } from '../../../src/testing/emulator/emulator.ts';
import {
  MALFORMED_MESSAGES,
  close,
  cut,
  dropOnCloseStream,
  duplicateResults,
  flap,
  halfOpen,
  malformed,
  refuse,
  stallResults,
  throttle,
} from '../../../src/testing/emulator/faults.ts';
import { count, speak } from '../../../src/testing/recognisers/tone-speaker.ts';
import { BareClient, SAMPLE_RATE as sampleRate, silence, spelled } from './client.ts';

const ten = speak(count(0, 10), { sampleRate });
const QUERY = 'interim_results=true&endpointing=300';
const handshake = { url: '/v1/listen', authorization: 'Token key' };

function faulty(...faults: Parameters<Emulator['onConnection']>[1][]): BareClient {
  return new BareClient(QUERY, {}, (emulator) => emulator.onConnection(1, ...faults));
}

test('cut after so much audio breaks the connection there', () => {
  const client = faulty(cut({ afterAudioMs: 2_000 }), close(1012, 'never to be', { afterMs: 60_000 }));
  client.stream(ten);
  expect(client.closed).toEqual({ atMs: 1_980, code: 1006, reason: '' });
  expect(client.connection.end).toMatchObject({ by: 'network' });
  expect(client.clock.pendingTimers).toBe(0);
});

test('close after so much time closes with code and reason', () => {
  const client = faulty(close(1012, 'restart', { afterMs: 1_500 }));
  client.stream(ten);
  expect(client.closed).toEqual({ atMs: 1_500, code: 1012, reason: 'restart' });
});

test('a silent server answers nothing again, ends nothing, and counts as open', () => {
  const client = faulty(halfOpen({ afterMs: 1_100 }));
  client.stream(silence(3));
  expect(client.clock.pendingTimers).toBe(0);
  const answers = client.texts.length;
  client.stream(silence(60));
  client.send({ type: 'CloseStream' });
  client.clock.advance(600_000);
  client.connection.close(1000);
  expect(client.texts).toHaveLength(answers);
  expect(client.closed).toBeUndefined();
  expect(client.emulator.openConnections).toHaveLength(1);
});

test('stalled results come after the stall, complete', () => {
  const client = faulty(stallResults({ afterMs: 1_000, forMs: 4_000 }));
  client.stream(ten.subarray(0, 4 * sampleRate));
  const during = client.emulator.finals.filter((final) => final.atMs > 1_000 && final.atMs < 5_000);
  expect(during).toEqual([]);
  client.stream(ten.subarray(4 * sampleRate));
  client.send({ type: 'CloseStream' });
  client.clock.advance(10_000);
  expect(client.words()).toEqual(spelled(count(0, 10)));
});

test('a throttled connection falls behind and loses nothing', () => {
  const client = faulty(throttle(0.5));
  client.stream(ten);
  client.send({ type: 'CloseStream' });
  expect(client.closed).toBeUndefined();
  client.clock.advance(6_000);
  expect(client.closed).toMatchObject({ code: 1000 });
  expect(client.words()).toEqual(spelled(count(0, 10)));
});

test('malformed messages are sent, and the session goes on', () => {
  const client = faulty(malformed({ afterMs: 500 }));
  client.stream(ten);
  client.send({ type: 'CloseStream' });
  expect(client.texts).toEqual(expect.arrayContaining([...MALFORMED_MESSAGES]));
  expect(client.binaryCount).toBe(1);
  expect(client.emulator.transcript()).toEqual(spelled(count(0, 10)));
});

test('duplicated Results come twice, byte for byte', () => {
  const client = faulty(duplicateResults());
  client.stream(ten);
  client.send({ type: 'CloseStream' });
  const results = client.texts.filter((text) => text.startsWith('{"type":"Results"'));
  expect(results.length).toBeGreaterThan(4);
  for (let i = 0; i < results.length; i += 2) expect(results[i]).toBe(results[i + 1]);
});

test.each([
  ['results', 0],
  ['metadata', 1],
] as const)('a drop on CloseStream, before %s, cuts the drain there', (before, lastFinals) => {
  const client = new BareClient('endpointing=false', {}, (emulator) =>
    emulator.onConnection(1, dropOnCloseStream(before)),
  );
  client.stream(speak([1], { sampleRate }));
  client.send({ type: 'CloseStream' });
  expect(client.closed).toMatchObject({ code: 1006 });
  expect(client.finals).toHaveLength(lastFinals);
  expect(client.of('Metadata')).toEqual([]);
});

test('a flapping server accepts and closes at once, as often as said', () => {
  const client = new BareClient(QUERY, {}, (emulator) =>
    emulator.flap({ times: 2, code: 1013, reason: 'later' }),
  );
  client.clock.advance(0);
  expect(client.closed).toEqual({ atMs: 0, code: 1013, reason: 'later' });
});

test('handshakes are refused in the order planned, then accepted', () => {
  const emulator = new Emulator({ clock: new VirtualClock() });
  emulator.refuse(503, { times: 2 });
  emulator.hang();
  emulator.onConnection(5, refuse(429, 'Too many'));
  const kinds = Array.from({ length: 6 }, () => emulator.handshake(handshake).kind);
  expect(kinds).toEqual(['refuse', 'refuse', 'hang', 'accept', 'refuse', 'accept']);
  expect(emulator.refusals.map((refusal) => [refusal.attempt, refusal.status])).toEqual([
    [1, 503],
    [2, 503],
    [5, 429],
  ]);
});

test('planned and drawn faults add up on one connection', () => {
  const client = new BareClient(QUERY, { faultsOf: () => [duplicateResults()] }, (emulator) => {
    emulator.onConnection(1, cut({ afterAudioMs: 3_000 }));
  });
  client.stream(ten);
  expect(client.closed?.code).toBe(1006);
  expect(client.interims.length % 2).toBe(0);
});

test('a flap planned for a connection closes it too', () => {
  const client = faulty(flap());
  client.clock.advance(0);
  expect(client.closed?.code).toBe(1011);
});

test('the log is bounded, and its counts and silences go on', () => {
  const client = new BareClient(QUERY, { maxLogEntries: 10 });
  client.stream(silence(2));
  client.clock.advance(5_000);
  expect(client.connection.received).toHaveLength(10);
  expect(client.connection.receivedCount).toBe(100);
  expect(client.connection.longestOutboundSilenceMs).toBe(5_020);
});
