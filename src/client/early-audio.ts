/**
 * Audio that comes before the code for it: in a page, until its second file is loaded. The chunks wait in order, with the times at
 * which they came. Only the timeline can drop the oldest audio, so beyond `log.maxBytes` new audio is refused.
 */
import { type AudioChunk, bytesOf, bytesPerMsOf, sizeOf } from '../audio/audio-chunk.ts';
import type { AudioFormat } from '../protocol/protocol.ts';
import type { AudioLedger } from './live-transcription.ts';
import type { Surroundings } from './surroundings.ts';

/** The part of a session's audio that the session itself uses. */
export interface ReceivedAudio {
  readonly ledger: AudioLedger;
  /** How much audio was dropped so far. */
  readonly droppedMs: number;
  /** Some audio has no final result. */
  readonly hasPending: boolean;
  /** Duration of the audio that waits to be sent; an estimate before its format is known. */
  readonly backlogMs: number;
  /** Whether this many bytes fit into the log, if necessary in place of unconfirmed audio. */
  hasRoom(bytes: number): boolean;
  push(chunk: AudioChunk, capturedAt: number | undefined): void;
  /** The session is over. */
  close(): void;
}

/** A chunk that waits. */
export interface HeldChunk {
  chunk: AudioChunk;
  capturedAt: number | undefined;
  /** When it came, on the session's clock. */
  at: number;
}

export class EarlyAudio implements ReceivedAudio {
  readonly droppedMs = 0;
  #bytes = 0;
  #chunks: HeldChunk[] = [];
  readonly #around: Surroundings;
  readonly #format: AudioFormat;
  readonly #bytesPerMs: number;

  constructor(around: Surroundings) {
    const { api, listen } = around.options;
    this.#around = around;
    this.#format = api.audioFormat(listen);
    this.#bytesPerMs = bytesPerMsOf(this.#format);
  }

  /** Only the samples of raw audio can be counted yet. */
  get ledger(): AudioLedger {
    const isRaw = this.#format.kind === 'raw';
    const sampleRate = isRaw ? this.#format.sampleRate : 1000;
    const pending = isRaw ? Math.floor(this.#bytes / this.#format.frameBytes) : 0;
    return { accepted: pending, confirmed: 0, pending, dropped: 0, sampleRate };
  }

  get hasPending(): boolean {
    return this.#bytes > 0;
  }

  get backlogMs(): number {
    return this.#bytes / this.#bytesPerMs;
  }

  hasRoom(bytes: number): boolean {
    const { maxBytes, maxSeconds, overflow } = this.#around.options.log;
    const most = overflow === 'refuse' ? maxSeconds * 1000 * this.#bytesPerMs : Infinity;
    return this.#bytes + bytes <= Math.min(most, maxBytes);
  }

  push(chunk: AudioChunk, capturedAt: number | undefined): void {
    const bytes = bytesOf(chunk);
    const { options } = this.#around;
    const isFirst = !this.hasPending;
    this.#bytes += sizeOf(chunk);
    this.#chunks.push({ chunk: bytes ? new Uint8Array(bytes) : chunk, capturedAt, at: options.clock.now() });
    if (isFirst) this.#around.send({ type: 'audio.pending' });
  }

  /** Passes all of it on, with what comes meanwhile. */
  passTo(pass: (held: HeldChunk) => void): void {
    for (const held of this.#chunks) pass(held);
  }

  close(): void {
    if (this.hasPending && this.#format.kind !== 'raw')
      this.#around.streams.report('audio-unreadable', { bytes: this.#bytes });
    this.#chunks = [];
  }
}
