/** The user's microphone, opened by subscribing and closed by unsubscribing. */
import { Observable } from 'rxjs';
import { type ErrorReason, TranscriptionError } from '../errors.ts';
import { Capture, type CaptureOptions, type CaptureSource, checkCaptureOptions } from './capture.ts';

/** Options of {@link microphone}. */
export interface MicrophoneOptions extends CaptureOptions {
  /**
   * Passed to `getUserMedia`: a `deviceId`, or `echoCancellation`, `noiseSuppression` and `autoGainControl`, which most browsers switch
   * on by themselves.
   */
  constraints?: MediaTrackConstraints;
}

/**
 * The microphone as linear16, little-endian, in frames of `frameMs`. Subscribing asks for permission and opens it; unsubscribing
 * closes it, and its light goes out. Subscribe in the handler of a click, so that the browser lets the page process sound at once.
 *
 * A muted microphone is not an error, since it comes back: see {@link CaptureOptions.onStatus}.
 *
 * @throws TranscriptionError `invalid-option`, at once; later, as an error of the observable: `microphone-refused`,
 * `microphone-missing`, `microphone-busy`, `microphone-lost`, `microphone-unsupported` or `worklet-failed`.
 *
 * @example
 * ```ts
 * microphone()
 *   .pipe(transcribe({ auth, listen: { model: 'nova-3', encoding: 'linear16', sample_rate: 16_000 } }))
 *   .subscribe(({ text }) => show(text));
 * ```
 */
export function microphone(options: MicrophoneOptions = {}): Observable<Uint8Array> {
  const settings = checkCaptureOptions(options);
  const constraints = { channelCount: settings.channels, ...options.constraints };
  return new Observable((subscriber) => {
    const capture = new Capture(settings, options, microphoneSource(constraints), subscriber);
    void capture.start();
    return () => capture.stop();
  });
}

function microphoneSource(constraints: MediaTrackConstraints): CaptureSource {
  return {
    isOwn: true,
    open: async () => {
      const devices = (navigator as Partial<Navigator>).mediaDevices;
      if (!devices) throw failure('microphone-unsupported');
      try {
        const stream = await devices.getUserMedia({ audio: constraints });
        return stream.getAudioTracks()[0] as MediaStreamTrack;
      } catch (cause) {
        throw failure(REASONS[(cause as Partial<Error>).name ?? ''] ?? 'microphone-unsupported', cause);
      }
    },
    ended: () => failure('microphone-lost'),
  };
}

/** By the name of the DOMException; Media Capture and Streams, section 10.3.5 (getUserMedia). */
const REASONS: Partial<Record<string, MicrophoneReason>> = {
  NotAllowedError: 'microphone-refused',
  SecurityError: 'microphone-refused',
  NotFoundError: 'microphone-missing',
  OverconstrainedError: 'microphone-missing',
  NotReadableError: 'microphone-busy',
  AbortError: 'microphone-busy',
};

type MicrophoneReason = Extract<ErrorReason, `microphone-${string}`>;

const STORIES: Record<MicrophoneReason, readonly [problem: string, remedy: string]> = {
  'microphone-refused': [
    'The microphone was not allowed.',
    'Let the user allow it in the browser\'s site settings and ask again; an iframe needs allow="microphone".',
  ],
  'microphone-missing': [
    'There is no microphone that fits.',
    'Plug one in, or ask with fewer constraints; enumerateDevices() lists what there is.',
  ],
  'microphone-busy': [
    'The microphone could not be opened.',
    'Close other programs that use it, and ask again.',
  ],
  'microphone-lost': [
    'The microphone was unplugged, or its permission taken back.',
    'Ask again: another may be the default by now.',
  ],
  'microphone-unsupported': [
    'This page can have no microphone.',
    'Serve it over https (or from localhost), and see the cause.',
  ],
};

function failure(reason: MicrophoneReason, cause?: unknown): TranscriptionError {
  const [problem, remedy] = STORIES[reason];
  return new TranscriptionError(reason, problem, { remedy, cause });
}
