/**
 * Turns a stream of recognised words into interims and finals like Deepgram, for recognisers that only produce words: a final
 * when the speaker pauses, another by cadence in unbroken speech or in silence, and interims that are sometimes wrong at their
 * last word. Everything follows from the audio alone, so two runs agree.
 */
import type { HeardWord, RecogniserFormat, RecogniserListener } from './recogniser.ts';

/** Audio between two finals when nobody pauses; the hosted service shows three to five seconds. */
const FINAL_CADENCE_SECONDS = 3.5;
/** Interims are offered this often, in audio time, unless the format says otherwise; `/v1/listen` passes on about one a second. */
const INTERIM_INTERVAL_MS = 250;
/** How long after its end a word may be shown wrong. */
const UNSURE_SECONDS = 1.2;
/** Every n-th word is first shown wrong. */
const UNSURE_EVERY = 5;

export class Phrasing {
  readonly #listener: RecogniserListener;
  readonly #endpointingSeconds: number;
  readonly #interimSeconds: number;
  readonly #nearMisses: boolean;
  #words: HeardWord[] = [];
  #heardUntil = 0;
  #finalUntil = 0;
  #interimAt = 0;
  #silentSince = 0;
  #speakingSince: number | undefined;
  #isUtteranceOpen = false;
  #emptyFinals = 0;
  #wordCount = 0;
  readonly #unsure = new Map<HeardWord, string>();

  constructor(format: RecogniserFormat, listener: RecogniserListener) {
    this.#listener = listener;
    this.#endpointingSeconds = format.endpointingMs === false ? Infinity : format.endpointingMs / 1000;
    // Less than a sample of tolerance: sums of such times are not exact.
    this.#interimSeconds = (format.interimMs ?? INTERIM_INTERVAL_MS) / 1000 - 1e-9;
    this.#nearMisses = format.nearMisses ?? true;
  }

  /** Sound begins that may become a word: no final may end inside it. */
  speechStarted(atSeconds: number): void {
    this.#speakingSince = atSeconds;
    this.#heardUntil = atSeconds;
    this.#listener.voice?.(true, atSeconds);
  }

  /** The sound is over. `nearMiss` is a wrong word that an interim may show instead. */
  speechEnded(atSeconds: number, word?: HeardWord, nearMiss?: string): void {
    this.#speakingSince = undefined;
    this.#silentSince = atSeconds;
    this.#heardUntil = Math.max(this.#heardUntil, atSeconds);
    this.#listener.voice?.(false, atSeconds);
    if (word === undefined) return;
    this.#isUtteranceOpen = true;
    this.#words.push(word);
    this.#wordCount += 1;
    if (this.#nearMisses && nearMiss !== undefined && this.#wordCount % UNSURE_EVERY === 0)
      this.#unsure.set(word, nearMiss);
  }

  /** The audio up to here is processed: emits the due interim or final. */
  heard(untilSeconds: number): void {
    this.#heardUntil = untilSeconds;
    const silent = this.#speakingSince === undefined;
    if (silent && this.#isUtteranceOpen && untilSeconds - this.#silentSince >= this.#endpointingSeconds) {
      this.#isUtteranceOpen = false;
      this.#final(untilSeconds, true);
    } else if (untilSeconds - this.#finalUntil >= FINAL_CADENCE_SECONDS) {
      this.#finalByCadence(untilSeconds);
    }
    if (untilSeconds - this.#interimAt >= this.#interimSeconds) {
      this.#interimAt = untilSeconds;
      this.#listener.interim(this.#interimWords(), untilSeconds);
    }
  }

  /** Decides all of it, now. */
  flush(untilSeconds: number): void {
    this.#heardUntil = untilSeconds;
    this.#isUtteranceOpen = false;
    this.#final(untilSeconds, false);
  }

  /** In unbroken speech a final ends with its last complete word; later sound belongs to the next one. */
  #finalByCadence(untilSeconds: number): void {
    const lastWord = this.#words.at(-1);
    if (lastWord !== undefined) {
      this.#final(lastWord.end, false);
      return;
    }
    // Silence is decided up to here, but never past the start of a word that is being spoken.
    const until = Math.min(untilSeconds, this.#speakingSince ?? untilSeconds);
    if (until <= this.#finalUntil) return;
    // The hosted service sometimes marks an empty final as an endpoint; clients must accept it.
    this.#emptyFinals += 1;
    this.#final(until, this.#endpointingSeconds !== Infinity && this.#emptyFinals % 3 === 0);
  }

  #final(untilSeconds: number, endpoint: boolean): void {
    const words = this.#words;
    this.#words = [];
    this.#unsure.clear();
    this.#finalUntil = untilSeconds;
    this.#listener.final(words, untilSeconds, endpoint);
  }

  /** Deepgram revises the end of an interim. A test must fail for code that relies on interims. */
  #interimWords(): HeardWord[] {
    const words = this.#words.slice();
    const last = words.at(-1);
    if (last === undefined) return words;
    const nearMiss = this.#unsure.get(last);
    if (nearMiss !== undefined && this.#heardUntil - last.end < UNSURE_SECONDS) {
      words[words.length - 1] = { ...last, word: nearMiss, confidence: 0.55 };
    }
    return words;
  }
}
