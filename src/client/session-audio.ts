/**
 * The audio of a session: the timeline and what leads to it, the audio that waits to be sent, and the part of it that the catch-up
 * policy drops after an outage.
 */
import type { AudioChunk } from '../audio/audio-chunk.ts';
import { AudioTimeline, type Drop, type TimelineListener } from '../audio/audio-timeline.ts';
import { MILLISECONDS } from '../audio/framing.ts';
import { Intake } from '../audio/intake.ts';
import { PauseWatch } from '../audio/pause-watch.ts';
import type { AudioFormat } from '../protocol/protocol.ts';
import type { HeldChunk, ReceivedAudio } from './early-audio.ts';
import type { AudioLedger } from './live-transcription.ts';
import type { Kept } from './session-keeper.ts';
import type { Surroundings } from './surroundings.ts';

export class SessionAudio implements ReceivedAudio, TimelineListener {
  readonly format: AudioFormat;
  readonly timeline: AudioTimeline;
  readonly intake: Intake;
  readonly kept: Kept | undefined;
  readonly pauseWatch: PauseWatch | undefined;
  readonly #around: Surroundings;
  // Fields, not objects: they are read for every chunk.
  readonly #refuses: boolean;
  readonly #maxBytes: number;
  /** Nothing must see every chunk. */
  readonly #mayRun: boolean;

  /** Calls `onPause` in each pause of the source, if the options ask for it. */
  constructor(around: Surroundings, onPause: () => void) {
    const { options, streams, session } = around;
    const { api, clock, listen, log, finalizeAfterMs } = options;
    const format = api.audioFormat(listen);
    const { maxSeconds, maxBytes, maxProcessBytes } = log;
    const limits = { rate: MILLISECONDS, frameBytes: 0, maxSeconds, maxBytes, maxProcessBytes };
    const timeline = new AudioTimeline(clock, limits, this);
    this.#around = around;
    this.#refuses = log.overflow === 'refuse';
    this.#maxBytes = log.maxBytes;
    this.format = format;
    this.timeline = timeline;
    this.kept = session?.join({ clock, listen, format, timeline, streams });
    this.intake = new Intake(clock, format, this.kept?.sink ?? timeline, streams);
    this.pauseWatch =
      finalizeAfterMs < Infinity ? new PauseWatch(clock, finalizeAfterMs, onPause) : undefined;
    this.#mayRun = !this.kept && !this.pauseWatch;
  }

  get ledger(): AudioLedger {
    const { accepted, confirmed, pending, dropped } = this.timeline.snapshot();
    // No spread: V8 makes a hidden class for each object that has a field behind one.
    return { accepted, confirmed, pending, dropped, sampleRate: this.timeline.rate };
  }

  get droppedMs(): number {
    return (this.timeline.dropped * 1000) / this.timeline.rate;
  }

  get hasPending(): boolean {
    return this.timeline.hasPending;
  }

  get backlogMs(): number {
    return (this.timeline.unsent * 1000) / this.timeline.rate + this.intake.waitingMs;
  }

  /** By how many seconds the backlog shrinks in one second. While live audio comes, only the rate above real time counts. */
  get shrinkRate(): number {
    const { catchUpRate } = this.#around.options;
    return this.intake.isFlowing(this.timeline.run?.lastAt) ? catchUpRate - 1 : catchUpRate;
  }

  hasRoom(bytes: number): boolean {
    const { waitingBytes } = this.intake;
    if (this.#refuses) return this.timeline.hasRoom(waitingBytes + bytes);
    return waitingBytes + bytes <= this.#maxBytes;
  }

  push(chunk: AudioChunk, capturedAt: number | undefined): void {
    this.timeline.run?.end();
    this.intake.push(chunk, capturedAt);
    this.pauseWatch?.accepted(this.#around.options.clock.now());
    if (this.#mayRun && this.intake.isClear) this.timeline.beginRun(this.intake.tap);
  }

  /** Takes a chunk that came before this code. */
  pushHeld({ chunk, capturedAt, at }: HeldChunk): void {
    this.intake.push(chunk, capturedAt, at);
    this.pauseWatch?.accepted(at);
  }

  /** After an outage: drops the audio that the catch-up policy skips. */
  skip(): void {
    const { catchUp } = this.#around.options;
    if (catchUp === 'all') return;
    const keptSeconds = catchUp === 'live' ? 0 : catchUp.lastSeconds;
    this.timeline.skipTo(this.timeline.end - Math.round(keptSeconds * this.timeline.rate));
  }

  onDrop({ start, end, reason }: Drop): void {
    const { rate } = this.timeline;
    const evidence = { startSeconds: start / rate, endSeconds: end / rate, reason };
    this.#around.streams.report('audio-dropped', evidence);
  }

  onWaiting(): void {
    this.#around.send({ type: 'audio.pending' });
  }

  /** No more audio will come. */
  finish(): void {
    this.pauseWatch?.stop();
    this.intake.finish();
  }

  /** The session is over. */
  close(): void {
    this.pauseWatch?.stop();
    this.timeline.close();
    this.intake.close();
  }
}
