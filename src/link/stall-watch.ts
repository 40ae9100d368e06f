/**
 * Finds half-open connections by what every platform can see: audio goes out and nothing comes back. Deepgram answers about
 * once for each second of audio, silence included; without interim results only finals can be waited for, so patience is
 * doubled. A server that talks on without ever advancing its transcript is condemned as well, later.
 *
 * Both time and audio must have passed: a trickle too thin for results is no broken link, and pauses do not hide one.
 */
import { type Clock, TIMER_ROUNDING_MS } from '../clock.ts';
import type { Patience } from '../patience.ts';

/** How much of the patience must have been filled with audio. */
const AUDIO_SHARE = 0.5;

/** How much longer a server may talk without advancing than it may be silent. */
const ADVANCE_FACTOR = 2;

/** What is left of the patience with a socket in doubt. */
const DOUBT_FACTOR = 0.5;

/** How often it is looked whether a trickle has become enough audio to judge by. */
const TRICKLE_POLL_MS = 1_000;

/** Since when audio waits for something, and how much had been sent before it. */
interface Wait {
  since: number;
  sentMs: number;
}

export class StallWatch {
  hasStalled = false;
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #onStall: () => void;
  #patienceMs: number;
  /** Audio has been answered on this connection. */
  #hasAnswered = false;
  /** Audio that went out on this connection, or would have if the socket had taken it. */
  #sentMs = 0;
  #seenMs = 0;
  /** For any message. */
  #answer: Wait | undefined;
  /** For a result that goes beyond the one before it. */
  #advance: Wait | undefined;
  #timer: unknown;

  constructor(clock: Clock, patience: Patience, onStall: () => void) {
    this.#clock = clock;
    this.#patience = patience;
    this.#patienceMs = patience.ms;
    this.#onStall = onStall;
  }

  /** Audio went out, or would have if the socket had taken it. On the way of every frame: the rest is left to a timer. */
  sent(audioMs: number, now: number): void {
    this.#answer ??= { since: now, sentMs: this.#sentMs };
    this.#advance ??= { since: now, sentMs: this.#sentMs };
    this.#sentMs += audioMs;
    if (this.#timer === undefined) this.#arm(this.#patienceMs);
  }

  /** A message is owed within `patienceMs`, audio or not; whether it advances the transcript no longer matters. */
  owe(now: number, patienceMs: number): void {
    this.#answer = { since: now, sentMs: -Infinity };
    this.#advance = undefined;
    this.#patienceMs = patienceMs;
    this.#check();
  }

  /** Something came back: no more doubt. */
  heard(): void {
    if (!this.#hasAnswered && this.#isAudioWaiting) this.#learn(this.#answer as Wait);
    this.#answer = undefined;
    this.#patienceMs = this.#patience.ms;
  }

  /** A result went beyond the one before it. */
  advanced(): void {
    this.#advance = undefined;
  }

  /** Find out sooner: the platform says that it is offline, which is a hint and no proof. */
  doubt(): void {
    this.#patienceMs = Math.min(this.#patienceMs, this.#patience.ms * DOUBT_FACTOR);
    this.#check();
  }

  /** The link is given up for broken. */
  condemn(): void {
    this.hasStalled = true;
    this.#onStall();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The first answer of a connection shows how slow the server is; a pause of the source does not count. */
  #learn({ since, sentMs }: Wait): void {
    this.#hasAnswered = true;
    this.#patience.answered(Math.min(this.#clock.now() - since, this.#sentMs - sentMs));
  }

  /** For any answer; not for one that is owed without audio. */
  get #isAudioWaiting(): boolean {
    return this.#answer !== undefined && this.#answer.sentMs >= 0;
  }

  #arm(delayMs: number): void {
    this.#seenMs = this.#sentMs;
    this.#timer = this.#clock.setTimeout(() => this.#check(), delayMs);
  }

  #check(): void {
    this.stop();
    const leftMs = Math.min(
      this.#leftOf(this.#answer, this.#patienceMs),
      this.#leftOf(this.#advance, this.#patienceMs * ADVANCE_FACTOR),
    );
    // Nothing ever came: a slow server looks like that as well.
    if (leftMs < TIMER_ROUNDING_MS && !this.#hasAnswered && this.#isAudioWaiting) this.#patience.unanswered();
    if (leftMs < TIMER_ROUNDING_MS) this.condemn();
    // Whatever is waited for from now on is due in a whole patience.
    else if (leftMs < Infinity || this.#hasFlowed) this.#arm(Math.min(leftMs, this.#patienceMs));
  }

  /** Audio has gone out since the last look; if not, the next will have it looked after again. */
  get #hasFlowed(): boolean {
    return this.#sentMs > this.#seenMs;
  }

  /** Until the patience is at its end, or a better time to look: there must be audio to judge by as well. */
  #leftOf(wait: Wait | undefined, patienceMs: number): number {
    if (!wait) return Infinity;
    const leftMs = wait.since + patienceMs - this.#clock.now();
    const hasEnoughAudio = this.#sentMs - wait.sentMs >= patienceMs * AUDIO_SHARE;
    if (hasEnoughAudio) return leftMs;
    return this.#hasFlowed ? Math.max(leftMs, TRICKLE_POLL_MS) : Infinity;
  }
}
