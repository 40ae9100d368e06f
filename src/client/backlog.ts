/** Audio that waits to be sent: how much it is, how much more may wait, and what an outage leaves of it. */
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { Intake } from '../audio/intake.ts';
import type { CheckedOptions } from './options.ts';

export class Backlog {
  readonly #options: CheckedOptions;
  readonly #timeline: AudioTimeline;
  readonly #intake: Intake;
  // Asked for every chunk: here, and not in objects of their own.
  readonly #refuses: boolean;
  readonly #maxBytes: number;

  constructor(options: CheckedOptions, timeline: AudioTimeline, intake: Intake) {
    this.#options = options;
    this.#timeline = timeline;
    this.#intake = intake;
    this.#refuses = options.log.overflow === 'refuse';
    this.#maxBytes = options.log.maxBytes;
  }

  /** How long it lasts, in milliseconds; an estimate before its format is known. */
  get ms(): number {
    return (this.#timeline.unsent * 1000) / this.#timeline.rate + this.#intake.waitingMs;
  }

  /** By how many seconds it gets shorter in a second. While audio goes on coming, only by what is sent beyond real time. */
  get shrinkRate(): number {
    const { catchUpRate } = this.#options;
    return this.#intake.isFlowing ? catchUpRate - 1 : catchUpRate;
  }

  /** Whether so many bytes fit, if need be by pushing unconfirmed audio out; never more than the log holds. */
  hasRoom(bytes: number): boolean {
    const { waitingBytes } = this.#intake;
    if (this.#refuses) return this.#timeline.hasRoom(waitingBytes + bytes);
    return waitingBytes + bytes <= this.#maxBytes;
  }

  /** After an outage: gives up what the catch-up policy does not want. */
  skip(): void {
    const { catchUp } = this.#options;
    if (catchUp === 'all') return;
    const keptSeconds = catchUp === 'live' ? 0 : catchUp.lastSeconds;
    this.#timeline.skipTo(this.#timeline.end - Math.round(keptSeconds * this.#timeline.rate));
  }
}
