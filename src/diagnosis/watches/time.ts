/** Whether time passes as it should: blocked loops, throttled tabs, sleeping machines, clocks that are set. */
import type { StartWatch } from './watch.ts';

/** How often {@link Watch.tick} should come. */
export const TICK_MS = 1_000;
/** A tick this late has something wrong with it. */
const LATE_MS = 1_000;
/** Later than this no loop is blocked: the machine slept. */
const SLEPT_MS = 30_000;
/** Clocks are corrected by less without anyone noticing. */
const JUMP_MS = 2_000;
/** Quiet for so long, it is over. */
const OVER_MS = 30_000;

export const watchTime: StartWatch = (board, { options: { clock } }) => {
  let lastTickAt: number | undefined;
  let lastLateAt = -Infinity;
  let offsetMs = clock.wallTime() - clock.now();
  return {
    fact({ code, evidence }, now) {
      if (code !== 'timer-late') return;
      lastLateAt = now;
      const { lateMs } = evidence;
      board.raise(code, evidence, typeof lateMs === 'number' ? lateMs : 0);
    },
    status({ phase }) {
      // Nothing ticks while there is nothing to watch.
      if (phase === 'waiting') lastTickAt = undefined;
    },
    tick(now) {
      const lateMs = lastTickAt === undefined ? 0 : now - lastTickAt - TICK_MS;
      const jumpMs = clock.wallTime() - now - offsetMs;
      lastTickAt = now;
      offsetMs += jumpMs;
      if (Math.abs(jumpMs) > JUMP_MS) board.tell('clock-jumped', { jumpMs });
      else if (lateMs > SLEPT_MS) board.tell('clock-jumped', { jumpMs: lateMs });
      if (lateMs > LATE_MS) {
        lastLateAt = now;
        board.raise('timer-late', { lateMs }, lateMs);
      } else if (now - lastLateAt > OVER_MS) board.clear('timer-late');
    },
  };
};
