/**
 * The memory of all audio logs of a process. In an outage that ends all connections each log is within its own bound, but a
 * thousand of them may exceed the memory of the process.
 */
import type { Clock } from '../clock.ts';

export class LogMemory {
  bytes = 0;
  /** Logs that are not empty. */
  logs = 0;

  /** Whether a log of this many bytes exceeds its share while all logs together exceed the limit. */
  isExceededBy(bytes: number, more: number, most: number): boolean {
    return this.bytes + more > most && bytes + more > most / Math.max(1, this.logs);
  }
}

const memories = new WeakMap<Clock, LogMemory>();

/** The memory shared by all sessions with this clock. */
export function logMemoryOf(clock: Clock): LogMemory {
  let memory = memories.get(clock);
  if (!memory) memories.set(clock, (memory = new LogMemory()));
  return memory;
}
