/** Audio that is pulled, such as a file: a chunk is asked for when there is room for it, so that none is given up. */
import type { Clock } from '../clock.ts';
import type { AudioChunk, CapturedAudio } from '../audio/audio-chunk.ts';
import type { LiveTranscription } from './live-transcription.ts';

/** What can be pulled from. */
export type AudioSource =
  | AsyncIterable<AudioChunk | CapturedAudio>
  | ReadableStream<AudioChunk | CapturedAudio>;

/** Audio that may wait to be sent while more is pulled: enough for an even pace. */
const PULL_BELOW_MS = 2_000;

/** How often it is looked whether there is room again. */
const POLL_MS = 100;

/** Chunks are handed on in pieces of this size: half a second at 256 kbit/s. */
const PIECE_BYTES = 1 << 14;

/**
 * Sends all of the source, in its order, as fast as the session takes it, and waits while it is paused.
 * Resolves at the end of the source or of the session; rejects with the error of the source.
 */
export async function pull(source: AudioSource, live: LiveTranscription, clock: Clock): Promise<void> {
  const chunks = iteratorOf(source);
  let hasEnded = false;
  const isOver = () => hasEnded;
  let wake = () => {};
  const ending = live.status$.subscribe({
    complete: () => {
      hasEnded = true;
      wake();
      // The source may be waiting for itself; its own errors are of no use any more.
      chunks.return?.().catch(() => undefined);
    },
  });
  const sleep = () =>
    new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, POLL_MS);
      wake = () => {
        clock.clearTimeout(timer);
        resolve();
      };
    });
  const isWelcome = (piece: AudioChunk | CapturedAudio) => {
    if (live.isPaused || live.backlogMs >= PULL_BELOW_MS) return false;
    const result = live.send(piece);
    return result.accepted || result.reason === 'empty';
  };
  try {
    for (let next = await chunks.next(); !next.done && !isOver(); next = await chunks.next()) {
      for (const piece of piecesOf(next.value)) {
        while (!isOver() && !isWelcome(piece)) await sleep();
      }
    }
  } finally {
    ending.unsubscribe();
    if (!isOver()) chunks.return?.().catch(() => undefined);
  }
}

function iteratorOf(source: AudioSource): AsyncIterator<AudioChunk | CapturedAudio, unknown> {
  if (!('getReader' in source)) return source[Symbol.asyncIterator]();
  // Not every browser can iterate over its streams.
  const reader = source.getReader();
  return {
    next: () => reader.read(),
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** What is no audio is passed on, for `send()` to refuse. */
function* piecesOf(chunk: AudioChunk | CapturedAudio): Generator<AudioChunk | CapturedAudio> {
  if (typeof Blob !== 'undefined' && chunk instanceof Blob) {
    for (let from = 0; from < chunk.size; from += PIECE_BYTES) yield chunk.slice(from, from + PIECE_BYTES);
  } else if (chunk instanceof ArrayBuffer) yield* piecesOf(new Uint8Array(chunk));
  else if (chunk instanceof Uint8Array) {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES)
      yield chunk.subarray(from, from + PIECE_BYTES);
  } else yield chunk;
}
