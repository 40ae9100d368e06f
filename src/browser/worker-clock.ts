/** The clock of pages with an address for its worker's script. */
import { type Clock, systemClock } from '../clock.ts';
import { hiddenTabClock } from './hidden-tab-clock.ts';

/** Options of {@link workerClock}. */
export interface WorkerClockOptions {
  /**
   * Address of `rx-deepgram/clock-worker.js`, for pages whose Content-Security-Policy refuses `blob:` workers.
   * @defaultValue a `blob:` address
   */
  url?: string | URL;
}

/**
 * A clock that runs on in a hidden tab, with a worker that lives only while the page is hidden and a timer is set. If the browser
 * refuses the worker, the page's timers are used, and the notice `timer-late` reports a late KeepAlive.
 *
 * In a page this is the default. Call it only to set the worker's address.
 *
 * @example
 * ```ts
 * createLiveTranscription({ auth, clock: workerClock({ url: '/assets/clock-worker.js' }) });
 * ```
 */
export function workerClock({ url }: WorkerClockOptions = {}): Clock {
  return hiddenTabClock(systemClock, url);
}
