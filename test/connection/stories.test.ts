/** Sequences of events, named after the loss that they prevent. The table tests single steps. */
import { expect, test } from 'vitest';
import {
  audio,
  close,
  confirmed,
  connect,
  drained,
  drive,
  elapsed,
  ended,
  idle,
  online,
  opened,
  outcomeOf,
  start,
  stateOf,
  type Step,
} from './situations.ts';

const idleForLong: Step = { type: 'idle.elapsed' };

test('a close that loses its connection connects again, drains again, and only then closes [G9]', () => {
  const lost = drive(start(), audio, opened(true), close(true), ended('network-lost', true));
  expect(stateOf(lost)).toBe('backoff');
  const again = drive(lost, elapsed('after.backoff'), opened(true));
  expect(stateOf(again)).toBe('draining');
  expect(stateOf(drive(again, drained()))).toBe('closed');
});

test('a close during a long outage does not wait for the next probe [G9]', () => {
  const suspended = drive(start({ suspendAfterMs: 0 }), audio, ended('network-lost', true));
  expect(stateOf(suspended)).toBe('suspended');
  expect(stateOf(drive(suspended, close(true)))).toBe('reconnecting');
});

test('audio that comes while an idle connection is given back gets a connection of its own [G2]', () => {
  const draining = drive(start(), connect, opened(false), idleForLong, audio);
  expect(stateOf(drive(draining, drained()))).toBe('reconnecting');
  expect(stateOf(drive(draining, elapsed('after.drain')))).toBe('reconnecting');
});

test('audio that comes together with a 1011 gets another connection [G2]', () => {
  const closed = drive(start(), connect, opened(false), ended('no-audio', false, { code: 1011 }), audio);
  expect(stateOf(drive(closed, elapsed('after.0')))).toBe('reconnecting');
});

test('an attempt that hangs is abandoned when the network comes back, and counts [M2]', () => {
  const hanging = drive(start(), audio);
  const afresh = drive(hanging, online);
  expect(stateOf(afresh)).toBe('reconnecting');
  expect(afresh.context.attempts).toBe(2);
});

test('requests a token once more after a refusal, and again after a result [G7]', () => {
  const refusedTwice = [ended('unauthorized', true), elapsed('after.backoff'), ended('unauthorized', true)];
  const settings = { canReauthorise: true };
  expect(stateOf(drive(start(settings), audio, ...refusedTwice))).toBe('failed');
  const useful = drive(
    start(settings),
    audio,
    ended('unauthorized', true),
    elapsed('after.backoff'),
    opened(true),
    confirmed,
  );
  const refusedOnce = drive(
    useful,
    ended('network-lost', true),
    elapsed('after.backoff'),
    ended('unauthorized', true),
  );
  expect(stateOf(refusedOnce)).toBe('backoff');
  expect(stateOf(drive(refusedOnce, elapsed('after.backoff'), ended('unauthorized', true)))).toBe('failed');
});

test('a 401 after a connection has opened is retried with a new token, also while closing [G7, G9]', () => {
  const closing = drive(
    start({ canReauthorise: true }),
    audio,
    ended('unauthorized', true),
    elapsed('after.backoff'),
    close(true),
    opened(true),
  );
  expect(stateOf(closing)).toBe('draining');
  const wait = elapsed('after.backoff');
  expect(stateOf(drive(closing, ended('network-lost', true), wait, ended('unauthorized', true)))).toBe(
    'backoff',
  );
});

test('audio that came during one drain does not reconnect after the next [G2]', () => {
  const again = drive(start(), connect, opened(false), idleForLong, audio, drained(), opened(true));
  expect(stateOf(again)).toBe('streaming');
  const given = drive(again, idle, idleForLong, drained());
  expect(stateOf(given)).toBe('dormant');
});

const net0000 = ended('server-silent', true, { code: 1011 });
const again = [elapsed('after.0'), elapsed('after.backoff')];

test('explains silence of the server, twice without a result, by the audio; does not count other ends [G7]', () => {
  const once = drive(start(), audio, net0000, ...again);
  expect(stateOf(once)).toBe('reconnecting');
  expect(stateOf(drive(once, net0000, elapsed('after.0')))).toBe('failed');
  const between = drive(
    start(),
    audio,
    ended('network-lost', true),
    elapsed('after.backoff'),
    net0000,
    ...again,
  );
  expect(stateOf(between)).toBe('reconnecting');
  const proven = drive(start(), audio, opened(true), confirmed, net0000, ...again, net0000);
  expect(stateOf(drive(proven, elapsed('after.0')))).toBe('backoff');
});

test('an outage lasts from its first loss, at whatever time of the session that was', () => {
  const lostAt = (at: number): Step => ({ ...ended('network-lost', true), at }) as Step;
  const first = drive(start(), audio, lostAt(500_000));
  expect(stateOf(first)).toBe('backoff');
  const wait = elapsed('after.backoff');
  expect(stateOf(drive(first, wait, lostAt(559_999)))).toBe('backoff');
  expect(stateOf(drive(first, wait, lostAt(560_000)))).toBe('suspended');
});

test('waits longer only for a server that asks for it', () => {
  const delayAfter = (kind: 'rate-limited' | 'network-lost') =>
    drive(start(), audio, ended(kind, true)).context.recovery.delayMs;
  expect(delayAfter('rate-limited')).toBeGreaterThanOrEqual(1_000);
  expect(delayAfter('network-lost')).toBeLessThan(1_000);
});

test('an outage is over with a connection that has nothing to send, and the next loss begins another', () => {
  const lostAt = (at: number, pendingAudio: boolean): Step =>
    ({ ...ended('network-lost', pendingAudio), at }) as Step;
  const wait = elapsed('after.backoff');
  const idle = drive(start(), audio, lostAt(500_000, true), wait, opened(false));
  expect(stateOf(idle)).toBe('idle-keepalive');
  expect(stateOf(drive(idle, lostAt(600_000, false)))).toBe('backoff');
});

test('the outcome is drained only where the last results have come, and for all audio [G9]', () => {
  const open = drive(start(), audio, opened(true), close(true));
  expect(outcomeOf(drive(open, drained()))).toBe('drained');
  expect(outcomeOf(drive(open, drained(false)))).toBe('deadline');
  expect(outcomeOf(drive(open, { type: 'deadline.passed' }))).toBe('deadline');
  expect(outcomeOf(drive(open, { type: 'user.abort' }))).toBe('aborted');
  expect(outcomeOf(drive(open, ended('network-lost', false)))).toBe('drained');
  expect(outcomeOf(drive(open, ended('forbidden', true)))).toBe('failed');
  expect(outcomeOf(drive(start(), close(false)))).toBe('drained');
});
