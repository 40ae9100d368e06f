import { expect, test } from 'vitest';
import { FULL_BUDGET, initialContext } from '../../src/connection/context.ts';
import { type ConnectionState, leafState, phaseOf } from '../../src/connection/status.ts';

const STATES: ConnectionState[] = [
  'dormant',
  'connecting',
  'streaming',
  'backoff',
  'reconnecting',
  'draining',
];

test.each(STATES)('%s is shown as closing after close()', (state) => {
  expect(phaseOf(state, { ...initialContext(), closing: true })).toBe('closing');
});

test.each(['closed', 'failed'] as const)('%s is shown as over, with or without close()', (state) => {
  for (const closing of [true, false]) expect(phaseOf(state, { ...initialContext(), closing })).toBe(state);
});

test('a connection after a rest is not shown as recovering', () => {
  expect(phaseOf('reconnecting', initialContext())).toBe('connecting');
  expect(phaseOf('reconnecting', { ...initialContext(), budget: { ...FULL_BUDGET, failures: 1 } })).toBe(
    'recovering',
  );
});

test('the leaf of a value is its innermost state', () => {
  expect(leafState('dormant')).toBe('dormant');
  expect(leafState({ attached: 'streaming' })).toBe('streaming');
});
