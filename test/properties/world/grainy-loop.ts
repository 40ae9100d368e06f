/** The client's event loop, with timers as coarse as real ones. */
import { VirtualEventLoop } from '../../../src/testing/index.ts';

/** As on every platform, timers have a grain: here one that is exact in binary, so that virtual times can be compared. */
const TIMER_GRAIN_MS = 1 / 64;

export class GrainyLoop extends VirtualEventLoop {
  override setTimeout(callback: () => void, delayMs: number): unknown {
    return super.setTimeout(callback, Math.ceil(delayMs / TIMER_GRAIN_MS) * TIMER_GRAIN_MS);
  }
}
