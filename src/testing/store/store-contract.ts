/**
 * The contract of an {@link AudioStore}, as functions for any test runner: each makes a store, uses it, and rejects if the store
 * breaks the contract.
 *
 * ```ts
 * for (const { name, run } of storeContract((settings) => ({ store: myStore(settings), wait: sleep }))) test(name, run);
 * ```
 */
import type { AudioStore } from '../../store/audio-store.ts';
import { AUDIO } from './audio-clauses.ts';
import { CLAIMS } from './claims-clauses.ts';
import { type ContractSettings, SETTINGS } from './contract-room.ts';
import { FINALS } from './finals-clauses.ts';
import { LEASES } from './leases-clauses.ts';

/** The store of one clause, and its time. */
export interface StoreUnderTest {
  /** Empty, or shared with other clauses: each uses session ids of its own. */
  store: AudioStore;
  /** Waits this many milliseconds on the store's clock. */
  wait: (ms: number) => void | Promise<void>;
  /** Called at the end, whatever the outcome. */
  dispose?: () => void | Promise<void>;
}

/** One part of the contract. */
export interface ContractClause {
  /** The guarantee, as a sentence. */
  name: string;
  /** Rejects if the store breaks it. */
  run: () => Promise<void>;
}

/**
 * The clauses of the contract. `make` is called for each, with the settings of the store. Ids begin with `prefix`, for stores
 * that are shared or kept between two runs.
 */
export function storeContract(
  make: (settings: ContractSettings) => StoreUnderTest | Promise<StoreUnderTest>,
  prefix = 'contract',
): ContractClause[] {
  return Object.entries({ ...LEASES, ...AUDIO, ...FINALS, ...CLAIMS }).map(([name, clause], index) => ({
    name,
    run: async () => {
      const { store, wait, dispose } = await make(SETTINGS);
      try {
        await clause({ store, id: `${prefix}-${index}`, wait: async (ms) => wait(ms) });
      } finally {
        await dispose?.();
      }
    },
  }));
}
