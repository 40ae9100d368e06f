/** One stream's end on the emulator's thread: passes audio on and turns Vosk's answers into the emulator's terms. */
import type { HeardWord, Recogniser, RecogniserListener } from '../recogniser.ts';
import type { VoskReply, VoskRequest, VoskWord } from './messages.ts';

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
      case 'final':
        this.#listener.final(reply.words.map(toHeardWord), reply.heardUntilSeconds, reply.endpoint);
        break;
      case 'flushed':
        this.#flushes.shift()?.();
        break;
    }
  }
}

function toHeardWord({ word, start, end, conf }: VoskWord): HeardWord {
  return { word, start, end, confidence: Math.min(conf, 1) };
}
