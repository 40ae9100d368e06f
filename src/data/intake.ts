/**
 * The door for audio: takes what people hand in — views into larger buffers, `Blob`s, empty chunks, halves of samples — and
 * passes on bytes in order. A `Blob` gives its bytes later; whatever comes meanwhile waits behind it.
 */
import { TranscriptionError } from '../errors.ts';

/** Audio as it may be handed in. It is copied: the caller may reuse the buffer at once. */
export type AudioChunk = ArrayBuffer | ArrayBufferView | Blob;

export class Intake {
  readonly #pass: (bytes: Uint8Array) => void;
  readonly #fail: (error: unknown, bytes: number) => void;
  /** The last of the chunks that wait for their bytes. */
  #waiting: Promise<void> | undefined;
  #waitingBytes = 0;

  /** `fail` hears of a `Blob` that cannot be read. */
  constructor(pass: (bytes: Uint8Array) => void, fail: (error: unknown, bytes: number) => void) {
    this.#pass = pass;
    this.#fail = fail;
  }

  /** Bytes that wait for a `Blob` to be read. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** @throws TranscriptionError `invalid-audio` if this is no audio at all. */
  push(chunk: AudioChunk): void {
    if (this.#waiting === undefined && chunk instanceof Uint8Array) this.#pass(chunk);
    else if (chunk instanceof ArrayBuffer) this.#take(new Uint8Array(chunk));
    else if (ArrayBuffer.isView(chunk))
      this.#take(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    else this.#wait(chunk.size, () => chunk.arrayBuffer());
  }

  /** Everything handed in so far has been passed on. */
  async settled(): Promise<void> {
    while (this.#waiting) await this.#waiting;
  }

  #take(bytes: Uint8Array): void {
    if (this.#waiting === undefined) this.#pass(bytes);
    else {
      const copy = bytes.slice();
      this.#wait(copy.byteLength, () => copy.buffer);
    }
  }

  #wait(size: number, read: () => ArrayBuffer | Promise<ArrayBuffer>): void {
    this.#waitingBytes += size;
    const before = this.#waiting ?? Promise.resolve();
    const turn = before.then(read).then(
      (buffer) => done(() => this.#pass(new Uint8Array(buffer))),
      (error: unknown) => done(() => this.#fail(error, size)),
    );
    const done = (next: () => void) => {
      this.#waitingBytes -= size;
      if (this.#waiting === turn) this.#waiting = undefined;
      next();
    };
    this.#waiting = turn;
  }
}

/** Bytes in a chunk. @throws TranscriptionError `invalid-audio` if this is no audio at all. */
export function sizeOf(chunk: AudioChunk): number {
  if (chunk instanceof ArrayBuffer || ArrayBuffer.isView(chunk)) return chunk.byteLength;
  if (typeof Blob !== 'undefined' && (chunk as unknown) instanceof Blob) return chunk.size;
  const what = chunk === null ? 'null' : typeof chunk;
  throw new TranscriptionError('invalid-audio', `send() was given ${what}, which is no audio.`, {
    remedy:
      'Give a Uint8Array, another view, an ArrayBuffer or a Blob; samples as Float32 must be converted to linear16 first.',
  });
}
