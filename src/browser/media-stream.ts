/** The sound of an existing MediaStream: a call, a screen, an element, a file. */
import { Observable } from 'rxjs';
import { invalidOption } from '../errors.ts';
import { Capture, type CaptureOptions, checkCaptureOptions } from './capture.ts';

/**
 * The sound of a stream's first audio track as linear16, little-endian, in frames of `frameMs`. Each subscription captures on its own;
 * the stream belongs to the caller and is not stopped. Completes when the track ends.
 *
 * @throws TranscriptionError `invalid-option`, at once, for invalid options and streams without sound; later, as an error of
 * the observable, `microphone-unsupported` or `worklet-failed`.
 *
 * @example
 * ```ts
 * const screen = await navigator.mediaDevices.getDisplayMedia({ audio: true });
 * fromMediaStream(screen).pipe(transcribe({ auth, listen: { encoding: 'linear16', sample_rate: 16_000 } })).subscribe(show);
 * ```
 */
export function fromMediaStream(stream: MediaStream, options: CaptureOptions = {}): Observable<Uint8Array> {
  const settings = checkCaptureOptions(options);
  const [track] = stream.getAudioTracks();
  if (!track) {
    throw invalidOption('The stream has no audio track.', 'Ask for audio when you make it: { audio: true }.');
  }
  return new Observable((subscriber) => {
    const source = { isOwn: false, open: () => Promise.resolve(track), ended: () => undefined };
    const capture = new Capture(settings, options, source, subscriber);
    void capture.start();
    return () => capture.stop();
  });
}
