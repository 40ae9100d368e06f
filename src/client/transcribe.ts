/** The operator form: audio in, transcripts out, and a session that lives exactly as long as its subscription. */
import { Observable, type Observer, type OperatorFunction, type TeardownLogic } from 'rxjs';
import type { AudioChunk, CapturedAudio } from '../audio/audio-chunk.ts';
import type { Transcript } from '../transcript/stitcher.ts';
import type { LiveTranscription } from './live-transcription.ts';
import { checkOptions, type LiveTranscriptionOptions } from './options.ts';
import type * as Pull from './pull.ts';
import { createLiveTranscription } from './create-session.ts';

let provided: typeof Pull | undefined;

/** For platforms that refuse `import()`. */
export function providePull(pull: typeof Pull): void {
  provided = pull;
}

/** Called for each subscription with its session, which has the status, the notices and the ledger. */
type Started = (live: LiveTranscription) => void;

/**
 * Transcribes audio that is pulled, such as a file of any length. The next chunk is read when less than 2 seconds wait to be
 * sent, during outages too, so that none is dropped. At the catch-up rate an hour takes 50 minutes. Chunks may be of any size.
 *
 * The source is read by the first subscription; unsubscribing cancels it.
 *
 * @param source For example `createReadStream(path)` of Node, `file.stream()` or the `body` of a response.
 *
 * @example
 * ```ts
 * transcribe(createReadStream('talk.mp3'), { auth, listen: { model: 'nova-3' } }).subscribe((transcript) => render(transcript));
 * ```
 */
export function transcribe(
  source: AsyncIterable<AudioChunk | CapturedAudio> | ReadableStream<AudioChunk | CapturedAudio>,
  options: LiveTranscriptionOptions,
  started?: Started,
): Observable<Transcript>;
/**
 * Transcribes the source's audio. When the source completes, the session drains before the result completes. Unsubscribing ends
 * at once. A fatal end comes as a {@link TranscriptionError}, after all transcripts.
 *
 * An observable cannot be slowed down: audio that comes faster than real time is dropped when the log is full, and the notice
 * `audio-dropped` reports it. Pass a file as an `AsyncIterable` or `ReadableStream` instead.
 *
 * @param started Called for each subscription with its session, which has the status, the notices and the ledger.
 * @throws TranscriptionError `invalid-option`, at once, for anything that cannot work.
 *
 * @example
 * ```ts
 * audio$.pipe(transcribe({ auth, listen: { model: 'nova-3' } })).subscribe((transcript) => render(transcript));
 * ```
 */
export function transcribe(
  options: LiveTranscriptionOptions,
  started?: Started,
): OperatorFunction<AudioChunk | CapturedAudio, Transcript>;
export function transcribe(
  first: LiveTranscriptionOptions | Pull.AudioSource,
  second?: LiveTranscriptionOptions | Started,
  third?: Started,
): OperatorFunction<AudioChunk | CapturedAudio, Transcript> | Observable<Transcript> {
  if (!isSource(first)) {
    checkOptions(first);
    return (audio$) => run(first, second as Started | undefined, (_, audio) => audio$.subscribe(audio));
  }
  const options = second as LiveTranscriptionOptions;
  const { clock } = checkOptions(options);
  return run(options, third, (live, { error, complete }) => {
    void Promise.resolve(provided ?? import('./pull.ts'))
      .then(({ pull }) => pull(first, live, clock))
      .then(complete, error);
  });
}

function isSource(value: LiveTranscriptionOptions | Pull.AudioSource): value is Pull.AudioSource {
  return Symbol.asyncIterator in value || 'getReader' in value;
}

/** A session for each subscription, fed with audio. */
function run(
  options: LiveTranscriptionOptions,
  started: Started | undefined,
  feed: (live: LiveTranscription, audio: Observer<AudioChunk | CapturedAudio>) => TeardownLogic,
): Observable<Transcript> {
  return new Observable((subscriber) => {
    const live = createLiveTranscription(options);
    subscriber.add(() => live.abort());
    started?.(live);
    let sourceError: { error: unknown } | undefined;
    live.transcripts$.subscribe((transcript) => subscriber.next(transcript));
    live.status$.subscribe((status) => {
      if (status.phase === 'failed') subscriber.error(status.error);
      else if (status.phase !== 'closed') return;
      else if (sourceError) subscriber.error(sourceError.error);
      else if (status.outcome === 'aborted' && options.signal?.aborted)
        subscriber.error(options.signal.reason);
      else subscriber.complete();
    });
    subscriber.add(
      feed(live, {
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
