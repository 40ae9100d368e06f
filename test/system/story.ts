/**
 * The vocabulary of the tests in this folder. A story has a speaker who says 0001, 0002, 0003 … without
 * end, a session that listens, and a network and a server that can be made to fail, all on one virtual clock:
 *
 *     const story = await tell();
 *     await story.speak(10);
 *     story.network.cut();
 *     await story.speak(10);
 *     await story.close();
 *     story.expectEveryWordOnce();
 *
 * What must hold at every moment (the books [G2], one socket [G5]) is checked at every step of every story, and what must
 * hold of the wire [G1 G4 G10] at its end; so a test only says what is special about it.
 */
import { expect } from 'vitest';
import {
  createLiveTranscription,
  type LiveTranscription,
  type LiveTranscriptionOptions,
  type Notice,
  type NoticeCode,
  type SendResult,
  type SessionReport,
  type Status,
  type Transcript,
  type TranscriptionError,
  type Transport,
  type Utterance,
  type Word,
} from '../../src/index.ts';
import {
  Emulator,
  type EmulatorOptions,
  FRAGMENT,
  numberedRecogniser,
  type VirtualClock,
  type VirtualLink,
  VirtualNetwork,
  type VirtualNetworkOptions,
} from '../../src/testing/index.ts';
import { GrainyClock, OwnClock, settle } from './clocks.ts';
import { CYCLE_SAMPLES, RATE, WORD_SAMPLES, sampleOf, bytesOf } from './voice.ts';
import { fastestPace, longestSilenceMs, type Range, sum, union } from './measures.ts';

export { RATE };
const STEP_MS = 20;
const STEP_SAMPLES = (RATE * STEP_MS) / 1000;

export const KEY = 'dg-secret-7f3a9c';

/** The setting of a story; every option has a default. */
export interface Setting extends Partial<Omit<LiveTranscriptionOptions, 'clock' | 'transport'>> {
  server?: EmulatorOptions;
  weather?: VirtualNetworkOptions;
  /** Before the session begins: faults that are planned. */
  given?: (server: Emulator, network: VirtualNetwork) => unknown;
  through?: (transport: Transport, clock: VirtualClock) => Transport;
}

/** A word as it was said. */
interface Spoken {
  word: string;
  /** Seconds of audio since the session began. */
  start: number;
  end: number;
  /** Milliseconds since 1970. */
  capturedAt: number;
}

/** How far the times of a word may be off. */
interface Tolerance {
  seconds?: number;
  capturedMs?: number;
}

/** Begins a story. */
export async function tell(setting: Setting = {}): Promise<Story> {
  const story = new Story(setting);
  await settle();
  return story;
}

export class Story {
  readonly clock: VirtualClock = new GrainyClock();
  readonly #ownClock = new OwnClock(this.clock);
  readonly server: Emulator;
  readonly network: VirtualNetwork;
  readonly live: LiveTranscription;
  readonly transcripts: Transcript[] = [];
  readonly utterances: Utterance[] = [];
  readonly notices: Notice[] = [];
  readonly statuses: Status[] = [];
  readonly completed: string[] = [];
  /** The refused chunks and their reasons. */
  readonly refusals: Extract<SendResult, { accepted: false }>[] = [];
  report: SessionReport | undefined;
  /** How long `close()` took. */
  closedInMs = Infinity;
  readonly #spoken: Spoken[] = [];
  #said = 0;
  #accepted = 0;
  #confirmed = 0;
  #dropped = 0;
  #mayRefuse = false;

  constructor({ server, weather, given, through = (transport) => transport, listen, ...options }: Setting) {
    this.server = new Emulator({ clock: this.clock, recogniser: numberedRecogniser, ...server });
    this.network = new VirtualNetwork(this.server, weather);
    given?.(this.server, this.network);
    this.live = createLiveTranscription({
      auth: { apiKey: KEY },
      seed: 1,
      ...options,
      listen: {
        model: 'nova-3',
        encoding: 'linear16',
        sample_rate: RATE,
        interim_results: true,
        endpointing: 300,
        ...listen,
      },
      clock: this.#ownClock,
      transport: through(this.network.transport, this.clock),
    });
    this.#listenTo('transcripts', this.live.transcripts$, this.transcripts);
    this.#listenTo('utterances', this.live.utterances$, this.utterances);
    this.#listenTo('notices', this.live.notices$, this.notices);
    this.#listenTo('status', this.live.status$, this.statuses);
  }

  /** Continues the speech in real time; it may stop in mid-word, and resumes there. */
  async speak(seconds: number): Promise<void> {
    for (let left = Math.round(seconds * RATE); left > 0; left -= STEP_SAMPLES) {
      const samples = Math.min(left, STEP_SAMPLES);
      await this.wait(samples / RATE);
      this.say(samples);
    }
  }

  /** Goes on to the end of the word, into the gap behind it. */
  async finishWord(): Promise<void> {
    while (this.#said % CYCLE_SAMPLES < WORD_SAMPLES) await this.speak(STEP_MS / 1000);
  }

  /** Sends audio in which nobody speaks. */
  async hush(seconds: number): Promise<void> {
    for (let left = Math.round(seconds * RATE); left > 0; left -= STEP_SAMPLES) {
      await this.wait(STEP_MS / 1000);
      this.send(new Int16Array(Math.min(left, STEP_SAMPLES)));
    }
  }

  /** Sends no audio at all. */
  async pause(seconds: number): Promise<void> {
    await this.wait(seconds);
  }

  /** Says the next samples of the speech in one chunk, now. `as` turns them into what is handed in. */
  say(
    samples: number,
    as: (bytes: Uint8Array) => Parameters<LiveTranscription['send']>[0] = (bytes) => bytes,
  ): SendResult {
    const audio = this.#nextSamples(samples);
    const result = this.live.send(as(bytesOf(audio)));
    if (result.accepted) this.#note(samples);
    else this.#refused(result);
    return result;
  }

  /** The next samples of the speech, for tests that send them in another way. */
  take(samples: number): Uint8Array {
    const audio = this.#nextSamples(samples);
    this.#note(samples);
    return bytesOf(audio);
  }

  send(audio: Int16Array): SendResult {
    const result = this.live.send(bytesOf(audio));
    if (result.accepted) this.#accepted += audio.length;
    else this.#refused(result);
    return result;
  }

  /** Allows refusals, which are an error otherwise. */
  allowRefusals(): void {
    this.#mayRefuse = true;
  }

  // Time.

  async wait(seconds: number): Promise<void> {
    const untilMs = this.clock.now() + seconds * 1000;
    for (let leftMs = seconds * 1000; leftMs > 1e-6; leftMs = untilMs - this.clock.now()) {
      this.clock.advance(Math.min(leftMs, 2 * STEP_MS));
      await settle();
      this.expectConsistency();
    }
  }

  /** The laptop is shut, and opened again. */
  async sleep(seconds: number): Promise<void> {
    this.clock.jump(seconds * 1000);
    await this.wait(0.001);
  }

  // The end.

  async close(withinSeconds = 400): Promise<SessionReport> {
    const closing = this.live.close();
    void closing.then((report) => (this.report = report));
    const beganMs = this.clock.now();
    const untilMs = beganMs + withinSeconds * 1000;
    while (!this.report && this.clock.now() < untilMs) await this.wait(0.1);
    if (!this.report) throw new Error(`close() had not settled after ${withinSeconds} s`);
    this.closedInMs = this.clock.now() - beganMs;
    await this.expectNothingLeft();
    return this.report;
  }

  // What is seen.

  get status(): Status {
    return this.statuses.at(-1) as Status;
  }

  /** Why the session failed. */
  get error(): TranscriptionError | undefined {
    return this.status.phase === 'failed' ? this.status.error : undefined;
  }

  /** States in order, `streaming > backoff > …`. */
  get path(): string {
    const states = this.statuses.map(({ state }) => state);
    return states.filter((state, index) => state !== states[index - 1]).join(' > ');
  }

  get finals(): Transcript[] {
    return this.transcripts.filter((transcript) => transcript.final);
  }

  get heard(): Word[] {
    return this.finals.flatMap((transcript) => transcript.words);
  }

  /** Words said to their end. */
  get spoken(): Spoken[] {
    return this.#spoken.filter(({ end }) => end * RATE <= this.#accepted + 1e-6);
  }

  /** What was heard, but for the half word that the end may have cut off. */
  get heardText(): string {
    const heard = this.heard.map(({ word }) => word);
    if (heard.at(-1) === FRAGMENT) heard.pop();
    return heard.join(' ');
  }

  get spokenText(): string {
    return this.spoken.map(({ word }) => word).join(' ');
  }

  noticesOf(code: NoticeCode): Notice[] {
    return this.notices.filter((notice) => notice.code === code && notice.stage !== 'cleared');
  }

  get droppedRanges(): Range[] {
    return this.noticesOf('audio-dropped').map(({ evidence }) => ({
      start: evidence['startSeconds'] as number,
      end: evidence['endSeconds'] as number,
    }));
  }

  /** How the present connection, and those before it, ended. */
  get ends(): unknown[] {
    return this.noticesOf('connection-lost').map(({ evidence }) => evidence['kind']);
  }

  get link(): VirtualLink {
    return this.network.latest as VirtualLink;
  }

  /** Times, in seconds, at which connections were attempted. */
  get attemptsAt(): number[] {
    return this.network.links.map((link) => link.openedByClientAtMs / 1000);
  }

  // What must hold.

  /** At every moment: the books balance [G2], nothing settled is unsettled, and there is one socket [G5]. */
  expectConsistency(): void {
    const { accepted, confirmed, pending, dropped } = this.live.ledger;
    const books = `${accepted} accepted, ${confirmed} confirmed, ${pending} pending, ${dropped} dropped`;
    if (accepted !== confirmed + pending + dropped || pending < 0) throw new Error(`[G2] ${books}`);
    if (confirmed < this.#confirmed || dropped < this.#dropped) throw new Error(`[G2] went back: ${books}`);
    this.#confirmed = confirmed;
    this.#dropped = dropped;
    const open = this.network.links.filter((link) => link.isOpen && !link.isEnded).length;
    if (open > 1) throw new Error(`[G5] ${open} sockets are open`);
  }

  /** Nothing lost, nothing twice, nothing out of place, every word where and when it was spoken [G3]. */
  expectEveryWordOnce(tolerance?: Tolerance): void {
    expect(this.droppedRanges, 'nothing was announced as dropped').toEqual([]);
    this.expectOnlyAnnouncedLost(tolerance);
    expect(this.live.ledger.dropped).toBe(0);
  }

  /** Missing is exactly what was announced, to the sample [G2 G3]. */
  expectOnlyAnnouncedLost({ seconds = 0.05, capturedMs = 300 }: Tolerance = {}): void {
    const lost = union(this.droppedRanges);
    const isWhole = ({ start, end }: Spoken) =>
      lost.every((range) => range.end <= start + 1e-9 || range.start >= end - 1e-9);
    const expected = this.spoken.filter(isWhole);
    const heard = this.heard.filter(({ word }) => word !== FRAGMENT);
    expect(heard.map(({ word }) => word).join(' ')).toBe(expected.map(({ word }) => word).join(' '));
    this.#expectFragmentsOnlyAt(lost);
    expect(sum(lost.map(({ start, end }) => end - start))).toBeCloseTo(this.live.ledger.dropped / RATE, 3);
    heard.forEach((word, index) => {
      const said = expected[index] as Spoken;
      expect(Math.abs(word.start - said.start), `${word.word} is where it was said`).toBeLessThanOrEqual(
        seconds,
      );
      const lateMs = Math.abs((word.capturedAt ?? 0) - said.capturedAt);
      expect(lateMs, `${word.word} was captured when it was said`).toBeLessThanOrEqual(capturedMs);
    });
  }

  /** On every connection: no self-made silence [G1], a clean wire [G4], and no hurry [G10]. */
  expectCleanWire({ maxPace = 1.25, slept = false } = {}): void {
    for (const link of this.network.links) {
      if (!slept) expect(longestSilenceMs(link), '[G1]').toBeLessThan(5_000);
      expect(link.frames.filter(({ kind }) => kind === 'empty').length, 'no empty frame [G4]').toBe(0);
      expect(link.url).not.toContain(KEY);
      expect(fastestPace(link, RATE * 2), '[G10]').toBeLessThanOrEqual(maxPace);
    }
    for (const connection of this.server.connections) {
      expect(
        connection.controlMessages.filter((text) => !/KeepAlive|Finalize|CloseStream/.test(text)),
      ).toEqual([]);
    }
  }

  /** No timer, no connection, no subscriber is left [G5]. */
  async expectNothingLeft(): Promise<void> {
    expect(this.#ownClock.pending.size, '[G5] timers of the session').toBe(0);
    this.clock.advance(40_000);
    await settle();
    expect(this.completed).toEqual(['transcripts', 'utterances', 'notices', 'status']);
    expect(this.network.liveLinks.length, '[G5] links').toBe(0);
    // Of those that the network has swallowed, the server cannot know.
    const known = this.server.openConnections.filter((open) => open.longestOutboundSilenceMs < 11_000);
    expect(known.length, '[G5] connections').toBe(0);
    expect(this.clock.pendingTimers, '[G5] timers').toBe(0);
  }

  #expectFragmentsOnlyAt(lost: Range[]): void {
    const tail = this.#accepted / RATE;
    const fragments = this.heard.filter(({ word }) => word === FRAGMENT);
    const isExplained = ({ start, end }: Word) =>
      end > tail - WORD_SAMPLES / RATE - 0.05 ||
      lost.some((range) => start <= range.end + 0.55 && end >= range.start - 0.55);
    expect(fragments.filter((fragment) => !isExplained(fragment))).toEqual([]);
  }

  #listenTo(name: string, source: { subscribe(observer: object): unknown }, into: unknown[]): void {
    source.subscribe({
      next: (value: unknown) => into.push(value),
      complete: () => this.completed.push(name),
    });
  }

  #nextSamples(length: number): Int16Array {
    const audio = new Int16Array(length);
    for (let at = 0; at < length; at += 1) audio[at] = sampleOf(this.#said + at);
    return audio;
  }

  /** Notes the words that begin in samples just sent: said in the `samples` that end now. */
  #note(samples: number): void {
    const until = this.#said + samples;
    for (let word = Math.ceil(this.#said / CYCLE_SAMPLES); word * CYCLE_SAMPLES < until; word += 1) {
      const offset = word * CYCLE_SAMPLES - this.#said;
      const start = this.#accepted + offset;
      this.#spoken.push({
        word: String(word + 1).padStart(4, '0'),
        start: start / RATE,
        end: (start + WORD_SAMPLES) / RATE,
        capturedAt: this.clock.wallTime() - ((samples - offset) * 1000) / RATE,
      });
    }
    this.#said = until;
    this.#accepted += samples;
  }

  #refused(result: Extract<SendResult, { accepted: false }>): void {
    if (!this.#mayRefuse) throw new Error(`send() refused: ${result.reason}`);
    this.refusals.push(result);
  }
}
