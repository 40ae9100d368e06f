/** Audio that waits to be sent: its length, the limit, and the part that the catch-up policy drops after an outage. */
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { Intake } from '../audio/intake.ts';
import type { CheckedOptions } from './options.ts';

export class Backlog {
  readonly #options: CheckedOptions;
  readonly #timeline: AudioTimeline;
  readonly #intake: Intake;
  // Fields, not objects: they are read for every chunk.
  readonly #refuses: boolean;
  readonly #maxBytes: number;

  constructor(options: CheckedOptions, timeline: AudioTimeline, intake: Intake) {
    this.#options = options;
    this.#timeline = timeline;
    this.#intake = intake;
    this.#refuses = options.log.overflow === 'refuse';
    this.#maxBytes = options.log.maxBytes;
  }

  /** Its duration in milliseconds; an estimate before its format is known. */
  get ms(): number {
    return (this.#timeline.unsent * 1000) / this.#timeline.rate + this.#intake.waitingMs;
  }

  /** By how many seconds the backlog shrinks in one second. While live audio comes, only the rate above real time counts. */
  get shrinkRate(): number {
    const { catchUpRate } = this.#options;
    return this.#intake.isFlowing ? catchUpRate - 1 : catchUpRate;
  }

  /** Whether this many bytes fit into the log, if necessary in place of unconfirmed audio. */
  hasRoom(bytes: number): boolean {
    const { waitingBytes } = this.#intake;
    if (this.#refuses) return this.#timeline.hasRoom(waitingBytes + bytes);
    return waitingBytes + bytes <= this.#maxBytes;
  }

  /** After an outage: drops the audio that the catch-up policy skips. */
  skip(): void {
    const { catchUp } = this.#options;
    if (catchUp === 'all') return;
    const keptSeconds = catchUp === 'live' ? 0 : catchUp.lastSeconds;
    this.#timeline.skipTo(this.#timeline.end - Math.round(keptSeconds * this.#timeline.rate));
  }
}
