/** Audio from the app, and its checks. */
import { TranscriptionError } from '../errors.ts';
import type { AudioFormat } from '../protocol/protocol.ts';

/** 128 kbit/s, to estimate the duration of container bytes that were not read yet. */
const UNREAD_BYTES_PER_MS = 16;

/** Audio that `send()` accepts. It is copied: the caller may reuse the buffer at once. */
export type AudioChunk = ArrayBuffer | ArrayBufferView | Blob;

/** Sees audio on its way. The bytes are the app's: read them before returning. */
export type AudioTap = (bytes: Uint8Array, now: number) => void;

/** Audio with the time of its capture. */
export interface CapturedAudio {
  audio: AudioChunk;
  /**
   * When its first sample was captured, in milliseconds since 1970, for sources that know it, such as telephones and files. Times
   * of words follow it; a jump is a hole in the audio.
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

/** A view of its bytes; `undefined` for a `Blob`, which delivers them later. */
export function bytesOf(chunk: AudioChunk): Uint8Array | undefined {
  if (chunk instanceof Uint8Array) return chunk;
  if (isArrayBuffer(chunk)) return new Uint8Array(chunk);
  return ArrayBuffer.isView(chunk)
    ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : undefined;
}

/** How many bytes a millisecond of audio has; an estimate where the format does not tell. */
export function bytesPerMsOf(format: AudioFormat): number {
  return format.kind === 'raw' ? (format.sampleRate * format.frameBytes) / 1000 : UNREAD_BYTES_PER_MS;
}

/** Not `instanceof`: the value may come from another realm, such as a frame, a worker or a test. */
function isArrayBuffer(chunk: unknown): chunk is ArrayBuffer {
  return Object.prototype.toString.call(chunk) === '[object ArrayBuffer]';
}

/** React Native's `Blob` cannot be read. */
function isBlob(chunk: unknown): chunk is Blob {
  const { size, arrayBuffer } = (chunk ?? {}) as Partial<Blob>;
  return typeof size === 'number' && typeof arrayBuffer === 'function';
}

/** @throws TranscriptionError `invalid-audio` for floating-point samples with an integer encoding: they would be noise. */
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
