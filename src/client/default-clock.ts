/**
 * The default clock of a session: the system's. In a page it is replaced by a clock that hidden tabs do not slow. That one is
 * loaded when the first session begins, to keep the first chunk small; until then the page's timers are used.
 */
import { type Clock, systemClock } from '../clock.ts';

/** Sessions keep this object; only its implementation is exchanged. Both count from the same zero. */
const clock: Clock = { ...systemClock };
let upgrade: Promise<unknown> | undefined;

export function defaultClock(): Clock {
  const { document } = globalThis as Partial<Pick<typeof globalThis, 'document'>>;
  upgrade ??=
    document &&
    import('../browser/hidden-tab-clock.ts').then(
      ({ hiddenTabClock }) => Object.assign(clock, hiddenTabClock(systemClock)),
      // The network failed, which the session reports itself. The next session tries again.
      () => (upgrade = undefined),
    );
  return clock;
}
