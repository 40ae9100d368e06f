/**
 * One stream on the emulator's thread: passes audio on, reports the speaker's pauses, and converts Vosk's answers to the
 * emulator's types.
 */
import type { HeardWord, Recogniser, RecogniserListener } from '../recogniser.ts';
import type { StreamReply, VoskRequest, VoskWord } from './messages.ts';
import type { PauseDetector } from './pause-detector.ts';

type Request = (message: VoskRequest, transfer?: ArrayBuffer[]) => void;

export class VoskStream implements Recogniser {
  readonly #number: number;
  readonly #listener: RecogniserListener;
  readonly #request: Request;
  readonly #forget: () => void;
  readonly #pauses: PauseDetector | undefined;
  readonly #flushes: (() => void)[] = [];
  /** Audio not yet passed on: the detector cannot decide yet to which phrase it belongs. */
  #heldBack = new Int16Array(0);
  #heardSamples = 0;
  /** The number of samples before the held-back ones. */
  #passedSamples = 0;
  #isSpeaking = false;

  constructor(
    number: number,
    listener: RecogniserListener,
    request: Request,
    forget: () => void,
    pauses?: PauseDetector,
  ) {
    this.#number = number;
    this.#listener = listener;
    this.#request = request;
    this.#forget = forget;
    this.#pauses = pauses;
  }

  accept(samples: Int16Array): void {
    if (!this.#pauses) {
      this.#pass(samples);
      return;
    }
    const { frameSamples, onsetSamples } = this.#pauses;
    const audio = joined(this.#heldBack, samples);
    let passed = 0;
    let heard = this.#heardSamples;
    while (heard + frameSamples <= audio.length) {
      const sign = this.#pauses.hear(audio.subarray(heard, heard + frameSamples));
      heard += frameSamples;
      this.#tellVoice(this.#passedSamples + heard);
      if (sign === undefined) continue;
      const phraseEnd = sign === 'interrupted' ? heard - onsetSamples : heard;
      this.#pass(audio.subarray(passed, phraseEnd));
      passed = phraseEnd;
      const by = sign === 'interrupted' ? 'short-pause' : 'pause';
      this.#request({ type: 'end-phrase', stream: this.#number, by });
    }
    const certain = heard - this.#pauses.unsureSamples;
    this.#pass(audio.subarray(passed, certain));
    this.#passedSamples += certain;
    this.#heldBack = audio.slice(certain);
    this.#heardSamples = heard - certain;
  }

  flush(flushed: () => void): void {
    this.#pass(this.#heldBack);
    this.#passedSamples += this.#heldBack.length;
    this.#heldBack = new Int16Array(0);
    this.#heardSamples = 0;
    this.#pauses?.restart();
    this.#flushes.push(flushed);
    this.#request({ type: 'end-phrase', stream: this.#number, by: 'flush' });
  }

  close(): void {
    // Later answers are ignored.
    this.#forget();
    this.#request({ type: 'close', stream: this.#number });
  }

  hear(reply: StreamReply): void {
    switch (reply.type) {
      case 'interim':
        this.#listener.interim(reply.words.map(toHeardWord), reply.heardUntilSeconds);
        break;
      case 'final':
        this.#listener.final(reply.words.map(toHeardWord), reply.heardUntilSeconds, reply.endpoint);
        break;
      case 'flushed':
        this.#flushes.shift()?.();
        break;
      default:
        reply satisfies never;
    }
  }

  #tellVoice(heardSamples: number): void {
    if (!this.#pauses || this.#pauses.isSpeaking === this.#isSpeaking) return;
    const { frameSamples, onsetSamples, isSpeaking } = this.#pauses;
    this.#isSpeaking = isSpeaking;
    const since = heardSamples - (isSpeaking ? onsetSamples : frameSamples);
    // The detector's frames are hundredths of a second.
    this.#listener.voice?.(isSpeaking, since / (frameSamples * 100));
  }

  #pass(samples: Int16Array): void {
    if (samples.length === 0) return;
    // A copy, which is transferred to the worker; the caller keeps its array.
    const copy = samples.slice();
    this.#request({ type: 'accept', stream: this.#number, samples: copy }, [copy.buffer]);
  }
}

function joined(first: Int16Array, second: Int16Array): Int16Array {
  if (first.length === 0) return second;
  const both = new Int16Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function toHeardWord({ word, start, end, conf }: VoskWord): HeardWord {
  return { word, start, end, confidence: Math.min(conf, 1) };
}
