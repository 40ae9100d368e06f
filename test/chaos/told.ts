/** The output of the processes, as lines of JSON. `at` is the true time of the machine. */
export type Told = { at: number } & (
  | { told: 'ready' }
  /** A transcriber owns the session. */
  | { told: 'claimed' }
  | { told: 'text'; text: string; isFinal: boolean; end: number; channel: number }
  | { told: 'over'; state: string }
  | { told: 'handed-over' }
  | { told: 'notice'; code: string }
  | { told: 'begun'; position: number; calledAt: number }
  /** The writer has accepted audio up to this position of the call. */
  | { told: 'sent'; position: number }
  /** The store has audio up to this position of the call. */
  | { told: 'appended'; position: number }
  | { told: 'spoken' }
);

type Without<T> = T extends { at: number } ? Omit<T, 'at'> : never;

export function tell(what: Without<Told>): void {
  process.stdout.write(`${JSON.stringify({ ...what, at: Date.now() })}\n`);
}

export const SAMPLE_RATE = 16_000;
export const SESSION = 'call';

/** The arguments of a process. */
export interface Orders {
  redisUrl: string;
  deepgramUrl: string;
  client: 'redis' | 'ioredis';
  skewMs: number;
  words: number;
  /** When the call began, for an ingest; 0: it begins it. */
  calledAt: number;
}
