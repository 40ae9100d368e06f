/** When the watch for silence, clipping and wrong formats looks at the samples. */
import { expect, test } from 'vitest';
import { giveBackSlab, takeSlab } from '../../src/audio/slabs.ts';
import type { NoticeBoard } from '../../src/diagnosis/notice-board.ts';
import type { ObservedSession } from '../../src/diagnosis/observed-session.ts';
import { watchSound } from '../../src/diagnosis/watches/sound.ts';

const RATE = 8_000;

const secondOf = (peak: number): Uint8Array =>
  new Uint8Array(
    Int16Array.from({ length: RATE }, (_, i) =>
      Math.max(-32_768, Math.min(32_767, peak * Math.sin((2 * Math.PI * 220 * i) / RATE))),
    ).buffer,
  );
const CLEAN = secondOf(9_000);
const CLIPPED = secondOf(90_000);
const SILENT = secondOf(0);

function watchOf(raise: (code: string) => void, seed: number) {
  const board: Partial<NoticeBoard> = { raise, clear: () => undefined };
  const session = {
    options: { listen: { encoding: 'linear16', sample_rate: RATE }, seed },
    acceptedSamples: () => 0,
  } as unknown as ObservedSession;
  return watchSound(board as NoticeBoard, session);
}

/** After how many seconds of clipped audio a new watch reports it, where this comes before. */
function secondsToFind(seed: number, before: readonly Uint8Array[]): number {
  const found: string[] = [];
  const watch = watchOf((code) => found.push(code), seed);
  for (const second of before) watch.audio?.(second, 0);
  let seconds = 0;
  while (!found.includes('audio-clipping') && seconds < 60) {
    watch.audio?.(CLIPPED, 0);
    seconds += 1;
  }
  return seconds;
}

const five = (second: Uint8Array) => Array.from({ length: 5 }, () => second);

test.each([
  ['begin', five(CLEAN)],
  ['fall silent', [...five(CLEAN), ...five(SILENT), ...five(CLEAN)]],
])('sessions that %s together are judged in different seconds, each one of ten', (_, before) => {
  const seconds = Array.from({ length: 9 }, (_session, seed) => secondsToFind(seed, before));
  expect(new Set(seconds).size).toBeGreaterThanOrEqual(8);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(12);
});

test('a session without audio holds no memory for it', () => {
  const slab = takeSlab(CLEAN.byteLength);
  giveBackSlab(slab);
  const watch = watchOf(() => undefined, 0);
  const free = takeSlab(CLEAN.byteLength);
  expect(free).toBe(slab);
  giveBackSlab(free);
  watch.audio?.(CLEAN.subarray(1), 0);
  expect(takeSlab(CLEAN.byteLength)).not.toBe(slab);
});
