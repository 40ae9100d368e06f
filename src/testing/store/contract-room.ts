/** The shared code of the contract's clauses: a room for each, and checks with clear messages. */
import type { AudioStore, Json, Lease, Opened, StoredBlock } from '../../store/audio-store.ts';

/** The settings of a store under test: short times, for stores that wait in real time. */
export interface ContractSettings {
  leaseMs: number;
  expireMs: number;
}

export interface ClauseRoom {
  store: AudioStore;
  wait: (ms: number) => Promise<void>;
  /** The id of a session that only this clause uses. */
  id: string;
}

/** Named by the guarantee. */
export type Clauses = Readonly<Record<string, (room: ClauseRoom) => Promise<void>>>;

export const SETTINGS: ContractSettings = { leaseMs: 1_500, expireMs: 4_000 };
export const DESCRIPTION = {
  listen: { encoding: 'linear16', sample_rate: 16_000 },
  startedAt: 1_767_225_600_000,
};
export const ALL = 1 << 20;

export async function opened(
  store: AudioStore,
  id: string,
  holder: string,
  description: Json = DESCRIPTION,
): Promise<Opened> {
  const answer = await store.open(id, { holder, description });
  check('lease' in answer, `${holder} does not become the owner: ${JSON.stringify(answer)}`);
  return answer;
}

/** The leases of other claimed sessions are given back at the end. */
export async function claimOf(store: AudioStore, id: string, holder: string): Promise<Opened | undefined> {
  const others: Lease[] = [];
  for (;;) {
    const claimed = await store.claim(holder);
    if (!claimed || claimed.lease.id === id) {
      for (const lease of others) await store.release(lease, false);
      return claimed;
    }
    others.push(claimed.lease);
  }
}

export async function readAll(store: AudioStore, id: string, from: number): Promise<StoredBlock[]> {
  const { blocks } = await store.read(id, from, 0, ALL);
  return [...blocks];
}

/** Two bytes a sample. */
export function block(position: number, end: number, capturedAt?: number): StoredBlock {
  const bytes = Uint8Array.from({ length: 2 * (end - position) }, (_, index) => (2 * position + index) % 251);
  return { position, end, bytes, capturedAt };
}

export function final(channel: number, end: number) {
  return { channel, end, data: { text: `to ${end}`, words: [{ start: 0.5, end: end / 1000 }] } };
}

export function sameBlocks(found: readonly StoredBlock[], expected: readonly StoredBlock[]): void {
  const plain = (blocks: readonly StoredBlock[]) =>
    blocks.map(({ position, end, bytes, capturedAt }) => ({ position, end, bytes: [...bytes], capturedAt }));
  same(plain(found), plain(expected), 'blocks');
}

export function same(found: unknown, expected: unknown, subject = 'answer'): void {
  const [foundText, expectedText] = [text(found), text(expected)];
  check(foundText === expectedText, `${subject}: found ${foundText}, expected ${expectedText}`);
}

/** Fields in the order of their names; those that are `undefined` do not count. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

export function check(isKept: boolean, problem: string): asserts isKept {
  if (!isKept) throw new Error(`The contract is broken: ${problem}.`);
}
