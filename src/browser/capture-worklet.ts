/**
 * Runs in the browser's audio thread: converts microphone audio to linear16 frames at the requested rate, and transfers them
 * without a copy. `scripts/inline-browser-scripts.mjs` bundles it with the resampler to one text, for `inlined-scripts.ts` and
 * `rx-deepgram/capture-worklet.js`.
 */
import { Resampler } from './resampler.ts';

// TypeScript has no globals of an AudioWorklet.
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: ProcessorOptions) => unknown): void;
declare const sampleRate: number;

/** Parameters from the page. */
export interface CaptureSettings {
  sampleRate: number;
  channels: number;
  /** Samples of one channel in a frame. */
  frameSamples: number;
}

interface ProcessorOptions {
  processorOptions: CaptureSettings;
}

/** From the page: `finish` requests the last frame, `stop` ends without it. */
export type CaptureOrder = 'finish' | 'stop';
/** To the page: a frame of linear16, and at the end `null`. */
export type CaptureMessage = ArrayBuffer | null;

/** Samples in one call, by the Web Audio specification. */
const QUANTUM = 128;

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #settings: CaptureSettings;
  /** One for each channel; none if the rates are equal. */
  readonly #resamplers: readonly Resampler[];
  readonly #silence: readonly Float32Array[];
  #frame: Int16Array<ArrayBuffer>;
  #filled = 0;
  #isOver = false;

  constructor({ processorOptions: settings }: ProcessorOptions) {
    super();
    this.#settings = settings;
    this.#frame = this.#emptyFrame();
    const needsResampling = settings.sampleRate !== sampleRate;
    this.#resamplers = Array.from(
      { length: needsResampling ? settings.channels : 0 },
      () => new Resampler(sampleRate, settings.sampleRate),
    );
    this.#silence = Array.from({ length: settings.channels }, () => new Float32Array(QUANTUM));
    this.port.onmessage = ({ data }: MessageEvent<CaptureOrder>) => {
      if (data === 'finish' && !this.#isOver) this.#finish();
      this.#isOver = true;
    };
  }

  /**
   * The browser passes all channels, or none without sound. Firefox also passes none for a muted microphone, whose time goes on.
   */
  process([channels = []]: readonly (readonly Float32Array[])[]): boolean {
    if (!this.#isOver) this.#take(channels.length > 0 ? channels : this.#silence);
    return !this.#isOver;
  }

  #take(channels: readonly Float32Array[]): void {
    const resampled = channels.map(
      (samples, channel) => this.#resamplers[channel]?.process(samples) ?? samples,
    );
    const length = resampled[0]?.length ?? 0;
    for (let at = 0; at < length; at += 1) {
      for (const samples of resampled) {
        this.#frame[this.#filled] = linear16(samples[at] as number);
        this.#filled += 1;
      }
      if (this.#filled === this.#frame.length) this.#send();
    }
  }

  #send(): void {
    const { buffer } = this.#frame;
    this.port.postMessage(buffer satisfies CaptureMessage, [buffer]);
    this.#frame = this.#emptyFrame();
    this.#filled = 0;
  }

  #finish(): void {
    if (this.#resamplers.length > 0) this.#take(this.#resamplers.map(({ tail }) => tail));
    this.#frame = this.#frame.slice(0, this.#filled);
    if (this.#filled > 0) this.#send();
    this.port.postMessage(null satisfies CaptureMessage);
  }

  #emptyFrame(): Int16Array<ArrayBuffer> {
    return new Int16Array(this.#settings.frameSamples * this.#settings.channels);
  }
}

/** Clips at full scale: a wrapped value would crack. All browsers run on little-endian machines. */
function linear16(sample: number): number {
  return Math.max(-0x8000, Math.min(0x7fff, Math.round(sample * 0x8000)));
}

registerProcessor('rx-deepgram-capture', CaptureProcessor);
