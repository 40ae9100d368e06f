import { expect, test } from 'vitest';
import { initialContext } from '../../src/connection/context.ts';
import {
  type ConnectionPhase,
  type ConnectionState,
  leafState,
  phaseOf,
} from '../../src/connection/status.ts';

/** As it is said of a session that nobody closes, and that has failed before. */
const PHASES: Record<ConnectionState, ConnectionPhase> = {
  dormant: 'waiting',
  connecting: 'connecting',
  queued: 'queued',
  streaming: 'open',
  'idle-keepalive': 'open',
  draining: 'open',
  'closed-1011': 'recovering',
  backoff: 'recovering',
  suspended: 'recovering',
  reconnecting: 'recovering',
  closed: 'closed',
  failed: 'failed',
};
const STATES = Object.keys(PHASES) as ConnectionState[];

test.each(STATES)('%s belongs to its phase', (state) => {
  expect(phaseOf(state, { ...initialContext(), failures: 1 })).toBe(PHASES[state]);
});

test.each(STATES)('%s is closing, once the user has said so and until it is over', (state) => {
  const isOver = state === 'closed' || state === 'failed';
  const closing = { ...initialContext(), failures: 1, closing: true };
  expect(phaseOf(state, closing)).toBe(isOver ? state : 'closing');
});

test.each(STATES)('%s: a connection made anew after a rest is no recovery', (state) => {
  const expected = state === 'reconnecting' ? 'connecting' : PHASES[state];
  expect(phaseOf(state, initialContext())).toBe(expected);
});

test('the leaf of a value is its innermost state', () => {
  expect(leafState('dormant')).toBe('dormant');
  expect(leafState({ attached: 'streaming' })).toBe('streaming');
});
