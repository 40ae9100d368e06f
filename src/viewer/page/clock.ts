/** The page's time, which goes on in a hidden tab: by a worker from this server, since the policy refuses `blob:` scripts. */
import { type Clock, workerClock } from '../../index.ts';

export const pageClock: Clock = workerClock({ url: '/clock-worker.js' });
