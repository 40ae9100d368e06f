/** How the notices about a store are provoked. */
import type { NoticeCode } from '../../src/diagnosis/notices.ts';
import { durable, type AudioStore } from '../../src/store/index.ts';
import { memoryStore, VirtualClock } from '../../src/testing/index.ts';
import type { Provocation } from './provocations.ts';

/** A store that can be away, or lose everything. */
class FickleStore {
  inner = memoryStore({ clock: new VirtualClock() });
  isAway = false;
  readonly road = new Proxy({} as AudioStore, {
    get: (_, name: keyof AudioStore) => {
      const value: unknown = this.inner[name];
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]) => {
        if (this.isAway) throw new Error('The store is away.');
        return (value as (...values: unknown[]) => unknown).call(this.inner, ...given);
      };
    },
  });

  forget(): void {
    this.inner = memoryStore({ clock: new VirtualClock() });
  }
}

function provocation(
  provoke: (room: Parameters<Provocation['provoke']>[0], store: FickleStore) => Promise<unknown>,
  prepare?: (store: AudioStore) => Promise<unknown>,
): Provocation {
  const store = new FickleStore();
  void prepare?.(store.inner);
  return {
    setting: { session: durable(store.road, 'call', { holder: 'process' }) },
    provoke: (room) => provoke(room, store),
  };
}

type StoreCode = Extract<NoticeCode, `store-${string}`>;

export const STORE_PROVOCATIONS: Record<StoreCode, Provocation> = {
  'store-away': provocation(async (room, store) => {
    await room.play(2);
    store.isAway = true;
    await room.play(2);
  }),
  'store-back': provocation(async (room, store) => {
    await room.play(2);
    store.isAway = true;
    await room.play(2);
    store.isAway = false;
    await room.play(2);
  }),
  'store-forgot': provocation(async (room, store) => {
    await room.play(5);
    store.forget();
    await room.play(5);
  }),
  'store-request-refused': provocation(
    (room) => room.play(2),
    async (store) => {
      const description = { listen: {}, startedAt: 0, rate: 16_000, frameBytes: 2 };
      const { lease } = await store.openWriter('call', { holder: 'writer', description });
      const data = { kind: 'configure', change: { sample_rate: 8_000 } };
      await store.request(lease, { seq: 1, position: 0, data });
    },
  ),
};
