/**
 * How long the server waits, and for what: for any word or audio of the client (NET-0001), for audio alone
 * (NET-0002), and for something to say itself about the audio it was given (NET-0000).
 */
import { Deadline } from '../deadline.ts';
import type { EmulatorSettings } from '../options.ts';

/** Audio whose lack of an answer is the server's failure: longer than any pause between two finals. */
const UNANSWERED_AUDIO_MS = 5_000;

export class Patience {
  readonly #keepAliveHolds: EmulatorSettings['keepAliveHolds'];
  readonly #idle: Deadline;
  readonly #noAudio: Deadline;
  readonly #response: Deadline;
  #hasCarriedAudio = false;
  #hasUnderstoodAudio = false;
  #hasAnswered = false;
  #unansweredAudioMs = 0;
  #isReading = true;

  constructor(settings: EmulatorSettings, lost: Record<'net0000' | 'net0001' | 'net0002', () => void>) {
    const { clock } = settings;
    this.#keepAliveHolds = settings.keepAliveHolds;
    this.#idle = new Deadline(clock, settings.idleTimeoutMs, () => lost.net0001());
    this.#noAudio = new Deadline(clock, settings.noAudioTimeoutMs, () => lost.net0002());
    this.#response = new Deadline(clock, settings.responseTimeoutMs, () => {
      if (this.#isServersFault()) lost.net0000();
    });
    this.#idle.restart();
    this.#noAudio.restart();
  }

  /** A binary message came, whatever is in it. */
  audioReceived(): void {
    this.#hasCarriedAudio = true;
    if (this.#isReading) {
      this.#idle.restart();
      this.#noAudio.restart();
    }
    if (!this.#response.isRunning) this.#response.restart();
  }

  /** It held so much audio. */
  audioUnderstood(durationMs: number): void {
    this.#hasUnderstoodAudio = true;
    this.#unansweredAudioMs += durationMs;
  }

  textReceived(): void {
    if (this.#isReading && (this.#keepAliveHolds === 'always' || this.#hasCarriedAudio)) this.#idle.restart();
  }

  /** While the server itself does not read, silence is no fault of the client's. */
  reading(isReading: boolean): void {
    this.#isReading = isReading;
    for (const deadline of [this.#idle, this.#noAudio]) {
      if (isReading) deadline.restart();
      else deadline.stop();
    }
  }

  /** Milliseconds left to the client, before it is closed for its silence. */
  get idleLeftMs(): number | undefined {
    return this.#idle.leftMs;
  }

  /** The server sent a message. */
  spoke(): void {
    this.#unansweredAudioMs = 0;
    this.#response.stop();
  }

  /** The message was a result. */
  answered(): void {
    this.#hasAnswered = true;
  }

  end(): void {
    for (const deadline of [this.#idle, this.#noAudio, this.#response]) deadline.stop();
  }

  /** Nothing but silence and KeepAlive has ever come. */
  get isUnused(): boolean {
    return !this.#hasCarriedAudio;
  }

  /** A pause held by KeepAlive is nobody's failure; audio that leads to nothing is. */
  #isServersFault(): boolean {
    if (!this.#hasUnderstoodAudio) return true;
    if (this.#keepAliveHolds === 'after-results' && !this.#hasAnswered) return true;
    return this.#unansweredAudioMs > UNANSWERED_AUDIO_MS;
  }
}
