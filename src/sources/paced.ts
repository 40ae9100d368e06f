/**
 * Bytes at the pace of speech: a file played as if it were a microphone. Deepgram takes audio at little more than real
 * time, and tests and demonstrations want it just so. Knows nothing of formats: give it the bytes of one second.
 */
import { Observable } from 'rxjs';
import { type Clock, systemClock } from '../clock.ts';

/** Options of {@link paced}. */
export interface PacedOptions {
  /** What a second of this audio weighs, such as 32000 for 16 kHz linear16 in mono. */
  bytesPerSecond: number;
  /**
   * Milliseconds of audio in one frame; 20 to 250 is what Deepgram advises.
   * @defaultValue 50
   */
  frameMs?: number;
  /** Replaces time, for tests. @defaultValue the system's clock */
  clock?: Clock;
}

/**
 * Emits `bytes` in frames, frame *n* at *n* × `frameMs` after the subscription, and completes when the last one's time is
 * over, so that several can be joined with `concat`. Every subscriber gets a performance of its own.
 *
 * @remarks
 * The schedule does not drift: what a slow timer delays is made up for at once, by several frames in a row.
 *
 * @example
 * ```ts
 * paced(wav.data, { bytesPerSecond: wav.bytesPerSecond }).pipe(transcribe(options)).subscribe(show);
 * ```
 */
export function paced(bytes: Uint8Array, options: PacedOptions): Observable<Uint8Array> {
  const { bytesPerSecond, frameMs = 50, clock = systemClock } = options;
  const bytesPerFrame = (bytesPerSecond * frameMs) / 1000;
  if (!(bytesPerFrame >= 1 && bytesPerFrame < Infinity)) {
    throw new RangeError(`A frame of ${frameMs} ms at ${bytesPerSecond} bytes a second would hold nothing.`);
  }
  const frameCount = Math.ceil(bytes.byteLength / bytesPerFrame);
  const cutOf = (frame: number) => Math.round(frame * bytesPerFrame);
  return new Observable((subscriber) => {
    const startedAt = clock.now();
    let next = 0;
    let timer: unknown;
    const play = () => {
      const elapsedMs = clock.now() - startedAt;
      while (next < frameCount && next * frameMs <= elapsedMs && !subscriber.closed) {
        subscriber.next(bytes.subarray(cutOf(next), cutOf(next + 1)));
        next += 1;
      }
      if (subscriber.closed) return;
      const lengthMs = (bytes.byteLength * 1000) / bytesPerSecond;
      const dueMs = next < frameCount ? next * frameMs : lengthMs;
      if (next === frameCount && elapsedMs >= dueMs) subscriber.complete();
      // A millisecond at least: a timer that comes a hair too early would otherwise be set anew for nothing.
      else timer = clock.setTimeout(play, Math.max(1, dueMs - (clock.now() - startedAt)));
    };
    play();
    return () => clock.clearTimeout(timer);
  });
}
