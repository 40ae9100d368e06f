/**
 * Detects the pauses of the speaker by loudness, for `endpointing`. Loudness is measured in frames of 10 ms and compared with two
 * levels that follow it: the noise, which falls at once and rises slowly, and the voice, which rises at once and falls slowly.
 *
 *   voice ┄┄┄┄┄▁▃▆▇▆▅▇▆┄┄┄┄┄┄┄┄┄┄┄┄▂▆▇▅┄┄┄┄
 *   noise ▁▁▂▁▁┄┄┄┄┄┄┄┄▁▂▁▁▁▂▁▁▁▁▁▁▁┄┄┄┄▁▁▂
 *                      ├─ pause ──┤
 *
 * A lasting pause is reported when all speech before it is decoded. A shorter pause that counts is reported when the next speech
 * has certainly begun; a click does not count.
 */

/** The state of the silence at the end of a frame. */
export type PauseSign =
  /** It has lasted until all earlier speech is decoded. */
  | 'settled'
  /** The pause is over: speech began again one onset time ago. */
  | 'interrupted';

const FRAMES_PER_SECOND = 100;
const FRAME_MS = 1000 / FRAMES_PER_SECOND;
/** Closures of t, k and p are silent for up to this long, in the middle of a word. */
const SHORTEST_PAUSE_MS = 200;
/** A shorter sound is a click or a breath. */
const ONSET_FRAMES = 5;
/** Decibels by which the marks follow in one frame: a new room is known after a few seconds. */
const NOISE_RISE = 0.06;
const VOICE_FALL = 0.06;
/** Speech is louder than the noise by this many decibels at least … */
const LEAST_GAP = 10;
/** … and by this share of the way from noise to voice. */
const SHARE_OF_RANGE = 0.4;
/** Decibels below full scale. Digital silence is no measure of the noise to come. */
const QUIETEST = -60;
/** The levels before the first audio. */
const FIRST_NOISE = -50;
const FIRST_VOICE = -30;

export class PauseDetector {
  /** Samples in one frame. */
  readonly frameSamples: number;
  readonly #pauseMs: number;
  readonly #settledMs: number;
  #noise = FIRST_NOISE;
  #voice = FIRST_VOICE;
  #silentMs = 0;
  #loudFrames = 0;
  #hasSpoken = false;

  /** `decodingMs` is how long speech takes to be decoded. */
  constructor(sampleRate: number, endpointingMs: number, decodingMs: number) {
    this.frameSamples = Math.round(sampleRate / FRAMES_PER_SECOND);
    this.#pauseMs = Math.max(endpointingMs, SHORTEST_PAUSE_MS);
    this.#settledMs = Math.max(endpointingMs, decodingMs);
  }

  /** The last samples, which may be the onset of speech. */
  get unsureSamples(): number {
    return this.#loudFrames < ONSET_FRAMES ? this.#loudFrames * this.frameSamples : 0;
  }

  get onsetSamples(): number {
    return ONSET_FRAMES * this.frameSamples;
  }

  get isSpeaking(): boolean {
    return this.#loudFrames >= ONSET_FRAMES;
  }

  hear(frame: Int16Array): PauseSign | undefined {
    if (this.#isLoud(decibels(frame))) return this.#hearSpeech();
    this.#silentMs += (this.unsureSamples / this.frameSamples + 1) * FRAME_MS;
    this.#loudFrames = 0;
    if (!this.#hasSpoken || this.#silentMs < this.#settledMs) return undefined;
    this.#hasSpoken = false;
    return 'settled';
  }

  /** Everything so far is decided: a new phrase begins. */
  restart(): void {
    this.#loudFrames = 0;
    this.#hasSpoken = false;
  }

  #hearSpeech(): PauseSign | undefined {
    this.#loudFrames += 1;
    if (this.#loudFrames < ONSET_FRAMES) return undefined;
    const wasPause = this.#hasSpoken && this.#silentMs >= this.#pauseMs;
    this.#silentMs = 0;
    this.#hasSpoken = true;
    return wasPause ? 'interrupted' : undefined;
  }

  #isLoud(level: number): boolean {
    this.#noise = Math.max(QUIETEST, Math.min(level, this.#noise + NOISE_RISE));
    this.#voice = Math.max(level, this.#voice - VOICE_FALL);
    const gap = Math.max(LEAST_GAP, SHARE_OF_RANGE * (this.#voice - this.#noise));
    return level > this.#noise + gap;
  }
}

/** Loudness below full scale; never less than -90, for digital silence has none. */
function decibels(frame: Int16Array): number {
  let power = 0;
  for (const sample of frame) power += (sample / 32_768) ** 2;
  return 10 * Math.log10(power / frame.length + 1e-9);
}
