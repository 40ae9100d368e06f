/** A clock that runs on in a hidden tab. Its worker comes from this server, since the policy refuses `blob:` scripts. */
import type { Clock } from '../../../index.ts';
import { workerClock } from '../../../browser/index.ts';

export const pageClock: Clock = workerClock({ url: '/clock-worker.js' });
