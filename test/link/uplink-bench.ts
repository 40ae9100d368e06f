/** An uplink between a clock and a socket that are not real, and everything that it wrote and said, in order. */
import { AudioTimeline } from '../../src/audio/audio-timeline.ts';
import { type ControlMessage, Uplink, type UplinkSettings } from '../../src/link/uplink.ts';
import type { Socket } from '../../src/transports/transport.ts';
import { VirtualClock } from '../../src/testing/index.ts';

/** A millisecond is a sample. */
const RATE = 1_000;
const FRAME_BYTES = 2;
export const KEEP_ALIVE_MS = 3_000;
export const STALL_MS = 10_000;
export const DRAIN_MS = 8_000;
export const MAX_BUFFERED_BYTES = 1_000;

export const audio = (ms: number): Uint8Array => new Uint8Array(ms * FRAME_BYTES);

/** Writes down what is sent: audio by its milliseconds, text by its type. */
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

export class UplinkBench {
  readonly clock = new VirtualClock();
  log: string[] = [];
  readonly socket = new FakeSocket((what) => this.log.push(what));
  readonly timeline = new AudioTimeline({
    rate: RATE,
    frameBytes: FRAME_BYTES,
    maxBytes: 1e6,
    maxSeconds: 60,
    onDrop: () => this.log.push('drop'),
  });
  readonly uplink: Uplink;

  constructor(settings: Partial<UplinkSettings> = {}) {
    const say = (what: string) => () => void this.log.push(what);
    const defaults: UplinkSettings = {
      keepAliveMs: KEEP_ALIVE_MS,
      stallMs: STALL_MS,
      drainMs: DRAIN_MS,
      catchUpRate: 1.2,
      maxBufferedBytes: MAX_BUFFERED_BYTES,
      primer: undefined,
      header: () => undefined,
      isExact: () => true,
    };
    this.uplink = new Uplink(
      this.clock,
      this.timeline,
      { ...defaults, ...settings },
      {
        audioPending: say('pending'),
        audioIdle: say('idle'),
        stalled: say('stalled'),
        notice: (code, evidence) => this.log.push(`${code} ${JSON.stringify(evidence)}`),
      },
    );
  }

  attach(): void {
    this.uplink.attach(this.socket);
  }

  /** Audio that must go the long way, by the log. */
  store(ms: number, opening?: Uint8Array): void {
    this.timeline.append(audio(ms), ms, true, opening);
    this.uplink.accepted(this.clock.now());
  }

  /** Hands a frame in as the data plane does; whether it went the straight way. */
  hand(ms = 20): boolean {
    const wentStraight = this.uplink.sendLive(audio(ms), ms, this.clock.now());
    if (wentStraight) this.uplink.accepted(this.clock.now());
    else this.store(ms);
    return wentStraight;
  }

  /** Hands in more than may go at once. */
  rush(): void {
    while (this.hand(100));
  }

  /** Live frames of 100 ms. */
  speak(seconds: number): void {
    for (let passed = 0; passed < seconds * 10; passed += 1) {
      this.hand(100);
      this.clock.advance(100);
    }
  }

  /** A connection on which audio flows, and nothing is behind. */
  flow(): void {
    // Later than zero, where a sum is a difference.
    this.clock.advance(1_000);
    this.attach();
    this.hand();
    this.clock.advance(20);
    this.log = [];
  }

  /** What `action` leads to. */
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
