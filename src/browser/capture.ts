/**
 * Converts a track to linear16 with two audio nodes; the second (`capture-worklet.ts`) works in the audio thread. This file creates,
 * watches and releases them. It needs no timer.
 */
import type { Subscriber } from 'rxjs';
import { invalidOption, TranscriptionError } from '../errors.ts';
import type { CaptureMessage, CaptureOrder, CaptureSettings } from './capture-worklet.ts';
import { captureWorklet } from './inlined-scripts.ts';
import { scriptUrl } from './script-url.ts';

/**
 * The state of the capture:
 *
 * - `starting`: waits for permission or for the audio thread.
 * - `live`: audio comes.
 * - `muted`: the browser or the system muted the source; silence comes.
 * - `silent`: only zeros for two seconds without a mute: a switch on the headset, or the wrong device.
 * - `blocked`: the browser lets the page process sound only after the next click or key.
 */
export type CaptureStatus = 'starting' | 'live' | 'muted' | 'silent' | 'blocked';

/** Options of a capture. */
export interface CaptureOptions {
  /**
   * Samples per second, 8000 to 48000; goes into `listen.sample_rate`, too. Speech recognition gains nothing above 16000.
   * @defaultValue `16000`
   */
  sampleRate?: number;
  /**
   * Length of a frame in milliseconds, 20 to 100: shorter ones give earlier results, longer ones cost less.
   * @defaultValue `50`
   */
  frameMs?: number;
  /**
   * 1, or 2 for an interleaved pair; goes into `listen.channels`, too.
   * @defaultValue `1`
   */
  channels?: 1 | 2;
  /**
   * Address of `rx-deepgram/capture-worklet.js`, for pages whose Content-Security-Policy refuses `blob:` scripts.
   * @defaultValue a `blob:` address
   */
  workletUrl?: string | URL;
  /** Called with the first status and each change: for example to show that the microphone is muted. */
  onStatus?: (status: CaptureStatus) => void;
}

/** The source of a capture. */
export interface CaptureSource {
  /** Resolves with the track; may need a permission. */
  open(): Promise<MediaStreamTrack>;
  /** The track was opened for us, and is stopped with the subscription. */
  isOwn: boolean;
  /** The error of an ended track, or `undefined` for a normal end. */
  ended(): TranscriptionError | undefined;
}

/** Zeros for this long are no pause: real microphones hiss. */
const SILENT_MS = 2_000;

/** Events that let a page process sound, by the browsers' rules of user activation. */
const GESTURES = ['pointerup', 'keydown', 'touchend'] as const;

/** @throws TranscriptionError `invalid-option`, with the value, the reason and the remedy. */
export function checkCaptureOptions(options: CaptureOptions): CaptureSettings {
  const { sampleRate = 16_000, frameMs = 50, channels = 1 } = options;
  const isWhole = Number.isInteger(sampleRate);
  if (!isWhole || sampleRate < 8_000 || sampleRate > 48_000) {
    throw invalidOption(
      `sampleRate is ${sampleRate}.`,
      'Give a whole number from 8000 to 48000, best 16000.',
    );
  }
  if (!(frameMs >= 20 && frameMs <= 100)) {
    throw invalidOption(`frameMs is ${frameMs}.`, 'Give 20 to 100, best 50.');
  }
  if (![1, 2].includes(channels)) throw invalidOption(`channels is ${channels}.`, 'Give 1 or 2.');
  return { sampleRate, channels, frameSamples: Math.round((sampleRate * frameMs) / 1000) };
}

/** One subscription to the sound of one track. */
export class Capture {
  readonly #settings: CaptureSettings;
  readonly #options: CaptureOptions;
  readonly #source: CaptureSource;
  readonly #subscriber: Subscriber<Uint8Array>;
  readonly #context: AudioContext;
  /** Removes all listeners at once. */
  readonly #over = new AbortController();
  #track: MediaStreamTrack | undefined;
  #node: AudioWorkletNode | undefined;
  #status: CaptureStatus | undefined;
  #hasRun = false;
  #silentFrames = 0;

  /** Create it in a click handler if possible: an AudioContext created there may run at once. */
  constructor(
    settings: CaptureSettings,
    options: CaptureOptions,
    source: CaptureSource,
    subscriber: Subscriber<Uint8Array>,
  ) {
    if (!globalThis.isSecureContext || typeof AudioWorkletNode === 'undefined') throw unsupported();
    this.#settings = settings;
    this.#options = options;
    this.#source = source;
    this.#subscriber = subscriber;
    try {
      this.#context = new AudioContext();
    } catch (cause) {
      throw workletFailed('The browser gives this page no more audio threads.', CAPTURE_ANEW, cause);
    }
    this.#tell('starting');
  }

  /** Never rejects: errors go to the subscriber. */
  async start(): Promise<void> {
    try {
      const opening = this.#source.open().then((track) => this.#keep(track));
      const [track] = await Promise.all([opening, this.#loadWorklet()]);
      if (!this.#over.signal.aborted) this.#connect(track);
    } catch (error) {
      const isKnown = error instanceof TranscriptionError;
      this.#subscriber.error(
        isKnown ? error : workletFailed('The sound could not be processed.', CAPTURE_ANEW, error),
      );
    }
  }

  /** Releases everything. */
  stop(): void {
    this.#over.abort();
    this.#node?.port.postMessage('stop' satisfies CaptureOrder);
    this.#node?.port.close();
    this.#node?.disconnect();
    if (this.#source.isOwn) this.#track?.stop();
    // A second close would reject; this is the only call.
    void this.#context.close();
  }

  #keep(track: MediaStreamTrack): MediaStreamTrack {
    this.#track = track;
    // Unsubscribed meanwhile: stop the track, so that the microphone's light goes out.
    if (this.#over.signal.aborted && this.#source.isOwn) track.stop();
    return track;
  }

  async #loadWorklet(): Promise<void> {
    const { url, release } = scriptUrl(this.#options.workletUrl, captureWorklet);
    try {
      await this.#context.audioWorklet.addModule(url);
    } catch (cause) {
      throw workletFailed(
        `The audio thread's script could not be loaded from ${url}.`,
        SERVE_THE_SCRIPT,
        cause,
      );
    } finally {
      release();
    }
  }

  #connect(track: MediaStreamTrack): void {
    const { signal } = this.#over;
    const { channels } = this.#settings;
    const node = new AudioWorkletNode(this.#context, 'rx-deepgram-capture', {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      channelCount: channels,
      // The browser mixes or doubles channels, by the Web Audio specification.
      channelCountMode: 'explicit',
      processorOptions: this.#settings,
    });
    this.#node = node;
    node.port.onmessage = ({ data }: MessageEvent<CaptureMessage>) => this.#receive(data);
    const brokeOff = () => this.#subscriber.error(workletFailed('The audio thread broke off.', CAPTURE_ANEW));
    node.addEventListener('processorerror', brokeOff, { signal });
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(node);
    // The output is silent; WebKit runs only nodes connected to the destination.
    node.connect(this.#context.destination);

    const look = () => this.#look();
    track.addEventListener('mute', look, { signal });
    track.addEventListener('unmute', look, { signal });
    track.addEventListener('ended', () => this.#finish(), { signal });
    this.#context.addEventListener('statechange', look, { signal });
    const resume = () => {
      if (this.#context.state !== 'running') void this.#context.resume();
    };
    for (const gesture of GESTURES) globalThis.addEventListener(gesture, resume, { signal, capture: true });
    // A page with an open microphone may often run without a gesture at the second request.
    resume();
    if (track.readyState === 'ended') this.#finish();
    else look();
  }

  #receive(message: CaptureMessage): void {
    if (message === null) {
      this.#end();
      return;
    }
    const isSilent = new Int16Array(message).every((sample) => sample === 0);
    this.#silentFrames = isSilent ? this.#silentFrames + 1 : 0;
    this.#look();
    this.#subscriber.next(new Uint8Array(message));
    // A track stopped by the app ends without an event.
    if (isSilent && this.#track?.readyState === 'ended') this.#finish();
  }

  #look(): void {
    const { frameSamples, sampleRate } = this.#settings;
    const silentMs = (this.#silentFrames * frameSamples * 1000) / sampleRate;
    this.#hasRun ||= this.#context.state === 'running';
    if (this.#context.state !== 'running') this.#tell(this.#isStarting ? 'starting' : 'blocked');
    else if (this.#track?.muted) this.#tell('muted');
    else this.#tell(silentMs >= SILENT_MS ? 'silent' : 'live');
  }

  /** Not running yet, but expected to: the user has clicked or typed in this page. */
  get #isStarting(): boolean {
    return !this.#hasRun && (navigator as Partial<Navigator>).userActivation?.hasBeenActive === true;
  }

  #tell(status: CaptureStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.#options.onStatus?.(status);
  }

  /** The track ended: requests the last, incomplete frame. */
  #finish(): void {
    if (this.#context.state === 'running') this.#node?.port.postMessage('finish' satisfies CaptureOrder);
    else this.#end();
  }

  #end(): void {
    const error = this.#source.ended();
    if (error) this.#subscriber.error(error);
    else this.#subscriber.complete();
  }
}

function unsupported(): TranscriptionError {
  return new TranscriptionError('microphone-unsupported', 'This browser has no AudioWorklet, or hides it.', {
    remedy: 'Serve the page over https (or from localhost), to a browser of 2021 or later.',
  });
}

const CAPTURE_ANEW = 'End what else on the page plays or captures sound, and subscribe again.';
const SERVE_THE_SCRIPT =
  'Under a strict Content-Security-Policy serve rx-deepgram/capture-worklet.js yourself, and give its address as workletUrl.';

function workletFailed(problem: string, remedy: string, cause?: unknown): TranscriptionError {
  return new TranscriptionError('worklet-failed', problem, { remedy, cause });
}
