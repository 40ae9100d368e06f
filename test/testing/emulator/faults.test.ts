import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/testing/clock/virtual-clock.ts';
import { Emulator } from '../../../src/testing/emulator/emulator.ts';
import {
  MALFORMED_MESSAGES,
  blackhole,
  close,
  cut,
  drop,
  dropOnCloseStream,
  duplicateResults,
  flap,
  halfOpen,
  malformed,
  refuse,
  reorderResults,
  slow,
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

test('a slow server sends everything late, in order, its close last', () => {
  const prompt = faulty();
  const late = faulty(slow(2_500));
  for (const client of [prompt, late]) {
    client.stream(ten);
    client.send({ type: 'CloseStream' });
  }
  expect(prompt.closed).toMatchObject({ code: 1000 });
  expect(late.closed).toBeUndefined();
  late.clock.advance(2_500);
  expect(late.closed).toMatchObject({ code: 1000, atMs: (prompt.closed?.atMs ?? 0) + 2_500 });
  const withoutId = (client: BareClient) =>
    client.texts.map((text) => text.replaceAll(/"created":"[^"]*"/g, ''));
  expect(withoutId(late)).toEqual(withoutId(prompt));
});

test('a result that waits for a swap is dropped with its connection', () => {
  const client = faulty(reorderResults());
  client.stream(silence(1.1));
  expect(client.connection.sentCount).toBe(1);
  expect(client.messages).toEqual([]);
  client.connection.cut();
  expect(client.clock.pendingTimers).toBe(0);
});

test('a connection whose faults are cleared drains cleanly', () => {
  const client = faulty(dropOnCloseStream());
  client.connection.heal();
  client.stream(silence(1));
  client.send({ type: 'CloseStream' });
  expect(client.closed?.code).toBe(1000);
});

test('reordered Results come in pairs the wrong way round, all of them, and Metadata stays the last', () => {
  const straight = faulty();
  const client = faulty(reorderResults());
  client.clock.advance(0);
  for (const each of [straight, client]) {
    each.stream(ten);
    each.send({ type: 'CloseStream' });
  }
  const results = (each: BareClient) => each.texts.filter((text) => text.startsWith('{"type":"Results"'));
  const expected = results(straight);
  for (let i = 0; i + 1 < expected.length; i += 2) {
    [expected[i], expected[i + 1]] = [expected[i + 1] ?? '', expected[i] ?? ''];
  }
  expect(results(client)).toEqual(expected);
  expect(client.messages.at(-1)?.type).toBe('Metadata');
});

test('a Results message without another to change places with comes five seconds late', () => {
  const client = faulty(reorderResults());
  client.stream(silence(1.1));
  const count = client.of('Results').length;
  client.clock.advance(5_000);
  expect([count, client.of('Results').length]).toEqual([0, 1]);
});

test('nothing passes a black hole, and kept data arrives afterwards in order', () => {
  const client = faulty(blackhole({ afterMs: 1_500, forMs: 3_000 }));
  client.stream(silence(1.5));
  const before = client.texts.length;
  expect(client.isRead).toBe(false);
  expect(client.emulator.handshake(handshake).kind).toBe('hang');
  client.connection.duplicateResults();
  client.clock.advance(2_980);
  expect(client.texts).toHaveLength(before);
  client.clock.advance(20);
  expect(client.isRead).toBe(true);
  expect(client.emulator.handshake(handshake).kind).toBe('accept');
  client.stream(silence(2));
  expect(client.texts.length).toBeGreaterThan(before);
});

test('a connection that ends in a black hole gets its close afterwards', () => {
  const client = faulty(blackhole({ afterMs: 500, forMs: 20_000 }));
  client.stream(silence(0.5));
  client.clock.advance(15_000);
  expect(client.connection.end).toMatchObject({ by: 'server', code: 1011 });
  expect(client.closed).toBeUndefined();
  client.clock.advance(5_000);
  expect(client.closed).toMatchObject({ code: 1011, atMs: 20_500 });
});

test('the n-th connection is dropped in its handshake', () => {
  const emulator = new Emulator({ clock: new VirtualClock() });
  emulator.onConnection(2, drop());
  expect([1, 2, 3].map(() => emulator.handshake(handshake).kind)).toEqual(['accept', 'drop', 'accept']);
});

test('orders in words reach the next, every, the n-th and the open connection', () => {
  const client = new BareClient(QUERY, {}, (emulator) => {
    emulator.inflict('duplicateResults on next');
    emulator.inflict('slow 100ms on every');
    emulator.inflict('refuse 503 on 3');
  });
  client.clock.advance(1);
  expect(client.connection.faults).toEqual(expect.arrayContaining(['duplicateResults', 'slow']));
  expect(client.emulator.plannedFaults).toMatchObject([
    { on: 3, fault: { kind: 'refuse' } },
    { on: 'every', fault: { kind: 'slow' } },
  ]);
  client.emulator.inflict('cut after 1s of audio');
  client.stream(silence(0.9));
  expect(client.closed).toBeUndefined();
  client.stream(silence(0.2));
  expect(client.closed?.code).toBe(1006);
  expect(() => client.emulator.inflict('cut on 1')).toThrow('the next is number 2');
});

test('a fault with a duration ends by itself, or when all faults are cleared', () => {
  const client = faulty(throttle(0.001, { forMs: 2_000 }));
  client.stream(silence(3.5));
  expect(client.connection.processedAudioMs).toBeGreaterThan(3_000);
  client.emulator.inflict('stallResults');
  client.emulator.inflict('refuse 503 on next');
  client.stream(silence(2));
  const stalled = client.texts.length;
  client.emulator.clearFaults();
  expect(client.texts.length).toBeGreaterThan(stalled);
  expect(client.emulator.handshake(handshake).kind).toBe('accept');
});

test('a fault that makes no sense is refused when it is planned, not when it strikes', () => {
  const emulator = new Emulator({ clock: new VirtualClock() });
  expect(() => emulator.onConnection(1, close(99))).toThrow('code is 99');
  expect(() => emulator.onConnection(1, cut({ afterMs: -1 }))).toThrow('afterMs is -1');
  expect(() => new BareClient().connection.close(1004)).toThrow(RangeError);
});
