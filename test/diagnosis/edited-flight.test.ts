import { expect, test } from 'vitest';
import { initialContext } from '../../src/connection/context.ts';
import { readFlight } from '../../src/diagnosis/index.ts';

const HEADER = { kind: 'flight', version: 2, startedAt: '2026-01-01T00:00:00.000Z', dropped: 0 };
const written = (...lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n');
const CONTEXT = initialContext();

test.each([
  ['a state that is none', { kind: 'state', state: 'constructor' }],
  ['an address that is none', { kind: 'opening', socket: 1, url: 'nowhere' }],
  ['frames that are no pairs', { kind: 'frames', socket: 1, frames: { a: 1 } }],
  ['a frame before its line', { kind: 'frames', socket: 1, frames: [[-1, 640]] }],
  ['a time beyond all clocks', { at: 1e300, kind: 'state', state: 'dormant' }],
  ['a stall without its end', { kind: 'event', event: { type: 'socket.stalled' } }],
  ['a checkpoint without its state', { kind: 'checkpoint', context: CONTEXT }],
  ['a checkpoint in no state', { kind: 'checkpoint', value: 'constructor', context: CONTEXT }],
  ['a checkpoint in half a state', { kind: 'checkpoint', value: { attached: null }, context: CONTEXT }],
  ['a checkpoint without groups', { kind: 'checkpoint', value: 'dormant', context: { attempts: 1 } }],
  [
    'a checkpoint that counts in words',
    { kind: 'checkpoint', value: 'dormant', context: { ...CONTEXT, budget: { failures: 'many' } } },
  ],
])('a recording edited to hold %s is refused by its line, and crashes nothing', (_, entry) => {
  expect(() => readFlight(written(HEADER, { at: 1, ...entry }))).toThrow(/\bline 2\b/);
});

test.each([
  ['no time', undefined],
  ['a number', 1],
  ['no date', 'yesterday'],
])('a recording whose header has %s for its beginning is refused by its line', (_, startedAt) => {
  expect(() => readFlight(written({ ...HEADER, startedAt }))).toThrow(/\bline 1\b.*startedAt/);
});

test('a recording of version 1, whose checkpoints are others, is refused by its version', () => {
  expect(() => readFlight(written({ ...HEADER, version: 1 }))).toThrow(/\bversion is 1\b.*\bversion 2\b/);
});
