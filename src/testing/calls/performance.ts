/** Plays a plan: sends each message at its time. */
import type { Clock } from '../../clock.ts';
import type { CallPlan, LostAudio } from './plan-call.ts';

/** A call that is being played. */
export interface PlayedCall {
  /** The audio that was left out by the script's `loss`. */
  readonly lost: readonly LostAudio[];
  /** The end of the call, in milliseconds since its start. */
  readonly endsAtMs: number;
  /** Settles when the socket has closed. */
  readonly over: Promise<void>;
  /** Breaks the call off now, without a stop. */
  cut(): void;
}

/** Options of `playCall` and `dialCall`. */
export interface PlayOptions {
  /** @defaultValue the system's clock; a `VirtualClock` for tests */
  clock?: Clock;
  /** Headers of the upgrade request, such as a signature. `dialCall` only. */
  headers?: Readonly<Record<string, string>>;
}

/** The receiver of a played call. */
export interface Line {
  send(data: string | Uint8Array): void;
  close(): void;
  cut(): void;
}

/** Sends each message at its time, without drift. Returns a function that stops it. */
export function play({ messages, hangUp, endsAtMs }: CallPlan, line: Line, clock: Clock): () => void {
  const startedMs = clock.now();
  let next = 0;
  let timer: unknown;
  const step = () => {
    for (; next < messages.length; next += 1) {
      const message = messages[next] as CallPlan['messages'][number];
      const inMs = startedMs + message.atMs - clock.now();
      // Tolerance for a timer that fires slightly early.
      if (inMs > 0.5) {
        timer = clock.setTimeout(step, inMs);
        return;
      }
      line.send(message.data);
    }
    const inMs = startedMs + endsAtMs - clock.now();
    if (inMs > 0.5) timer = clock.setTimeout(step, inMs);
    else if (hangUp === 'cut') line.cut();
    else line.close();
  };
  timer = clock.setTimeout(step, 0);
  return () => clock.clearTimeout(timer);
}

/** The parts of a plan that tests may read. */
export function summaryOf({ lost, endsAtMs }: CallPlan): Pick<PlayedCall, 'lost' | 'endsAtMs'> {
  return { lost, endsAtMs };
}
