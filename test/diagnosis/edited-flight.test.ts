import { expect, test } from 'vitest';
import { readFlight } from '../../src/diagnosis/index.ts';

test.each([
  ['a state that is none', { kind: 'state', state: 'constructor' }],
  ['an address that is none', { kind: 'opening', socket: 1, url: 'nowhere' }],
  ['frames that are no pairs', { kind: 'frames', socket: 1, frames: { a: 1 } }],
  ['a stall without its end', { kind: 'event', event: { type: 'socket.stalled' } }],
])('a recording edited to hold %s is refused by its line, and crashes nothing', (_, entry) => {
  const header = { kind: 'flight', version: 1, startedAt: '2026-01-01T00:00:00.000Z', dropped: 0 };
  const text = [header, { at: 1, ...entry }].map((line) => JSON.stringify(line)).join('\n');
  expect(() => readFlight(text)).toThrow(/\bline 2\b/);
});
