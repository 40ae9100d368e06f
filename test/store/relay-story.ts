/** The vocabulary for tests of sessions that outlive their processes: the speech continues by position in any process. */
import { deepStrictEqual } from 'node:assert';
import {
  createLiveTranscription,
  type LiveTranscription,
  type LiveTranscriptionOptions,
  type Notice,
  type Status,
  type Transcript,
} from '../../src/index.ts';
import {
  type AudioStore,
  claim,
  durable,
  type DurableSession,
  type SessionWriter,
  writer,
  type WriterOptions,
} from '../../src/store/index.ts';
import {
  Emulator,
  FRAGMENT,
  type EmulatorOptions,
  memoryStore,
  numberedRecogniser,
  VirtualNetwork,
} from '../../src/testing/index.ts';
import { GrainyClock } from '../system/clocks.ts';
import { bytesOf, CYCLE_SAMPLES, RATE, sampleOf, WORD_SAMPLES } from '../system/voice.ts';
import { GOOD_ROAD, Process, type StoreRoad } from './machine-room.ts';

const STEP_MS = 20;
export const LISTEN = {
  model: 'nova-3',
  encoding: 'linear16',
  sample_rate: RATE,
  interim_results: true,
  endpointing: 300,
} as const;

/** A session in one process. */
export interface Runner {
  process: Process;
  session: DurableSession;
  live: LiveTranscription;
  transcripts: Transcript[];
  notices: Notice[];
  statuses: Status[];
  road: StoreRoad;
  /** The store as this process sees it. */
  store: AudioStore;
}

/** The writer of a session, in its process. */
export interface Scribe {
  process: Process;
  writer: SessionWriter;
  road: StoreRoad;
}

export class RelayStory {
  readonly clock = new GrainyClock();
  readonly server: Emulator;
  readonly network: VirtualNetwork;
  readonly store: AudioStore;
  readonly runners: Runner[] = [];
  #holders = 0;

  constructor(server: EmulatorOptions = {}, store?: AudioStore) {
    this.server = new Emulator({ clock: this.clock, recogniser: numberedRecogniser, ...server });
    this.network = new VirtualNetwork(this.server);
    this.store = store ?? memoryStore({ clock: this.clock });
  }

  /** A process that begins the session, or takes it over. */
  run(
    options: Partial<LiveTranscriptionOptions> = {},
    make = (store: AudioStore, holder: string) => durable(store, 'call', { holder }),
  ): Runner {
    const process = new Process(this.clock);
    const runner = {
      process,
      transcripts: [],
      notices: [],
      statuses: [],
      road: GOOD_ROAD,
    } as unknown as Runner;
    runner.store = process.reaching(this.store, () => runner.road);
    this.runners.push(runner);
    return this.#begin(runner, make(runner.store, this.nextHolder()), { listen: LISTEN, ...options });
  }

  /** A process that waits for a session to transcribe, and takes one. */
  async transcribe(options: Partial<LiveTranscriptionOptions> = {}): Promise<Runner> {
    const process = new Process(this.clock);
    const runner = {
      process,
      transcripts: [],
      notices: [],
      statuses: [],
      road: GOOD_ROAD,
    } as unknown as Runner;
    runner.store = process.reaching(this.store, () => runner.road);
    const session = await claim(runner.store, { clock: process.clock, holder: this.nextHolder() });
    this.runners.push(runner);
    if (session) this.#begin(runner, session, { listen: session.listen, ...options });
    return runner;
  }

  /** A process that takes audio. */
  write(options: Partial<WriterOptions> = {}): Scribe {
    const process = new Process(this.clock);
    const scribe = { process, road: GOOD_ROAD } as Scribe;
    const store = process.reaching(this.store, () => scribe.road);
    const { clock } = process;
    scribe.writer = writer(store, 'call', { listen: LISTEN, clock, holder: this.nextHolder(), ...options });
    return scribe;
  }

  /** The endless speech into a writer; `from` is where the session's audio stands. */
  async dictate({ writer: to }: Scribe, from: number, seconds: number): Promise<number> {
    const samples = (RATE * STEP_MS) / 1_000;
    let position = from;
    for (let ms = 0; ms < seconds * 1_000; ms += STEP_MS) {
      await this.clock.advanceAsync(STEP_MS);
      if (to.send(speech(position, samples)).accepted) position += samples;
    }
    return position;
  }

  nextHolder(): string {
    this.#holders += 1;
    return `process ${this.#holders}`;
  }

  #begin(runner: Runner, session: DurableSession, options: Partial<LiveTranscriptionOptions>): Runner {
    const { process } = runner;
    runner.session = session;
    runner.live = createLiveTranscription({
      auth: { apiKey: 'any' },
      seed: 1,
      ...options,
      clock: process.clock,
      transport: process.through(this.network.transport),
      session,
    });
    runner.live.transcripts$.subscribe((each) => runner.transcripts.push(each));
    runner.live.notices$.subscribe((each) => runner.notices.push(each));
    runner.live.status$.subscribe((each) => runner.statuses.push(each));
    return runner;
  }

  wait(seconds: number): Promise<void> {
    return this.clock.advanceAsync(seconds * 1_000);
  }

  /** The endless speech, from where the session stands; in real time. */
  async speak({ live }: Runner, seconds: number): Promise<void> {
    for (let ms = 0; ms < seconds * 1_000; ms += STEP_MS) {
      await this.clock.advanceAsync(STEP_MS);
      live.send(speech(live.ledger.accepted, (RATE * STEP_MS) / 1_000));
    }
  }

  /** Finals in the store, as texts. */
  async published(): Promise<string[]> {
    const { finals } = await this.store.published('call', 0, 100_000);
    return finals.map(({ data }) => (data as { text: string }).text);
  }

  /** Every word that was said whole up to `position` is in the store once, in order. */
  async expectEveryWordOnce(position: number): Promise<void> {
    const words = (await this.published()).flatMap((text) => text.split(' ')).filter(Boolean);
    // The last word may have been cut short.
    if (words.at(-1) === FRAGMENT) words.pop();
    deepStrictEqual(words, wordsUpTo(position));
  }

  /** What was given to the apps is what is in the store. */
  async expectGivenIsPublished(): Promise<void> {
    const given = this.runners.flatMap(({ transcripts }) => finalsOf(transcripts));
    deepStrictEqual(given, (await this.published()).filter(Boolean));
  }
}

export function finalsOf(transcripts: readonly Transcript[]): string[] {
  return transcripts.filter(({ final, text }) => final && text).map(({ text }) => text);
}

/** The samples of the endless speech from `position` on. */
function speech(position: number, samples: number): Uint8Array {
  return bytesOf(Int16Array.from({ length: samples }, (_, index) => sampleOf(position + index)));
}

function wordsUpTo(position: number): string[] {
  const count = Math.floor((position + CYCLE_SAMPLES - WORD_SAMPLES) / CYCLE_SAMPLES);
  return Array.from({ length: count }, (_, index) => String(index + 1).padStart(4, '0'));
}
