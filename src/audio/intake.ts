/**
 * Takes chunks from the app (views into larger buffers, `Blob`s, halves of samples) and passes bytes to the framing, in order. A
 * `Blob` delivers its bytes later; later chunks wait for it. Chunks also wait while the code for a container is loaded.
 */
import type { Clock } from '../clock.ts';
import type { Reporter } from '../facts.ts';
import type { AudioFormat } from '../protocol/protocol.ts';
import { type AudioChunk, type AudioTap, bytesOf, bytesPerMsOf } from './audio-chunk.ts';
import { type Framing, type FrameSink, RawFraming } from './framing.ts';
import { loadFramings } from './framings.ts';

/** A source that continues sends the next chunk within this time. */
const FLOWING_MS = 1_000;

interface HeldChunk {
  bytes: Uint8Array;
  capturedAt: number | undefined;
}

/** Delay before another attempt to load code. */
const LOAD_AGAIN_MS = 3_000;

export class Intake {
  /** Sees all audio, in the app's memory, on its way to the framing, with the time when it came. */
  tap: AudioTap | undefined;
  readonly #clock: Clock;
  readonly #sink: FrameSink;
  readonly #reporter: Reporter;
  #framing: Framing | undefined;
  /** The last of the chunks that wait for their bytes. */
  #waiting: Promise<void> | undefined;
  #waitingBytes = 0;
  #isPassing = false;
  /** Chunks that an observer of the session sent while the previous chunk was processed: they come after it. */
  readonly #held: HeldChunk[] = [];
  #whenPassed: (() => void) | undefined;
  readonly #bytesPerMs: number;
  #passedAt = -Infinity;
  /** Waits that may never end; `close()` cancels them. */
  #waits: Set<() => void> | undefined;
  #hasFinished = false;
  #isClosed = false;

  constructor(clock: Clock, format: AudioFormat, sink: FrameSink, reporter: Reporter) {
    this.#clock = clock;
    this.#sink = sink;
    this.#reporter = reporter;
    this.#bytesPerMs = bytesPerMsOf(format);
    if (format.kind === 'raw') this.#framing = new RawFraming(sink, format.sampleRate, format.frameBytes);
    else this.#queue(0, () => this.#loadFraming(format.kind === 'packets'));
  }

  /** Bytes that wait for their turn. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Estimated duration of the audio that waits for its bytes or for code. */
  get waitingMs(): number {
    return this.#waitingBytes / this.#bytesPerMs;
  }

  /** Whether the source is still sending. `ranAt`: when the last chunk of a run came. */
  isFlowing(ranAt = -Infinity): boolean {
    const lastAt = Math.max(this.#passedAt, ranAt);
    return !this.#hasFinished && this.#clock.now() - lastAt <= FLOWING_MS;
  }

  /** No chunk waits, and no part of a sample is left: a chunk like the last one goes the same way. */
  get isClear(): boolean {
    return !this.isWaiting && this.#framing?.isWhole === true;
  }

  /** Some audio waits for its bytes, or for the end of the chunk before it. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined || this.#isPassing;
  }

  /** `false`: positions are estimates, and a replay may repeat or miss a little. */
  get isExact(): boolean {
    return this.#framing?.isExact !== false;
  }

  /** The header of a connection that begins at this position, if it is known yet. */
  headerAt(position: number): Uint8Array | undefined {
    return this.#framing?.isHeaderAudio && position === 0 ? undefined : this.#framing?.header;
  }

  /**
   * `capturedAt`: when its first sample was captured, in milliseconds since 1970, if the source knows it. `at`: when it came, on the
   * session's clock, if not now.
   */
  push(chunk: AudioChunk, capturedAt: number | undefined, at?: number): void {
    const bytes = bytesOf(chunk);
    if (bytes) this.#take(bytes, capturedAt, at);
    else {
      const blob = chunk as Blob;
      this.#queue(blob.size, async () =>
        this.#pass(new Uint8Array(await blob.arrayBuffer()), capturedAt, at),
      );
    }
  }

  /** Later chunks wait for the task, which may pass on audio before them. */
  before(task: (pass: (bytes: Uint8Array, capturedAt: number | undefined) => void) => Promise<void>): void {
    this.#queue(0, () => task((bytes, capturedAt) => this.#pass(bytes, capturedAt)));
  }

  /** Resolves when no audio waits for its bytes any more, after `timeoutMs`, or at the end of the session. */
  settled(timeoutMs: number): Promise<void> {
    return this.#wait(timeoutMs, this.#allPassed());
  }

  /** `false` if no chunk is being processed; otherwise the task runs when the whole chunk is in the log. */
  defer(task: () => void): boolean {
    if (this.#isPassing) this.#whenPassed = task;
    return this.#isPassing;
  }

  /** No more audio will come. */
  finish(): void {
    if (this.#hasFinished) return;
    this.#hasFinished = true;
    this.#framing?.finish(this.#clock.now());
  }

  /** The session is over: reports audio whose bytes never came. */
  close(): void {
    this.#isClosed = true;
    if (this.#waitingBytes > 0) this.#reporter.report('audio-unreadable', { bytes: this.#waitingBytes });
    for (const letGo of this.#waits ?? []) letGo();
  }

  #take(bytes: Uint8Array, capturedAt: number | undefined, at: number | undefined): void {
    if (this.#waiting === undefined && !this.#isPassing) {
      this.#pass(bytes, capturedAt, at);
      return;
    }
    // Not `slice`, which for a Buffer is a view.
    const copy = new Uint8Array(bytes);
    if (this.#waiting === undefined) {
      this.#waitingBytes += copy.byteLength;
      this.#held.push({ bytes: copy, capturedAt });
    } else this.#queue(copy.byteLength, () => this.#pass(copy, capturedAt, at));
  }

  #pass(bytes: Uint8Array, capturedAt: number | undefined, at?: number): void {
    if (this.#isClosed) return;
    if (!this.#framing || this.#hasFinished) {
      this.#reporter.report('audio-unreadable', { bytes: bytes.byteLength });
      return;
    }
    // Passing on audio changes the status, and a subscriber may then send more audio or end the session.
    this.#isPassing = true;
    try {
      this.#passTo(this.#framing, bytes, capturedAt, at);
      for (let held = this.#held.shift(); held; held = this.#held.shift()) {
        this.#waitingBytes -= held.bytes.byteLength;
        this.#passTo(this.#framing, held.bytes, held.capturedAt);
      }
    } finally {
      this.#isPassing = false;
      const task = this.#whenPassed;
      this.#whenPassed = undefined;
      task?.();
    }
  }

  #passTo(framing: Framing, bytes: Uint8Array, capturedAt: number | undefined, at = this.#clock.now()): void {
    this.#passedAt = at;
    this.#sink.capturedAt = capturedAt;
    framing.push(bytes, at);
    this.tap?.(bytes, at);
  }

  #queue(bytes: number, task: () => void | Promise<void>): void {
    this.#waitingBytes += bytes;
    const turn = (this.#waiting ?? Promise.resolve())
      .then(task)
      .catch((error: unknown) => this.#reporter.report('audio-unreadable', { bytes }, error))
      .then(() => {
        this.#waitingBytes -= bytes;
        if (this.#waiting === turn) this.#waiting = undefined;
      });
    this.#waiting = turn;
  }

  async #allPassed(): Promise<void> {
    while (this.#waiting) await this.#waiting;
  }

  /** Loads the code for audio that is not raw. If that fails, the audio waits. */
  async #loadFraming(isPackets: boolean): Promise<void> {
    while (!this.#framing && !this.#isClosed) {
      try {
        const { ContainerFraming, PacketFraming } = await loadFramings();
        this.#framing = isPackets
          ? new PacketFraming(this.#sink, this.#reporter)
          : new ContainerFraming(this.#sink, this.#reporter, RawFraming);
      } catch (error) {
        this.#reporter.report('audio-unreadable', { bytes: 0 }, error);
        await this.#wait(LOAD_AGAIN_MS);
      }
    }
  }

  /** Waits for a promise, at most for a time, and not beyond the session. */
  #wait(delayMs: number, something?: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const letGo = () => {
        this.#clock.clearTimeout(timer);
        this.#waits?.delete(letGo);
        resolve();
      };
      const timer = this.#clock.setTimeout(letGo, delayMs);
      (this.#waits ??= new Set()).add(letGo);
      void something?.then(letGo);
    });
  }
}
