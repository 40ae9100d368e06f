/** When the watch for silence, clipping and wrong formats looks at the samples. */
import { expect, test } from 'vitest';
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

/** After how many seconds of clipped audio that follows five clean ones a new watch reports it. */
function secondsToFind(seed: number): number {
  const found: string[] = [];
  const board: Partial<NoticeBoard> = {
    raise: (code) => void found.push(code),
    clear: () => undefined,
  };
  const session = {
    options: { listen: { encoding: 'linear16', sample_rate: RATE }, seed },
    acceptedSamples: () => 0,
  } as unknown as ObservedSession;
  const watch = watchSound(board as NoticeBoard, session);
  for (let second = 0; second < 5; second += 1) watch.audio?.(CLEAN, 0);
  let seconds = 0;
  while (!found.includes('audio-clipping') && seconds < 60) {
    watch.audio?.(CLIPPED, 0);
    seconds += 1;
  }
  return seconds;
}

test('sessions that begin together are judged in different seconds, and each within twelve', () => {
  const seconds = Array.from({ length: 9 }, (_, seed) => secondsToFind(seed));
  expect(new Set(seconds).size).toBeGreaterThanOrEqual(8);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(12);
});
