/**
 * The clock of a session that was given none: the system's. In a page it turns into one that hidden tabs do not slow, which is loaded
 * when the first session begins, so that an app's first chunk need not hold it; until it is there the page's own timers do.
 */
import { type Clock, systemClock } from '../clock.ts';

/** Sessions hold on to this one, and what it does is exchanged beneath them: both count from the same zero. */
const clock: Clock = { ...systemClock };
let upgrade: Promise<unknown> | undefined;

export function defaultClock(): Clock {
  const { document } = globalThis as Partial<Pick<typeof globalThis, 'document'>>;
  upgrade ??=
    document &&
    import('../browser/hidden-tab-clock.ts').then(
      ({ hiddenTabClock }) => Object.assign(clock, hiddenTabClock(systemClock)),
      // The network has failed, and the session will say so itself: the next one asks again.
      () => (upgrade = undefined),
    );
  return clock;
}
