/**
 * Thousands of sessions in one process lose their connections at once, are refused for a while, and are taken back. Everything that the
 * process does costs it time, so that its timers are late where there is too much of it.
 */
import { expect, test } from 'vitest';
import { createLiveTranscription, type LiveTranscription, type Transport } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { finalResults } from '../bench/support/results.mjs';
import { settle } from './clocks.ts';

const RATE = 8_000;
const REFUSED_MS = 3_000;

/** What the process spends: with attempts half of its time, with those that speak a quarter. */
const COST_MS = { attempt: 0.2, send: 0.08, message: 0.2, timer: 0.005 };

/** A clock whose time goes on while the process works: what falls due meanwhile is late. */
class BusyClock extends VirtualClock {
  latestMs = 0;

  override setTimeout(callback: () => void, delayMs: number): unknown {
    const dueAt = this.now() + Math.max(0, delayMs);
    return super.setTimeout(() => {
      this.latestMs = Math.max(this.latestMs, this.now() - dueAt);
      this.jump(COST_MS.timer);
      callback();
    }, delayMs);
  }
}

/** A network with a server that takes everything, answers each second of audio, and can drop and refuse all. */
class Sea {
  readonly clock = new BusyClock();
  readonly attemptsAt: number[] = [];
  readonly #links = new Set<() => void>();
  refusedUntil = -Infinity;

  get open(): number {
    return this.#links.size;
  }

  cut(): void {
    this.refusedUntil = this.clock.now() + REFUSED_MS;
    for (const drop of this.#links) drop();
  }

  readonly transport: Transport = (_request, handlers) => {
    const { clock } = this;
    let bytes = 0;
    let answered = 0;
    let isOver = false;
    clock.jump(COST_MS.attempt);
    this.attemptsAt.push(clock.now());
    const drop = () => {
      this.#links.delete(drop);
      // The platform tells one after the other.
      clock.setTimeout(() => handlers.ended({ code: 1006, reason: '' }), 0);
      isOver = true;
    };
    clock.setTimeout(() => {
      if (isOver) return;
      if (clock.now() < this.refusedUntil) handlers.ended({ code: 1006, reason: '', status: 503 });
      else {
        this.#links.add(drop);
        handlers.opened({});
      }
    }, 30);
    return {
      bufferedAmount: 0,
      send: (message) => {
        clock.jump(COST_MS.send);
        if (typeof message === 'string') return;
        bytes += message.byteLength;
        if (bytes - answered < RATE) return;
        const text = finalResults(answered / RATE, bytes / RATE);
        answered = bytes;
        clock.setTimeout(() => {
          clock.jump(COST_MS.message);
          if (!isOver) handlers.message(text);
        }, 100);
      },
      close: () => void (isOver = true),
      terminate: () => void (isOver = true),
    };
  };
}

interface Weather {
  speakers: number;
  idle: number;
  chunkMs: number;
}

/** The sessions of a process, of which some speak: what they say while the process stands still comes behind it, at once. */
class Fleet {
  readonly sea = new Sea();
  readonly clock = this.sea.clock;
  readonly speakers: LiveTranscription[];
  readonly all: LiveTranscription[];
  readonly #chunkMs: number;

  constructor({ speakers, idle, chunkMs }: Weather) {
    const { clock, sea } = this;
    this.#chunkMs = chunkMs;
    this.all = Array.from({ length: speakers + idle }, (_, seed) =>
      createLiveTranscription({
        auth: { apiKey: 'storm' },
        listen: { model: 'nova-3', encoding: 'mulaw', sample_rate: RATE },
        connect: 'eager',
        seed,
        clock,
        transport: sea.transport,
      }),
    );
    // Not the first of those that ask for a connection.
    this.speakers = this.all.slice(idle);
  }

  async pass(ms: number): Promise<void> {
    for (const untilMs = this.clock.now() + ms; this.clock.now() < untilMs; ) {
      this.clock.advance(Math.min(20, untilMs - this.clock.now()));
      await settle();
    }
  }

  /** Passes time until something is so; the answer is how long that took. */
  async until(isSo: () => boolean, withinMs: number): Promise<number> {
    const fromMs = this.clock.now();
    while (!isSo() && this.clock.now() < fromMs + withinMs) await this.pass(50);
    return this.clock.now() - fromMs;
  }

  speak(): void {
    const chunk = new Uint8Array((RATE * this.#chunkMs) / 1000);
    for (const [index, live] of this.speakers.entries()) {
      let dueAt = this.clock.now() + (this.#chunkMs * index) / this.speakers.length;
      const tick = () => {
        for (; dueAt <= this.clock.now(); dueAt += this.#chunkMs) live.send(chunk);
        this.clock.setTimeout(tick, dueAt - this.clock.now());
      };
      this.clock.setTimeout(tick, dueAt - this.clock.now());
    }
  }

  get isOpen(): boolean {
    return this.sea.open === this.all.length;
  }

  get mostBehindMs(): number {
    return Math.max(...this.speakers.map(({ backlogMs }) => backlogMs));
  }

  get isLevel(): boolean {
    return this.mostBehindMs <= this.#chunkMs;
  }
}

test.each<Weather>([
  { speakers: 400, idle: 9_600, chunkMs: 400 },
  { speakers: 600, idle: 0, chunkMs: 200 },
])(
  'a storm ends: $speakers sessions that speak and $idle that do not are open within 5 s of acceptance, and then level as fast as the rate allows [G2 G7 G10]',
  { timeout: 300_000 },
  async (weather) => {
    const fleet = new Fleet(weather);
    const { sea, clock } = fleet;
    await fleet.until(() => fleet.isOpen, 60_000);
    fleet.speak();
    await fleet.pass(3_000);
    expect(fleet.isLevel).toBe(true);

    clock.latestMs = 0;
    sea.attemptsAt.length = 0;
    sea.cut();
    await fleet.pass(REFUSED_MS);
    // The rate allows 7,500.
    expect(sea.attemptsAt.length).toBeLessThan(2_400);
    expect(await fleet.until(() => fleet.isOpen, 20_000)).toBeLessThan(5_000);
    const behindMs = fleet.mostBehindMs;
    expect(await fleet.until(() => fleet.isLevel, 120_000)).toBeLessThan(behindMs / 0.19 + 1_000);
    expect(clock.latestMs).toBeLessThan(1_000);
    expect(mostWithin(sea.attemptsAt, 100)).toBeLessThanOrEqual(350);
    for (const { ledger } of fleet.all) expect(ledger.dropped).toBe(0);
    for (const live of fleet.all) live.abort();
  },
);

/** The most that lie within any stretch of so many milliseconds. */
function mostWithin(times: readonly number[], ms: number): number {
  let most = 0;
  let first = 0;
  for (const [index, at] of times.entries()) {
    while ((times[first] ?? at) < at - ms) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
