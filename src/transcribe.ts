/** The operator form: audio in, transcripts out, and a session that lives exactly as long as its subscription. */
import { Observable, type OperatorFunction } from 'rxjs';
import type { AudioChunk } from './data/intake.ts';
import type { Transcript } from './data/stitcher.ts';
import type { LiveTranscription } from './live-transcription.ts';
import { checkOptions, type LiveTranscriptionOptions } from './options.ts';
import { createLiveTranscription } from './session.ts';

/**
 * Transcribes the source's audio. When the source completes, what remains is drained before the result completes;
 * unsubscribing ends at once; a fatal end comes as a {@link TranscriptionError}, after every transcript before it.
 *
 * @param started Is given the session of each subscription, for its status, notices and ledger.
 * @throws TranscriptionError `invalid-option`, at once, for anything that cannot work.
 *
 * @example
 * ```ts
 * audio$.pipe(transcribe({ auth, listen: { model: 'nova-3' } })).subscribe((transcript) => render(transcript));
 * ```
 */
export function transcribe(
  options: LiveTranscriptionOptions,
  started?: (live: LiveTranscription) => void,
): OperatorFunction<AudioChunk, Transcript> {
  checkOptions(options);
  return (audio$) =>
    new Observable((subscriber) => {
      const live = createLiveTranscription(options);
      subscriber.add(() => live.abort());
      started?.(live);
      let sourceError: { error: unknown } | undefined;
      live.transcripts$.subscribe((transcript) => subscriber.next(transcript));
      live.status$.subscribe(({ phase, error }) => {
        if (error) subscriber.error(error);
        else if (sourceError && phase === 'closed') subscriber.error(sourceError.error);
        else if (phase === 'closed') subscriber.complete();
      });
      subscriber.add(
        audio$.subscribe({
          next: (chunk) => {
            try {
              live.send(chunk);
            } catch (error) {
              subscriber.error(error);
            }
          },
          error: (error: unknown) => {
            sourceError = { error };
            void live.close();
          },
          complete: () => void live.close(),
        }),
      );
    });
}
