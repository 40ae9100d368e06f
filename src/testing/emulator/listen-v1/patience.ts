/**
 * The server's timeouts: for any message of the client (NET-0001), for audio (NET-0002), and for its own answer to audio
 * (NET-0000).
 */
import { Deadline } from '../deadline.ts';
import type { EmulatorSettings } from '../options.ts';

/** Audio without an answer for this long is the server's failure: longer than any pause between two finals. */
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

  /** A binary message came. */
  audioReceived(): void {
    this.#hasCarriedAudio = true;
    if (this.#isReading) {
      this.#idle.restart();
      this.#noAudio.restart();
    }
    if (!this.#response.isRunning) this.#response.restart();
  }

  /** It contained audio. */
  audioUnderstood(durationMs: number): void {
    this.#hasUnderstoodAudio = true;
    this.#unansweredAudioMs += durationMs;
  }

  textReceived(): void {
    if (this.#isReading && (this.#keepAliveHolds === 'always' || this.#hasCarriedAudio)) this.#idle.restart();
  }

  /** While the server does not read, the client's silence does not count. */
  reading(isReading: boolean): void {
    this.#isReading = isReading;
    for (const deadline of [this.#idle, this.#noAudio]) {
      if (isReading) deadline.restart();
      else deadline.stop();
    }
  }

  /** Milliseconds until the connection is closed for the client's silence. */
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

  /** Only KeepAlives have come, no audio. */
  get isUnused(): boolean {
    return !this.#hasCarriedAudio;
  }

  /** A pause held by KeepAlive is no failure; audio without an answer is. */
  #isServersFault(): boolean {
    if (!this.#hasUnderstoodAudio) return true;
    if (this.#keepAliveHolds === 'after-results' && !this.#hasAnswered) return true;
    return this.#unansweredAudioMs > UNANSWERED_AUDIO_MS;
  }
}
