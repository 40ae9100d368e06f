/**
 * Whole sessions that share a limit, on one virtual clock: never more connections than allowed, each session gets a place, no
 * word is lost.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createLiveTranscription,
  type LiveTranscription,
  type LiveTranscriptionOptions,
  type SessionReport,
  type Status,
  type Transport,
} from '../../src/index.ts';
import { connectionLimit, type SharedConnectionLimit } from '../../src/sessions/index.ts';
import { Emulator, numberedRecogniser, VirtualNetwork } from '../../src/testing/index.ts';
import { GrainyClock, settle } from '../system/clocks.ts';
import { bytesOf, CYCLE_SAMPLES, RATE, sampleOf, WORD_SAMPLES } from '../system/voice.ts';

const STEP_MS = 100;

interface Speaker {
  live: LiveTranscription;
  statuses: Status[];
  heard: string[];
  said: number;
  /** Samples that are still to be spoken. */
  unsaid: number;
  report: SessionReport | undefined;
}

interface Setting extends Partial<LiveTranscriptionOptions> {
  sessions: number;
  places: number;
  /** Connections that the server allows. */
  allowed?: number;
  latencyMs?: number;
}

class Crowd {
  readonly clock = new GrainyClock();
  readonly server: Emulator;
  readonly network: VirtualNetwork;
  readonly limit: SharedConnectionLimit;
  readonly speakers: Speaker[];
  /** Connections from their first step to their last, as the client's platform sees them. */
  alive = 0;
  mostAlive = 0;

  constructor({ sessions, places, allowed = 1_000, latencyMs = 20, ...options }: Setting) {
    const { clock } = this;
    this.server = new Emulator({
      clock,
      recogniser: numberedRecogniser,
      maxConnections: allowed,
      responseTimeoutMs: 1e9,
    });
    this.network = new VirtualNetwork(this.server, { latencyMs });
    this.limit = connectionLimit(places);
    this.speakers = Array.from({ length: sessions }, (_, seed) => {
      const live = createLiveTranscription({
        auth: { apiKey: 'secret' },
        listen: {
          model: 'nova-3',
          encoding: 'linear16',
          sample_rate: RATE,
          interim_results: true,
          endpointing: 300,
        },
        clock,
        seed,
        transport: this.#counted,
        connectionLimit: this.limit,
        log: { maxSeconds: 3_600 },
        // A session without audio frees its place.
        finalizeAfterMs: 500,
        disconnectAfterIdleMs: 4_000,
        ...options,
      });
      const speaker: Speaker = { live, statuses: [], heard: [], said: 0, unsaid: 0, report: undefined };
      live.status$.subscribe((status) => speaker.statuses.push(status));
      live.transcripts$.subscribe(({ final, words }) => {
        if (final) speaker.heard.push(...words.map(({ word }) => word));
      });
      return speaker;
    });
  }

  readonly #counted: Transport = (request, handlers) => {
    this.alive += 1;
    this.mostAlive = Math.max(this.mostAlive, this.alive);
    let isAlive = true;
    const over = () => {
      if (isAlive) this.alive -= 1;
      isAlive = false;
    };
    const socket = this.network.transport(request, {
      ...handlers,
      opened: (handshake) => handlers.opened(handshake),
      ended: (end) => {
        over();
        handlers.ended(end);
      },
    });
    return {
      send: (message) => socket.send(message),
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      close: (code, reason) => socket.close(code, reason),
      terminate: () => {
        over();
        socket.terminate();
      },
    };
  };

  speak(which: number, seconds: number): void {
    const speaker = this.speakers[which] as Speaker;
    // To the end of a word, so that none is cut by its pause.
    const samples = Math.ceil((seconds * RATE) / CYCLE_SAMPLES) * CYCLE_SAMPLES;
    speaker.unsaid += samples;
  }

  async live(seconds: number): Promise<void> {
    await settle();
    for (let left = seconds * 1_000; left > 0; left -= STEP_MS) {
      this.clock.advance(STEP_MS);
      for (const speaker of this.speakers) this.#utter(speaker);
      await settle();
      this.#check();
    }
  }

  /** Until all that was said is heard. */
  async hear(withinSeconds: number, of = this.speakers.map((_, which) => which)): Promise<void> {
    const speakers = of.map((which) => this.speakers[which] as Speaker);
    const isDone = () => speakers.every(({ live, unsaid }) => unsaid === 0 && live.ledger.pending === 0);
    for (let waited = 0; waited < withinSeconds && !isDone(); waited += 1) await this.live(1);
    expect(speakers.map(({ live }) => live.ledger.pending)).toEqual(speakers.map(() => 0));
  }

  close(which: number): void {
    const speaker = this.speakers[which] as Speaker;
    void speaker.live.close().then((report) => (speaker.report = report));
  }

  async end(): Promise<void> {
    this.speakers.forEach((_, which) => this.close(which));
    for (let waited = 0; waited < 600 && this.speakers.some(({ report }) => !report); waited += 1)
      await this.live(1);
    await this.live(5);
    expect(this.alive).toBe(0);
    expect({ held: this.limit.held, waiting: this.limit.waiting }).toEqual({ held: 0, waiting: 0 });
    this.clock.advance(40_000);
    expect(this.clock.pendingTimers).toBe(0);
  }

  expectEveryWordOnce(which: number): void {
    const { said, heard } = this.speakers[which] as Speaker;
    const words = Math.floor((said - WORD_SAMPLES) / CYCLE_SAMPLES) + 1;
    expect(heard).toEqual(Array.from({ length: words }, (_, index) => String(index + 1).padStart(4, '0')));
  }

  phase(which: number): string | undefined {
    return this.speakers[which]?.statuses.at(-1)?.phase;
  }

  #utter(speaker: Speaker): void {
    if (speaker.unsaid === 0) return;
    const samples = (RATE * STEP_MS) / 1_000;
    speaker.unsaid -= samples;
    const audio = Int16Array.from({ length: samples }, (_, index) => sampleOf(speaker.said + index));
    if (speaker.live.send(bytesOf(audio)).accepted) speaker.said += samples;
  }

  #check(): void {
    // A timer's grain may lie between the growth of the limit and its use.
    if (this.limit.waiting > 0 && this.limit.held < this.limit.places) this.clock.advance(2);
    const { held, waiting, places, max } = this.limit;
    expect(this.mostAlive, 'connections at once').toBeLessThanOrEqual(max);
    expect(this.alive, 'each connection has a place').toBeLessThanOrEqual(held);
    if (waiting > 0) expect(held, 'no place is left free').toBeGreaterThanOrEqual(places);
    const queued = this.speakers.filter(({ statuses }) => statuses.at(-1)?.state === 'queued');
    expect(queued.length, 'sessions that say that they wait').toBe(waiting);
  }
}

test('sessions beyond the limit wait in line, report it, log their audio, and lose no word [G2 G3]', async () => {
  const crowd = new Crowd({ sessions: 5, places: 2 });
  crowd.speakers.forEach((_, which) => crowd.speak(which, 6));
  await crowd.live(3);
  expect(crowd.speakers.map((_, which) => crowd.phase(which))).toEqual([
    'open',
    'open',
    'queued',
    'queued',
    'queued',
  ]);
  expect(crowd.speakers[4]?.statuses.at(-1)).toEqual({
    phase: 'queued',
    state: 'queued',
    attempt: 1,
    place: 3,
    lastEnd: undefined,
  });
  await crowd.hear(120);
  const places = crowd.speakers[4]?.statuses.map((status) => (status.phase === 'queued' ? status.place : 0));
  expect(places?.filter((place) => place > 0)).toEqual([3, 2, 1]);
  await crowd.end();
  crowd.speakers.forEach((_, which) => crowd.expectEveryWordOnce(which));
  expect(crowd.speakers.map(({ report }) => report?.outcome)).toEqual(crowd.speakers.map(() => 'drained'));
});

test('an aborted session, or one closed without audio, leaves the line [G5]', async () => {
  const crowd = new Crowd({ sessions: 4, places: 1 });
  crowd.speak(0, 60);
  await crowd.live(1);
  crowd.speakers[1]?.live.connect();
  crowd.speak(2, 2);
  await crowd.live(1);
  crowd.speak(3, 2);
  await crowd.live(1);
  expect(crowd.limit.waiting).toBe(3);
  crowd.close(1);
  crowd.speakers[2]?.live.abort();
  await crowd.live(1);
  expect(crowd.speakers[1]?.report?.outcome).toBe('drained');
  expect(crowd.speakers[3]?.statuses.at(-1)).toMatchObject({ phase: 'queued', place: 1 });
  await crowd.hear(120, [0, 3]);
  await crowd.end();
  for (const which of [0, 3]) crowd.expectEveryWordOnce(which);
});

test('a session that is closed in the line with audio to send keeps its place, until its deadline [G9]', async () => {
  const crowd = new Crowd({ sessions: 2, places: 1 });
  crowd.speak(0, 300);
  await crowd.live(1);
  crowd.speak(1, 3);
  await crowd.live(4);
  crowd.close(1);
  await crowd.live(5);
  expect(crowd.phase(1)).toBe('closing');
  crowd.speakers[0]?.live.abort();
  await crowd.live(20);
  expect(crowd.speakers[1]?.report?.outcome).toBe('drained');
  crowd.expectEveryWordOnce(1);
  await crowd.end();
});

test('a connection that is closing keeps its place until it is closed: the server counts it [G5]', async () => {
  const crowd = new Crowd({ sessions: 2, places: 1, latencyMs: 300 });
  crowd.speak(0, 60);
  await crowd.live(2);
  crowd.speak(1, 3);
  await crowd.live(1);
  crowd.speakers[0]?.live.abort();
  await crowd.live(0.5);
  expect(crowd.phase(1)).toBe('queued');
  await crowd.hear(60, [1]);
  await crowd.end();
  crowd.expectEveryWordOnce(1);
});

test('a 429 lowers the limit, so that refused attempts are not repeated [G7]', async () => {
  const crowd = new Crowd({ sessions: 8, places: 8, allowed: 3 });
  crowd.speakers.forEach((_, which) => crowd.speak(which, 60));
  await crowd.live(2);
  expect(crowd.limit.places).toBe(3);
  await crowd.live(58);
  const refused = crowd.server.refusals.filter(({ status }) => status === 429).length;
  // Five at first, and one for each time the limit has grown.
  expect(refused).toBeLessThanOrEqual(5 + 6);
  await crowd.hear(900);
  await crowd.end();
  crowd.speakers.forEach((_, which) => crowd.expectEveryWordOnce(which));
});

test('the wait in the line is no outage: the first loss after it is retried at once, and no session is given up', async () => {
  const crowd = new Crowd({ sessions: 2, places: 1, giveUpAfterMs: 30_000 });
  crowd.speak(1, 200);
  await crowd.live(2);
  crowd.speak(0, 100);
  await crowd.live(1);
  crowd.network.cut();
  await crowd.live(90);
  expect(crowd.phase(1)).toBe('queued');
  crowd.server.refuse(503, { times: 1 });
  crowd.speakers[0]?.live.abort();
  await crowd.live(2);
  expect(crowd.phase(1)).not.toBe('failed');
  await crowd.hear(400, [1]);
  await crowd.end();
  crowd.expectEveryWordOnce(1);
});

type Step =
  | { do: 'speak'; which: number; seconds: number }
  | { do: 'live'; seconds: number }
  | { do: 'cut' }
  | { do: 'serverClose'; code: number }
  | { do: 'refuse'; status: number; times: number }
  | { do: 'connect' | 'abort' | 'close'; which: number };

const which = fc.nat(7);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('speak' as const),
      which,
      seconds: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('live' as const), seconds: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('serverClose' as const),
      code: fc.constantFrom(1000, 1006, 1011, 1012),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('refuse' as const),
      status: fc.constantFrom(429, 429, 503),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('connect' as const, 'abort' as const, 'close' as const),
      which,
    }),
  },
);

test('never more connections than allowed, every session gets a place, and no word is lost', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        sessions: fc.integer({ min: 2, max: 8 }),
        places: fc.integer({ min: 1, max: 4 }),
        allowed: fc.constantFrom(1, 2, 1_000),
        latencyMs: fc.constantFrom(1, 20, 300),
        steps: fc.array(step, { minLength: 4, maxLength: 24 }),
      }),
      async ({ steps, ...setting }) => {
        const crowd = new Crowd(setting);
        const gone = new Set<number>();
        for (const one of steps) {
          const index = 'which' in one ? one.which % setting.sessions : -1;
          const live = crowd.speakers[index]?.live;
          if (one.do === 'speak') crowd.speak(index, one.seconds);
          else if (one.do === 'live') await crowd.live(one.seconds);
          else if (one.do === 'cut') crowd.network.cut();
          else if (one.do === 'serverClose') crowd.server.closeAll(one.code, '');
          else if (one.do === 'refuse') crowd.server.refuse(one.status, { times: one.times });
          else if (one.do === 'connect') live?.connect();
          else {
            gone.add(index);
            if (one.do === 'abort') live?.abort();
            else crowd.close(index);
            const speaker = crowd.speakers[index] as Speaker;
            speaker.unsaid = 0;
          }
        }
        const staying = crowd.speakers.map((_, index) => index).filter((index) => !gone.has(index));
        await crowd.hear(1_500, staying);
        await crowd.end();
        for (const index of staying) crowd.expectEveryWordOnce(index);
      },
    ),
    { numRuns: Number(process.env['LIMIT_RUNS'] ?? 60) },
  );
});
