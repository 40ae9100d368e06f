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

  /** Bytes that wait for their turn. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Makes everything wait until something is ready. */
  holdUntil(ready: () => Promise<void>): void {
    this.#queue(0, ready);
  }

  /** @throws TranscriptionError `invalid-audio` if this is no audio at all. */
  push(chunk: AudioChunk): void {
    if (chunk instanceof Uint8Array) this.#take(chunk);
    else if (isArrayBuffer(chunk)) this.#take(new Uint8Array(chunk));
    else if (ArrayBuffer.isView(chunk))
      this.#take(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    else {
      this.#queue(chunk.size, async () => this.#pass(new Uint8Array(await chunk.arrayBuffer())));
    }
  }

  /** Everything handed in so far has been passed on. */
  async settled(): Promise<void> {
    while (this.#waiting) await this.#waiting;
  }

  #take(bytes: Uint8Array): void {
    if (this.#waiting === undefined) {
      this.#pass(bytes);
      return;
    }
    // Not `slice`, which for a Buffer is a view.
    const copy = new Uint8Array(bytes);
    this.#queue(copy.byteLength, () => this.#pass(copy));
  }

  #queue(bytes: number, task: () => void | Promise<void>): void {
    this.#waitingBytes += bytes;
    const turn = (this.#waiting ?? Promise.resolve())
      .then(task)
      .catch((error: unknown) => this.#fail(error, bytes))
      .then(() => {
        this.#waitingBytes -= bytes;
        if (this.#waiting === turn) this.#waiting = undefined;
      });
    this.#waiting = turn;
  }
}

/** Bytes in a chunk. @throws TranscriptionError `invalid-audio` if this is no audio at all. */
export function sizeOf(chunk: unknown): number {
  if (ArrayBuffer.isView(chunk) || isArrayBuffer(chunk)) return chunk.byteLength;
  if (isBlob(chunk)) return chunk.size;
  throw invalidAudio(`${chunk === null ? 'null' : typeof chunk}, which is no audio`);
}

/** Not by `instanceof`: a frame, a worker or a test may hand in what another realm has made. */
function isArrayBuffer(chunk: unknown): chunk is ArrayBuffer {
  return Object.prototype.toString.call(chunk) === '[object ArrayBuffer]';
}

/** React Native's Blob, for one, cannot be read. */
function isBlob(chunk: unknown): chunk is Blob {
  const { size, arrayBuffer } = (chunk ?? {}) as Partial<Blob>;
  return typeof size === 'number' && typeof arrayBuffer === 'function';
}

/** @throws TranscriptionError `invalid-audio` for floating point under an encoding that has none: sent, it would be noise. */
export function refuseFloats(chunk: AudioChunk, encoding: string | undefined): void {
  if (encoding === undefined || chunk instanceof Uint8Array || !ArrayBuffer.isView(chunk)) return;
  const { name } = chunk.constructor;
  if (!name.startsWith('Float') || (name === 'Float32Array' && encoding === 'linear32')) return;
  throw invalidAudio(`a ${name} under encoding '${encoding}', which is noise`);
}

function invalidAudio(what: string): TranscriptionError {
  return new TranscriptionError('invalid-audio', `send() was given ${what}.`, {
    remedy:
      'Give a Uint8Array, another view, an ArrayBuffer or a Blob; samples as Float32 must be converted to linear16 first.',
  });
}
