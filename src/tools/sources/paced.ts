/**
 * Plays bytes in real time, as a microphone would deliver them. Deepgram accepts audio at little more than real time. It needs only
 * the number of bytes in a second, not the format.
 */
import { Observable } from 'rxjs';
import { type Clock, systemClock } from '../../clock.ts';

/** Options of {@link paced}. */
export interface PacedOptions {
  /** Bytes in a second of this audio, such as 32000 for 16 kHz linear16 in mono. */
  bytesPerSecond: number;
  /**
   * Milliseconds of audio in one frame; Deepgram advises 20 to 250.
   * @defaultValue 50
   */
  frameMs?: number;
  /** Replaces time, for tests. @defaultValue the system's clock */
  clock?: Clock;
}

/**
 * Emits `bytes` in frames, frame *n* at *n* × `frameMs` after the subscription, and completes at the end of the last frame, so
 * that `concat` can join several. Each subscriber starts from the beginning.
 *
 * @remarks
 * The schedule does not drift: after a late timer several frames come at once.
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
      // At least a millisecond: a timer may fire slightly early and would be set again.
      else timer = clock.setTimeout(play, Math.max(1, dueMs - (clock.now() - startedAt)));
    };
    play();
    return () => clock.clearTimeout(timer);
  });
}
