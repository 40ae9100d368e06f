/** The counts of many sessions, compared with the events in them. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveTranscription, LiveTranscriptionOptions } from '../../src/index.ts';
import {
  type ConnectionRecord,
  connectionLimit,
  type SessionsWatch,
  watchSessions,
} from '../../src/sessions/index.ts';
import { Stage } from './stage.ts';

let stage: Stage;
let sessions: SessionsWatch;
let records: ConnectionRecord[];
let delays: { seconds: number; isFinal: boolean }[];

beforeEach(() => {
  stage = new Stage();
  records = [];
  delays = [];
  sessions = watchSessions({
    clock: stage.clock,
    onConnection: (record) => records.push(record),
    onWordDelay: (seconds, isFinal) => delays.push({ seconds, isFinal }),
  });
});

afterEach(() => {
  stage.clock.advance(60_000);
  expect(stage.clock.pendingTimers, 'timers when all sessions are over').toBe(0);
});

function begin(options: Partial<LiveTranscriptionOptions> = {}): LiveTranscription {
  const live = stage.begin(options);
  sessions.add(live);
  return live;
}

async function end(live: LiveTranscription): Promise<void> {
  void live.close();
  await stage.wait(3);
}

test('sessions are counted by their state while they live, and by their outcome afterwards', async () => {
  const limit = connectionLimit(1);
  const [first, second, third] = [
    begin({ connectionLimit: limit }),
    begin({ connectionLimit: limit }),
    begin(),
  ] as const;
  await stage.speak(first, 1);
  second.connect();
  await stage.wait(0.5);
  expect(sessions.snapshot().states).toMatchObject({ streaming: 1, queued: 1, dormant: 1, backoff: 0 });
  third.abort();
  await end(first);
  expect(sessions.snapshot().outcomes).toEqual({ drained: 1, deadline: 0, aborted: 1, failed: 0 });
  expect(sessions.snapshot().states).toMatchObject({ 'idle-keepalive': 1, dormant: 0, queued: 0 });
  await end(second);
});

test('attempts, connections and losses by kind add up, over sessions that are there and that are over', async () => {
  const [first, second] = [begin(), begin()] as const;
  await stage.speak(first, 1);
  stage.server.refuse(503, { times: 2 });
  await stage.speak(second, 4);
  stage.network.cut();
  await stage.wait(3);
  expect(sessions.snapshot()).toMatchObject({
    attempts: 6,
    connections: 4,
    losses: { 'server-unavailable': 2, 'network-lost': 2 },
  });
  await end(first);
  await end(second);
  expect(sessions.snapshot()).toMatchObject({
    attempts: 6,
    connections: 4,
    losses: { 'server-unavailable': 2, 'network-lost': 2 },
  });
});

test('each connection is reported when it is over, with its times, its number and why it ended; failed attempts too', async () => {
  const live = begin();
  stage.server.refuse(429);
  await stage.speak(live, 5);
  stage.server.closeAll(1011, '');
  await stage.speak(live, 2);
  await end(live);
  expect(records.map(({ connection, end }) => [connection, end?.kind])).toEqual([
    [undefined, 'rate-limited'],
    [1, 'server-error'],
    [2, undefined],
  ]);
  const [failed, lost, closed] = records as [ConnectionRecord, ConnectionRecord, ConnectionRecord];
  expect(failed.openedAt).toBeUndefined();
  expect((lost.openedAt as number) - lost.beganAt).toBeLessThanOrEqual(200);
  expect(lost.requestId).toMatch(/\w/);
  expect(closed.beganAt).toBeGreaterThanOrEqual(lost.endedAt);
  expect(closed.endedAt).toBeGreaterThan(closed.openedAt as number);
});

test('the wait for a place is no part of an attempt', async () => {
  const limit = connectionLimit(1);
  const [first, second] = [begin({ connectionLimit: limit }), begin({ connectionLimit: limit })] as const;
  await stage.speak(first, 1);
  await stage.speak(second, 10);
  await end(first);
  await stage.wait(10);
  await end(second);
  const [, record] = records as [ConnectionRecord, ConnectionRecord];
  expect((record.openedAt as number) - record.beganAt).toBeLessThanOrEqual(200);
  expect(sessions.snapshot().attempts).toBe(2);
});

test('seconds of audio: accepted is confirmed, dropped, pending or unconfirmed', async () => {
  const [first, second] = [begin(), begin({ log: { maxSeconds: 2 } })] as const;
  await stage.speak(first, 3);
  stage.network.offline = true;
  stage.network.cut();
  await stage.speak(second, 5);
  const { audio } = sessions.snapshot();
  expect(audio.accepted).toBeCloseTo(8);
  expect(audio.dropped).toBeGreaterThan(2.5);
  expect(audio.backlog).toBeGreaterThanOrEqual(2);
  expect(audio.accepted).toBeCloseTo(audio.confirmed + audio.dropped + audio.pending);
  first.abort();
  second.abort();
  await stage.wait(1);
  const after = sessions.snapshot().audio;
  expect(after).toMatchObject({ pending: 0, backlog: 0 });
  expect(after.unconfirmed).toBeGreaterThan(1);
  expect(after.accepted).toBeCloseTo(after.confirmed + after.dropped + after.unconfirmed);
});

test('the delay of a word is that from its end to its transcript', async () => {
  stage = new Stage({ clock: stage.clock, processingDelayMs: 700 });
  const live = begin();
  await stage.speak(live, 6);
  await end(live);
  const { wordDelay } = sessions.snapshot();
  expect(wordDelay.final.count + wordDelay.interim.count).toBe(delays.length);
  expect(wordDelay.final.count).toBeGreaterThan(1);
  const { sum, count, max, buckets } = wordDelay.final;
  expect(sum / count).toBeGreaterThan(0.7);
  expect(max).toBeLessThan(2.5);
  expect(
    buckets.slice(0, 6).reduce((a, b) => a + b),
    'up to half a second',
  ).toBe(0);
  expect(buckets.reduce((a, b) => a + b)).toBe(count);
});

test('KeepAlives are counted while a session lives', async () => {
  const live = begin({ connect: 'eager' });
  await stage.wait(10);
  const sent = stage.server.connections[0]?.controlMessages.filter((text) =>
    text.includes('KeepAlive'),
  ).length;
  expect(sent).toBeGreaterThan(2);
  expect(sessions.snapshot().keepAlives).toBe(sent);
  await end(live);
});

test('a busy event loop is measured', async () => {
  const live = begin();
  await stage.wait(3);
  stage.clock.jump(4_000);
  await stage.wait(2);
  const { loopLateness } = sessions.snapshot();
  expect(loopLateness.count).toBeGreaterThanOrEqual(4);
  expect(loopLateness.max).toBeGreaterThan(2);
  live.abort();
  await stage.wait(1);
});

test('a session is counted once, however often it is added, and one that is over by its outcome', async () => {
  const live = begin();
  sessions.add(live);
  live.abort();
  await stage.wait(1);
  sessions.add(live);
  expect(sessions.snapshot().states.dormant).toBe(0);
});
