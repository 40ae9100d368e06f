/**
 * A recogniser with a cache. What a stream hears depends on its audio alone, and after a reconnect
 * most faults have the client replay from the same sample: the real recogniser works for the first of them, and the others are
 * told what it said, at the same place in the audio.
 *
 *   stream 1   ██████████████████████████      █ heard by the real recogniser
 *   stream 2             ████████████████      ░ remembered, as far as the audio is the same
 *   stream 3   ░░░░░░░░░░░░░░░░░░░░░░░░░░
 */
import { createHash } from 'node:crypto';
import type {
  HeardWord,
  Recogniser,
  RecogniserFactory,
  RecogniserFormat,
  RecogniserListener,
  VoskHost,
} from '../../src/testing/index.ts';

/** The inputs of a recogniser. */
type Input = Int16Array | 'flush';

type Answer =
  | { kind: 'interim'; words: HeardWord[]; heardUntilSeconds: number }
  | { kind: 'final'; words: HeardWord[]; heardUntilSeconds: number; endpoint: boolean };

/** Audio is compared, and answered, in pieces of 50 ms, however it was cut. */
const PIECES_PER_SECOND = 20;

export class RememberingRecogniser {
  readonly #host: VoskHost;
  readonly #factory: RecogniserFactory;
  /** By everything the stream was told, up to and including what is answered. */
  readonly #memory = new Map<string, readonly Answer[]>();
  readonly #streams = new Set<RememberingStream>();

  constructor(host: VoskHost, factory: RecogniserFactory) {
    this.#host = host;
    this.#factory = factory;
  }

  readonly recogniser: RecogniserFactory = (format, listener) => {
    const open = (listener: RecogniserListener) => this.#factory(format, listener);
    const stream = new RememberingStream(format, listener, this.#memory, open, () => this.#host.caughtUp());
    this.#streams.add(stream);
    return stream;
  };

  /** As {@link VoskHost.caughtUp}. */
  async caughtUp(): Promise<void> {
    for (const stream of this.#streams) {
      await stream.work();
      if (stream.isClosed) this.#streams.delete(stream);
    }
  }
}

class RememberingStream implements Recogniser {
  isClosed = false;
  readonly #listener: RecogniserListener;
  readonly #memory: Map<string, readonly Answer[]>;
  readonly #open: (listener: RecogniserListener) => Recogniser;
  readonly #caughtUp: () => Promise<void>;
  readonly #piece: Int16Array;
  #filled = 0;
  /** All inputs so far, and their key in the cache. */
  #told: Input[] = [];
  #key: string;
  #waiting: (() => Promise<void>)[] = [];
  #real: Recogniser | undefined;
  #answers: Answer[] = [];

  constructor(
    { sampleRate, endpointingMs }: RecogniserFormat,
    listener: RecogniserListener,
    memory: Map<string, readonly Answer[]>,
    open: (listener: RecogniserListener) => Recogniser,
    caughtUp: () => Promise<void>,
  ) {
    this.#listener = listener;
    this.#memory = memory;
    this.#open = open;
    this.#caughtUp = caughtUp;
    this.#piece = new Int16Array(sampleRate / PIECES_PER_SECOND);
    this.#key = `${sampleRate} ${endpointingMs}`;
  }

  accept(samples: Int16Array): void {
    for (let at = 0; at < samples.length; ) {
      const taken = samples.subarray(at, at + this.#piece.length - this.#filled);
      this.#piece.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled === this.#piece.length) this.#tellPiece();
    }
  }

  flush(flushed: () => void): void {
    this.#tellPiece();
    this.#tell('flush', flushed);
  }

  close(): void {
    this.isClosed = true;
    this.#waiting = [];
    this.#real?.close();
  }

  /** Answers everything told so far. */
  async work(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) await next();
  }

  #tellPiece(): void {
    if (this.#filled > 0) this.#tell(this.#piece.slice(0, this.#filled));
    this.#filled = 0;
  }

  #tell(input: Input, done: () => void = () => undefined): void {
    this.#waiting.push(async () => {
      const hash = createHash('sha256').update(this.#key);
      this.#key = hash.update(typeof input === 'string' ? input : new Uint8Array(input.buffer)).digest('hex');
      this.#told.push(input);
      const answers = this.#memory.get(this.#key) ?? (await this.#ask(input));
      this.#memory.set(this.#key, answers);
      for (const answer of answers) this.#say(answer);
      if (!this.isClosed) done();
    });
  }

  /** The real one, if it has not heard this stream so far, hears it now from its beginning. */
  async #ask(input: Input): Promise<readonly Answer[]> {
    if (!this.#real) {
      this.#real = this.#open({
        interim: (...[words, heardUntilSeconds]) =>
          this.#answers.push({ kind: 'interim', words, heardUntilSeconds }),
        final: (...[words, heardUntilSeconds, endpoint]) =>
          this.#answers.push({ kind: 'final', words, heardUntilSeconds, endpoint }),
      });
      for (const earlier of this.#told.slice(0, -1)) give(this.#real, earlier);
      await this.#caughtUp();
    }
    this.#answers = [];
    give(this.#real, input);
    await this.#caughtUp();
    return this.#answers;
  }

  #say(answer: Answer): void {
    if (this.isClosed) return;
    const { words, heardUntilSeconds } = answer;
    if (answer.kind === 'interim') this.#listener.interim(words, heardUntilSeconds);
    else this.#listener.final(words, heardUntilSeconds, answer.endpoint);
  }
}

function give(recogniser: Recogniser, input: Input): void {
  if (typeof input === 'string') recogniser.flush(() => undefined);
  else recogniser.accept(input);
}
