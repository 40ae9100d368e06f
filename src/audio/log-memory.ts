/**
 * What the audio logs of a process hold together. In an outage that ends all connections each log is within its own bound, and a thousand of
 * them are more than the process has.
 */
import type { Clock } from '../clock.ts';

export class LogMemory {
  bytes = 0;
  /** Logs that hold any. */
  logs = 0;

  /** Whether a log with so many bytes holds more than its share, and all together more than they may. */
  isExceededBy(bytes: number, more: number, most: number): boolean {
    return this.bytes + more > most && bytes + more > most / Math.max(1, this.logs);
  }
}

const memories = new WeakMap<Clock, LogMemory>();

/** That of all sessions with this clock. */
export function logMemoryOf(clock: Clock): LogMemory {
  let memory = memories.get(clock);
  if (!memory) memories.set(clock, (memory = new LogMemory()));
  return memory;
}
