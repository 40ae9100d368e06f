/** The store for tests keeps the contract of all stores. */
import { describe, test } from 'vitest';
import { memoryStore, storeContract, VirtualClock } from '../../src/testing/index.ts';

describe('a store in memory', () => {
  const clauses = storeContract((settings) => {
    const clock = new VirtualClock();
    return { store: memoryStore({ clock, ...settings }), wait: (ms) => clock.advanceAsync(ms) };
  });
  for (const { name, run } of clauses) test(name, run);
});
