/**
 * The thread that recognises. A step of recognition may take half a second: on the emulator's own thread it would
 * delay every timer.
 *
 * `runVoskWorker` is never called here: its source text is what the worker runs. A worker needs JavaScript, and this file is
 * JavaScript in `dist/` but TypeScript under a test runner; the text of a loaded function is JavaScript in both, without a second
 * build or a loader. So the function must use nothing outside itself except types and globals; Node's modules come from
 * `process.getBuiltinModule` instead of imports.
 */
// Nothing this thread is handed has a type: its start data, the loader's script, Vosk's JSON. Hashes vouch for the last two.
/* oxlint-disable typescript/no-unsafe-type-assertion */
// The other rule takes the worker's port for a browser window.
/* oxlint-disable unicorn/require-post-message-target-origin */
import type { VoskFile, VoskFiles } from './files.ts';
import type { PhraseEnd, VoskReply, VoskRequest, VoskWord, VoskWorkerData } from './messages.ts';

/** The part of Vosk's C API, as wrapped by emscripten, that is used here. */
interface VoskModule {
  FS: {
    mkdirTree(path: string): void;
    writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void;
    unlink(path: string): void;
  };
  /** A view of the whole memory; replaced whenever the memory grows. */
  HEAPF32: Float32Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  SetLogLevel(level: number): void;
  Model: new (folder: string) => object;
  /** A grammar is a list of phrases, as JSON, whose words are then all that can be heard. */
  Recognizer: new (
    model: object,
    sampleRate: number,
    grammar?: string,
  ) => VoskRecognizer;
}

interface VoskRecognizer {
  SetWords(on: boolean): void;
  SetPartialWords(on: boolean): void;
  /** Takes 32-bit floats in the range of 16-bit integers; truthy when the phrase has ended. */
  AcceptWaveform(address: number, samples: number): unknown;
  PartialResult(): string;
  Result(): string;
  FinalResult(): string;
  delete(): void;
}

/** Vosk leaves the lists out when there are no words. */
interface VoskResult {
  result?: VoskWord[];
  partial_result?: VoskWord[];
}

type LoadVosk = (options: {
  wasmBinary: Uint8Array;
  print: (line: string) => void;
  printErr: (line: string) => void;
}) => Promise<VoskModule>;

export function runVoskWorker(): void {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { posix } = process.getBuiltinModule('node:path');
  const { compileFunction } = process.getBuiltinModule('node:vm');
  const thread = process.getBuiltinModule('node:worker_threads');

  /**
   * Vosk gets audio in blocks of this length, so that the same audio in any chunks gives the same words, finals and interims.
   * This delays a final by less than one block.
   */
  const BLOCKS_PER_SECOND = 20;
  /** Five interims for each second of audio; Vosk has nothing new more often. */
  const BLOCKS_PER_INTERIM = 4;
  /** Only the loader is above this line; the rest of the file expects a browser. */
  const END_OF_LOADER = 'var vosk_default = LoadVosk;';
  /**
   * Without the first, random noise is added to the audio and word times differ from run to run; without the second,
   * audio below the model's 16 kHz ends in a crash. Where an option is given twice, the last one counts.
   */
  const FEATURE_OPTIONS = '\n--dither=0\n--allow-upsample=true\n';

  /** What Vosk calls a word that is not in the vocabulary. */
  const UNKNOWN_WORD = '[unk]';

  const { files, decodingLagSeconds } = thread.workerData as VoskWorkerData;
  const log: string[] = [];

  function reply(message: VoskReply): void {
    thread.parentPort!.postMessage(message);
  }

  /** C++ exceptions arrive as bare numbers; the reason is in what was logged just before. */
  function explain<Result>(doing: string, step: () => Result): Result {
    try {
      return step();
    } catch (cause) {
      const reason = typeof cause === 'number' ? log.slice(-3).join(' ') : String(cause);
      throw new Error(`The speech recogniser failed while ${doing}: ${reason}`, { cause });
    }
  }

  function read({ path, sha256 }: VoskFile): Uint8Array {
    const bytes = readFileSync(path);
    if (sha256 === undefined) return bytes;
    const actual = createHash('sha256').update(bytes).digest('hex');
    if (actual === sha256) return bytes;
    throw new Error(
      `The speech recogniser cannot start: ${path} was changed or is damaged (SHA-256 ${actual}, not ${sha256}). ` +
        'Install its package again.',
    );
  }

  async function loadModule({ loader, wasm }: VoskFiles): Promise<VoskModule> {
    const script = Buffer.from(read(loader)).toString('utf8');
    const loaderEnd = script.indexOf(END_OF_LOADER);
    const source = `${script.slice(0, loaderEnd)}\nreturn LoadVosk;`;
    const compiled = compileFunction(source, ['self'], { filename: loader.path });
    // The loader asks its address to find the WebAssembly file, which it is given below.
    const load = (compiled as (self: object) => LoadVosk)({ location: { href: '' } });
    const keep = (line: string) => void (log.push(line) > 20 && log.shift());
    const module = await load({ wasmBinary: read(wasm), print: keep, printErr: keep });
    module.SetLogLevel(-1);
    return module;
  }

  function loadModel(module: VoskModule, files: VoskFile[]): object {
    const placed: string[] = [];
    for (const file of files) {
      const path = `/model/${file.name}`;
      const isFeatureOptions = posix.basename(path) === 'mfcc.conf';
      const bytes = isFeatureOptions ? Buffer.concat([read(file), Buffer.from(FEATURE_OPTIONS)]) : read(file);
      module.FS.mkdirTree(posix.dirname(path));
      module.FS.writeFile(path, bytes, { canOwn: true });
      placed.push(path);
    }
    const model = explain('loading the model', () => new module.Model('/model'));
    // Vosk has its own copy: these copies would cost another 70 MB.
    for (const path of placed) module.FS.unlink(path);
    return model;
  }

  /** Vosk leaves unknown words out of a grammar, with only a line in the log. */
  function openWithVocabulary(
    module: VoskModule,
    model: object,
    sampleRate: number,
    vocabulary: readonly string[],
  ): VoskRecognizer {
    log.length = 0;
    module.SetLogLevel(0);
    const recognizer = new module.Recognizer(
      model,
      sampleRate,
      JSON.stringify([...vocabulary, UNKNOWN_WORD]),
    );
    module.SetLogLevel(-1);
    const ignored = log.flatMap((line) => /missing in vocabulary: '(.*)'/.exec(line)?.[1] ?? []);
    if (ignored.length === 0) return recognizer;
    throw new Error(`the model does not know the words ${ignored.join(', ')}`);
  }

  class Stream {
    readonly #module: VoskModule;
    readonly #recognizer: VoskRecognizer;
    readonly #number: number;
    readonly #sampleRate: number;
    readonly #waiting: (Int16Array | PhraseEnd)[] = [];
    readonly #block: Float32Array;
    readonly #address: number;
    /** Samples of the block that hold audio not yet handed to Vosk. */
    #filled = 0;
    #heardSamples = 0;
    /** Audio up to here is in finals; never goes back. */
    #decidedSeconds = 0;
    #blocksSinceReply = 0;
    /** There have been words since the speaker last paused. */
    #isUtterance = false;

    constructor(module: VoskModule, recognizer: VoskRecognizer, number: number, sampleRate: number) {
      this.#module = module;
      this.#recognizer = recognizer;
      this.#recognizer.SetWords(true);
      this.#recognizer.SetPartialWords(true);
      this.#number = number;
      this.#sampleRate = sampleRate;
      this.#block = new Float32Array(Math.round(sampleRate / BLOCKS_PER_SECOND));
      this.#address = module._malloc(this.#block.byteLength);
    }

    enqueue(item: Int16Array | PhraseEnd): void {
      this.#waiting.push(item);
    }

    /** Processes the next piece, at most one block; returns whether more is waiting. */
    step(): boolean {
      const next = this.#waiting.shift();
      if (next === undefined) return false;
      if (typeof next === 'string') this.#endPhrase(next);
      else {
        const taken = next.subarray(0, this.#block.length - this.#filled);
        this.#block.set(taken, this.#filled);
        this.#filled += taken.length;
        if (taken.length < next.length) this.#waiting.unshift(next.subarray(taken.length));
        if (this.#filled === this.#block.length) this.#hearBlock();
      }
      return this.#waiting.length > 0;
    }

    release(): void {
      this.#recognizer.delete();
      this.#module._free(this.#address);
    }

    #hearBlock(): void {
      const hasEnded = this.#accept();
      this.#blocksSinceReply += 1;
      if (hasEnded) this.#replyFinal(this.#recognizer.Result(), { lagSeconds: decodingLagSeconds });
      else if (this.#blocksSinceReply >= BLOCKS_PER_INTERIM) this.#replyInterim();
    }

    #endPhrase(by: PhraseEnd): void {
      // Vosk ignores a flush directly after a final, although the audio of the lag is still undecided. A call with audio, even of
      // no length, prevents that.
      this.#accept();
      if (by === 'pause') {
        this.#replyFinal(this.#recognizer.Result(), { lagSeconds: decodingLagSeconds, isPause: true });
      } else {
        this.#replyFinal(this.#recognizer.FinalResult(), { lagSeconds: 0, isPause: by === 'short-pause' });
      }
      if (by === 'flush') reply({ type: 'flushed', stream: this.#number });
    }

    /** Passes the block to Vosk; returns whether Vosk has found the end of the phrase. */
    #accept(): boolean {
      const samples = this.#block.subarray(0, this.#filled);
      this.#module.HEAPF32.set(samples, this.#address / samples.BYTES_PER_ELEMENT);
      const hasEnded = this.#recognizer.AcceptWaveform(this.#address, samples.length);
      this.#heardSamples += samples.length;
      this.#filled = 0;
      return Boolean(hasEnded);
    }

    #replyInterim(): void {
      const { partial_result: words = [] } = JSON.parse(this.#recognizer.PartialResult()) as VoskResult;
      const heardUntilSeconds = this.#heardSamples / this.#sampleRate;
      this.#blocksSinceReply = 0;
      reply({ type: 'interim', stream: this.#number, words, heardUntilSeconds });
    }

    #replyFinal(
      json: string,
      { lagSeconds, isPause = false }: { lagSeconds: number; isPause?: boolean },
    ): void {
      const { result: words = [] } = JSON.parse(json) as VoskResult;
      const heardSeconds = this.#heardSamples / this.#sampleRate;
      const lastWordEnd = words.at(-1)?.end ?? 0;
      this.#decidedSeconds = Math.max(this.#decidedSeconds, lastWordEnd, heardSeconds - lagSeconds);
      this.#isUtterance ||= words.length > 0;
      const endpoint = isPause && this.#isUtterance;
      if (endpoint) this.#isUtterance = false;
      this.#blocksSinceReply = 0;
      reply({
        type: 'final',
        stream: this.#number,
        words,
        heardUntilSeconds: this.#decidedSeconds,
        endpoint,
      });
    }
  }

  async function serve(): Promise<void> {
    const module = await loadModule(files);
    const model = loadModel(module, files.model);
    const streams = new Map<number, Stream>();
    let isWorking = false;
    let asked = 0;

    /**
     * Processes one block of each stream, then reads messages, so that a long burst of one stream does not delay others, and a
     * closed stream costs no more work.
     */
    function work(): void {
      isWorking = false;
      let isMoreWaiting = false;
      for (const stream of streams.values()) {
        if (explain('listening', () => stream.step())) isMoreWaiting = true;
      }
      if (isMoreWaiting) wake();
      else answer();
    }

    function wake(): void {
      if (isWorking) return;
      isWorking = true;
      setImmediate(work);
    }

    function answer(): void {
      for (; asked > 0; asked -= 1) reply({ type: 'caught-up' });
    }

    function open(number: number, sampleRate: number, vocabulary?: readonly string[]): void {
      const doing = `opening a stream of ${sampleRate} samples a second`;
      const stream = explain(doing, () => {
        const recognizer = vocabulary
          ? openWithVocabulary(module, model, sampleRate, vocabulary)
          : new module.Recognizer(model, sampleRate);
        return new Stream(module, recognizer, number, sampleRate);
      });
      streams.set(number, stream);
    }

    thread.parentPort!.on('message', (request: VoskRequest) => {
      switch (request.type) {
        case 'open':
          open(request.stream, request.sampleRate, request.vocabulary);
          break;
        case 'accept':
          streams.get(request.stream)?.enqueue(request.samples);
          wake();
          break;
        case 'end-phrase':
          streams.get(request.stream)?.enqueue(request.by);
          wake();
          break;
        case 'close':
          streams.get(request.stream)?.release();
          streams.delete(request.stream);
          break;
        case 'catch-up':
          asked += 1;
          if (!isWorking) answer();
          break;
      }
    });
    reply({ type: 'ready' });
  }

  // An uncaught rejection ends this thread, and reaches the other one as an error event.
  void serve();
}
