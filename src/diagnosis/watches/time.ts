/** Detects blocked event loops, throttled tabs, sleeping machines and changed clocks. */
import type { StartWatch } from './watch.ts';

/** Interval of {@link Watch.tick}. */
export const TICK_MS = 1_000;
/** A tick this late is worth a notice. */
const LATE_MS = 1_000;
/** A later tick means that the machine slept: no event loop is blocked so long. */
const SLEPT_MS = 30_000;
/** Smaller corrections of a clock are normal. */
const JUMP_MS = 2_000;
/** The notice is cleared after this time without a late tick. */
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
      // No tick runs without anything to watch.
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
