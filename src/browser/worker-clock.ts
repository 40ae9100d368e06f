/** The clock of pages, for those who have to say where its worker's script is. */
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
 * A clock that goes on in a hidden tab, by a worker that lives only while the page is hidden and somebody waits. Where the browser
 * refuses the worker, the page's own timers do what they can, and a KeepAlive that comes late is announced by the notice `timer-late`.
 *
 * In a page this is the default: it is needed only to give the worker's address.
 *
 * @example
 * ```ts
 * createLiveTranscription({ auth, clock: workerClock({ url: '/assets/clock-worker.js' }) });
 * ```
 */
export function workerClock({ url }: WorkerClockOptions = {}): Clock {
  return hiddenTabClock(systemClock, url);
}
