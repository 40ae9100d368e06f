/** One stream's end on the emulator's thread: passes audio on and turns Vosk's answers into the emulator's terms. */
import type { HeardWord, Recogniser, RecogniserListener } from '../recogniser.ts';
import type { VoskReply, VoskRequest, VoskWord } from './messages.ts';

/**
 * Silence after the last word from which a final counts as a pause. Vosk waits at least 0.5 s before it ends a phrase,
 * but also ends one after 20 s without any pause; word ends are good to about 0.1 s.
 */
const PAUSE_SECONDS = 0.3;

type Request = (message: VoskRequest, transfer?: ArrayBuffer[]) => void;

export class VoskStream implements Recogniser {
  readonly #number: number;
  readonly #listener: RecogniserListener;
  readonly #request: Request;
  readonly #forget: () => void;
  readonly #flushes: (() => void)[] = [];

  constructor(number: number, listener: RecogniserListener, request: Request, forget: () => void) {
    this.#number = number;
    this.#listener = listener;
    this.#request = request;
    this.#forget = forget;
  }

  accept(samples: Int16Array): void {
    // The caller keeps its array, and this copy moves to the worker without another one.
    const copy = samples.slice();
    this.#request({ type: 'accept', stream: this.#number, samples: copy }, [copy.buffer]);
  }

  flush(flushed: () => void): void {
    this.#flushes.push(flushed);
    this.#request({ type: 'flush', stream: this.#number });
  }

  close(): void {
    // Answers already on their way find nobody to tell.
    this.#forget();
    this.#request({ type: 'close', stream: this.#number });
  }

  hear(reply: Exclude<VoskReply, { type: 'ready' }>): void {
    switch (reply.type) {
      case 'interim':
        this.#listener.interim(reply.words.map(toHeardWord), reply.heardUntilSeconds);
        break;
      case 'final': {
        const lastWord = reply.words.at(-1);
        const endpoint = lastWord !== undefined && reply.heardUntilSeconds - lastWord.end >= PAUSE_SECONDS;
        this.#listener.final(reply.words.map(toHeardWord), reply.heardUntilSeconds, endpoint);
        break;
      }
      case 'flushed':
        this.#flushes.shift()?.();
        break;
    }
  }
}

function toHeardWord({ word, start, end, conf }: VoskWord): HeardWord {
  return { word, start, end, confidence: Math.min(conf, 1) };
}
