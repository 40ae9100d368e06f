/** Checks that audio comes, and the size of its chunks. */
import { formatOf, millisecondsOf } from './format.ts';
import type { StartWatch } from './watch.ts';

/** Longer than the pauses of speakers: the app stopped, on purpose or not. */
const STOPPED_MS = 5_000;
/** Deepgram advises 20 to 250 ms (developers.deepgram.com, "Measuring streaming latency"). */
const SMALL_MS = 10;
const LARGE_MS = 500;
/** One unusual chunk is not worth a notice. */
const HABIT = 5;
/** Chunks that come faster than real time are a file, not a microphone. */
const LIVE_SHARE = 0.5;

export const watchSource: StartWatch = (board, { options, isPaused }) => {
  const format = formatOf(options.listen);
  let isOpen = false;
  let lastAt: number | undefined;
  let smallInRow = 0;
  let largeInRow = 0;
  return {
    audio({ byteLength }, now) {
      const gapMs = lastAt === undefined ? Infinity : now - lastAt;
      lastAt = now;
      const chunkMs = millisecondsOf(byteLength, format);
      const isLive = chunkMs !== undefined && gapMs > chunkMs * LIVE_SHARE;
      if (chunkMs !== undefined) {
        smallInRow = chunkMs < SMALL_MS ? smallInRow + 1 : 0;
        largeInRow = chunkMs > LARGE_MS && isLive ? largeInRow + 1 : 0;
      }
      // Mostly no notice lasts, and each chunk comes here.
      if (!board.isEmpty) clear(gapMs, chunkMs, isLive);
      if (chunkMs === undefined) return;
      if (smallInRow >= HABIT * (LARGE_MS / SMALL_MS))
        board.raise('chunks-small', { chunkMs }, smallInRow * chunkMs);
      if (largeInRow >= HABIT) board.raise('chunks-large', { chunkMs }, largeInRow * chunkMs);
    },
    fact({ code, evidence }) {
      if (code === 'empty-audio' || code === 'audio-refused') board.raise(code, evidence);
    },
    status({ phase }) {
      isOpen = phase === 'open';
      if (phase === 'closing' || phase === 'waiting') board.clear('audio-stopped');
    },
    tick(now) {
      if (lastAt === undefined || isPaused() || !isOpen) return;
      const silentMs = now - lastAt;
      if (silentMs >= STOPPED_MS) board.raise('audio-stopped', { silentSeconds: silentMs / 1000 }, silentMs);
    },
  };

  function clear(gapMs: number, chunkMs: number | undefined, isLive: boolean): void {
    board.clear('audio-stopped', { silentSeconds: gapMs / 1000 });
    board.clear('empty-audio');
    board.clear('audio-refused');
    if (chunkMs !== undefined && smallInRow === 0) board.clear('chunks-small', { chunkMs });
    if (isLive && largeInRow === 0) board.clear('chunks-large', { chunkMs });
  }
};
