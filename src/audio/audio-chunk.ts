/** Audio as an app may hand it in, and the checks of it. */
import { TranscriptionError } from '../errors.ts';

/** Audio as it may be handed in. It is copied: the caller may reuse the buffer at once. */
export type AudioChunk = ArrayBuffer | ArrayBufferView | Blob;

/** Audio with the time of its capture. */
export interface CapturedAudio {
  audio: AudioChunk;
  /**
   * When its first sample was captured, in milliseconds since 1970. Times of words follow it, and a jump is a hole in the audio:
   * for sources that know better than by arrival, such as telephones and files.
   */
  capturedAt: number;
}

/** The capture time of audio that has one. @throws TranscriptionError `invalid-audio` if it is no time. */
export function capturedAtOf(input: unknown): number | undefined {
  if (ArrayBuffer.isView(input) || typeof input !== 'object' || input === null || !('capturedAt' in input)) {
    return undefined;
  }
  const { capturedAt } = input;
  if (Number.isFinite(capturedAt)) return capturedAt as number;
  throw new TranscriptionError('invalid-audio', `capturedAt is ${String(capturedAt)}.`, {
    remedy: 'Give milliseconds since 1970, such as Date.now().',
  });
}

/** Bytes in a chunk. @throws TranscriptionError `invalid-audio` if this is no audio at all. */
export function sizeOf(chunk: unknown): number {
  if (ArrayBuffer.isView(chunk) || isArrayBuffer(chunk)) return chunk.byteLength;
  if (isBlob(chunk)) return chunk.size;
  throw invalidAudio(`${chunk === null ? 'null' : typeof chunk}, which is no audio`);
}

/** Not by `instanceof`: a frame, a worker or a test may hand in what another realm has made. */
export function isArrayBuffer(chunk: unknown): chunk is ArrayBuffer {
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
