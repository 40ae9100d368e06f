/** Audio that is pulled, such as a file: the next chunk is read when there is room for it, so that none is dropped. */
import type { Clock } from '../clock.ts';
import type { AudioChunk, CapturedAudio } from '../audio/audio-chunk.ts';
import type { LiveTranscription } from './live-transcription.ts';

/** A source to pull from. */
export type AudioSource =
  | AsyncIterable<AudioChunk | CapturedAudio>
  | ReadableStream<AudioChunk | CapturedAudio>;

/** Audio that may wait to be sent while more is pulled: enough for an even pace. */
const PULL_BELOW_MS = 2_000;

/** Time between two checks for room. */
const POLL_MS = 100;

/** Chunks are sent in pieces of this size: half a second at 256 kbit/s. */
const PIECE_BYTES = 1 << 14;

/**
 * Sends the whole source, as fast as the session takes it, and waits while the session is paused. Resolves at the end of the
 * source or of the session; rejects with the error of the source.
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
      // Not awaited: `return()` may wait for a read that is under way. Errors of the source no longer matter.
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
  // Not every browser can iterate over a `ReadableStream`.
  const reader = source.getReader();
  return {
    next: () => reader.read(),
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** Other values are passed on; `send()` refuses them. */
function* piecesOf(chunk: AudioChunk | CapturedAudio): Generator<AudioChunk | CapturedAudio> {
  if (typeof Blob !== 'undefined' && chunk instanceof Blob) {
    for (let from = 0; from < chunk.size; from += PIECE_BYTES) yield chunk.slice(from, from + PIECE_BYTES);
  } else if (chunk instanceof ArrayBuffer) yield* piecesOf(new Uint8Array(chunk));
  else if (chunk instanceof Uint8Array) {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES)
      yield chunk.subarray(from, from + PIECE_BYTES);
  } else yield chunk;
}
