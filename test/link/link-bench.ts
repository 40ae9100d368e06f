/** Links with a virtual clock and socket, and a record of everything that they wrote and reported. */
import { AdaptiveTimeout } from '../../src/adaptive-timeout.ts';
import { AudioTimeline } from '../../src/audio/audio-timeline.ts';
import { keptLink, type MakeKeeper } from '../../src/link/kept-link.ts';
import { Link } from '../../src/link/link.ts';
import type { ControlMessage, LinkOptions, LinkSession } from '../../src/link/link-session.ts';
import { listenV1 } from '../../src/protocol/listen-v1/listen-v1.ts';
import type { Segment } from '../../src/protocol/protocol.ts';
import type { Socket } from '../../src/transports/transport.ts';
import { VirtualClock } from '../../src/testing/index.ts';

/** A millisecond is a sample. */
const RATE = 1_000;
const FRAME_BYTES = 2;
export const KEEP_ALIVE_MS = 3_000;
export const ANSWER_MS = 10_000;
export const DRAIN_MS = 8_000;
export const MAX_BUFFERED_BYTES = 1_000;
/** Until a socket that was empty is asked again. */
export const EMPTY_MS = 200;

export const audio = (ms: number): Uint8Array => new Uint8Array(ms * FRAME_BYTES);

/** Records sent messages: audio by its milliseconds, text by its type. */
class FakeSocket implements Socket {
  waiting = 0;
  timesAsked = 0;
  readonly messages: (string | Uint8Array)[] = [];
  readonly #log: (what: string) => void;

  constructor(log: (what: string) => void) {
    this.#log = log;
  }

  get bufferedAmount(): number {
    this.timesAsked += 1;
    return this.waiting;
  }

  send(message: string | Uint8Array): void {
    this.messages.push(message);
    const isText = typeof message === 'string';
    this.#log(isText ? (JSON.parse(message) as { type: string }).type : `${message.length / FRAME_BYTES} ms`);
  }

  close(): void {}
  terminate(): void {}
}

/** Inputs of a link beside its options. */
interface BenchOptions extends Partial<LinkOptions> {
  maxBufferedBytes?: number;
  header?: Uint8Array;
  isExact?: boolean;
  maxSeconds?: number;
  maxBytes?: number;
  maxProcessBytes?: number;
}

export class LinkBench {
  readonly clock: VirtualClock;
  log: string[] = [];
  readonly socket = new FakeSocket((what) => this.log.push(what));
  readonly timeline: AudioTimeline;
  readonly session: LinkSession;
  /** Control messages that a new link begins with. */
  controls: ControlMessage[] = [];
  /** The answer of the transcript to the next segment: final on every channel up to here. */
  settledTo = 0;
  /** Where the audio of the answered request ends. */
  answeredAt: number | undefined;
  #number = 0;
  #link: Link | undefined;

  /** Several benches may share a clock; `parts` replace those of the session. */
  constructor(
    {
      header,
      isExact = true,
      maxSeconds = 60,
      maxBytes = 1e6,
      maxProcessBytes = Infinity,
      maxBufferedBytes = MAX_BUFFERED_BYTES,
      ...options
    }: BenchOptions = {},
    clock = new VirtualClock(),
    parts: Partial<LinkSession> = {},
  ) {
    this.clock = clock;
    const say = (what: string) => void this.log.push(what);
    this.timeline = new AudioTimeline(
      this.clock,
      {
        rate: RATE,
        frameBytes: FRAME_BYTES,
        maxBytes,
        maxProcessBytes,
        maxSeconds,
      },
      { onDrop: () => say('drop'), onWaiting: () => say('waiting') },
    );
    this.session = {
      clock: this.clock,
      protocol: listenV1,
      timeline: this.timeline,
      options: { keepAliveMs: KEEP_ALIVE_MS, catchUpRate: 1.2, drainMs: DRAIN_MS, ...options },
      maxBufferedBytes,
      answerTimeout: new AdaptiveTimeout(ANSWER_MS, 3 * ANSWER_MS),
      framing: { headerAt: () => header, isExact },
      silence: undefined,
      transcript: {
        segment: (segment: Segment) => {
          say(`${segment.isFinal ? 'final' : 'interim'} '${segment.text}'`);
          return this.settledTo;
        },
        utteranceEnd: (channel, at) => say(`utterance-end on ${channel} at ${at}`),
        finalized: (channel) => say(`finalized ${channel}`),
        withdrawTurn: () => undefined,
        isShowingInterim: false,
      },
      requests: {
        answered: (channel, count) => {
          say(`answer of ${channel} in ${count}`);
          return this.answeredAt;
        },
      },
      counts: { keepAlives: 0, longestSilenceMs: 0, silenceSeconds: 0 },
      tell: ({ type }) => say(type),
      report: (code, evidence) => say(`${code} ${JSON.stringify(evidence)}`),
      message: () => undefined,
      ended: () => undefined,
      ...parts,
    };
  }

  /** The present link. */
  get link(): Link {
    if (!this.#link) throw new Error('There was no link yet.');
    return this.#link;
  }

  /** A connection opens. */
  open(): void {
    this.#number += 1;
    const { protocol } = this.session;
    const keep: MakeKeeper = (...kept) => protocol.keep?.(keptLink(...kept), {}, { forceEndTurn: true });
    this.#link = new Link(this.session, this.#number, this.socket, this.controls, keep);
    this.#link.start();
  }

  /** Hands in audio. */
  hand(ms = 20, opening?: Uint8Array, bytes = audio(ms)): void {
    this.timeline.append(bytes, ms, this.clock.now(), true, opening);
  }

  /** Sends more audio than the pace allows at once. */
  rush(): void {
    do this.hand(100);
    while (this.timeline.unsent === 0);
  }

  /** A chunk of 20 ms, and so many that follow it in a run. */
  run(chunks: number): void {
    this.hand();
    this.timeline.beginRun();
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      this.clock.advance(20);
      if (!this.timeline.run?.take(audio(20))) throw new Error('The run has ended.');
    }
  }

  /** Live frames of 100 ms. */
  speak(seconds: number): void {
    for (let passed = 0; passed < seconds * 10; passed += 1) {
      this.hand(100);
      this.clock.advance(100);
    }
  }

  /** A connection with flowing audio and no backlog. */
  flow(): void {
    // Later than zero, where a sum is a difference.
    this.clock.advance(1_000);
    this.open();
    this.hand();
    this.clock.advance(20);
    this.log = [];
  }

  /** A message of the server that advances nothing. */
  hear(): void {
    this.link.receive('{"type":"Other"}');
  }

  /** The record of `action`. */
  during(action: () => void): string[] {
    this.log = [];
    action();
    return this.log;
  }

  /** What comes of the next so many milliseconds. */
  pass(ms: number): string[] {
    return this.during(() => this.clock.advance(ms));
  }

  message(type: string, position = this.timeline.end): ControlMessage {
    return {
      text: JSON.stringify({ type }),
      position,
      onSent: () => void this.log.push(`${type} is sent`),
    };
  }
}
