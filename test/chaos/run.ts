/** One run: real processes, a real Redis and the emulator under the failures of a plan; then the result is checked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import type { Published, StoredFinal } from '../../src/store/index.ts';
import { count, type EmulatorServer, startEmulator } from '../../src/testing/index.ts';
import { RedisServer } from '../store/redis-server.ts';
import { connectStore } from './connect-store.ts';
import type { Failure, Plan } from './plan.ts';
import { type Orders, SAMPLE_RATE, SESSION, type Told } from './told.ts';

const WORD_MS = 320;
const CYCLE_MS = 500;
/** The default lease of the store. */
const LEASE_MS = 3_000;
/** After Redis was away, for the tries of its clients and what had to wait. */
const SETTLED_MS = 3_000;
/** The time after the last word for leases, replays and the drain. On a busy machine it lasts longer. */
const PATIENCE_LOOKS = 400;
const LOOK_MS = 100;

export interface Programs {
  transcriber: string;
  ingest: string;
}

export interface Outcome {
  problems: string[];
  /** The output of each process, for debugging. */
  story: string;
  /** From the end of the lease, or from the hand-over, to the first text of the next owner. */
  takeovers: { after: 'kill' | 'terminate'; ms: number }[];
  /** The age of the oldest audio that was accepted and lost with its ingest. Not measured if Redis was away just before. */
  exposuresMs: number[];
}

class Actor {
  readonly name: string;
  readonly told: Told[] = [];
  readonly #child: ChildProcess;
  readonly over: Promise<number | null>;
  /** It was killed, or asked to end. */
  isEnding = false;
  code: number | null | undefined;

  constructor(name: string, program: string, orders: Orders) {
    this.name = name;
    this.#child = spawn(process.execPath, [program, JSON.stringify(orders)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.over = once(this.#child, 'exit').then(([code]) => (this.code = code as number | null));
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => this.told.push(JSON.parse(line) as Told));
  }

  signal(name: NodeJS.Signals): void {
    if (this.code === undefined) this.#child.kill(name);
  }

  /** The last process that claimed the session and still owns it. */
  get owns(): boolean {
    const last = this.told.findLast(
      ({ told }) => told === 'claimed' || told === 'over' || told === 'handed-over',
    );
    return !this.isEnding && this.code === undefined && last?.told === 'claimed';
  }

  get claimedAt(): number {
    return this.told.findLast(({ told }) => told === 'claimed')?.at ?? 0;
  }
}

export class Run {
  readonly #plan: Plan;
  readonly #programs: Programs;
  readonly #actors: Actor[] = [];
  readonly #ingests: Actor[] = [];
  readonly #takeovers: { after: 'kill' | 'terminate'; from: Actor; at: number }[] = [];
  readonly #problems: string[] = [];
  readonly #exposuresMs: number[] = [];
  readonly #inflicted: { at: number; text: string }[] = [];
  #redis!: RedisServer;
  #emulator!: EmulatorServer;
  #calledAt = 0;
  #started = 0;
  #redisBackAt = 0;

  constructor(plan: Plan, programs: Programs) {
    this.#plan = plan;
    this.#programs = programs;
  }

  async play(): Promise<Outcome> {
    // With `everysec` and a slow disk, Redis answers before it has written: such a loss is announced, and not a failure of ours.
    this.#redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
    this.#emulator = await startEmulator();
    try {
      await this.#play();
    } finally {
      for (const actor of [...this.#actors, ...this.#ingests]) {
        actor.isEnding = true;
        actor.signal('SIGCONT');
        actor.signal('SIGKILL');
        await actor.over;
      }
      await this.#emulator.close();
      await this.#redis.dispose();
    }
    const story = this.#tellStory();
    return { problems: this.#problems, story, takeovers: this.#measure(), exposuresMs: this.#exposuresMs };
  }

  async #play(): Promise<void> {
    const { failures, words } = this.#plan;
    const pool = [this.#transcriber(), this.#transcriber()];
    while (!pool.every(({ told }) => told.length > 0)) await setTimeout(20);
    this.#ingest();
    while (!this.#owner) await this.#wait(20);
    for (const each of this.#ingests[0]?.told ?? [])
      if (each.told === 'begun') this.#calledAt = each.calledAt;
    const startedAt = Date.now();
    const frozen: Promise<void>[] = [];
    for (const failure of failures) {
      await this.#wait(Math.max(0, startedAt + failure.atMs - Date.now()));
      frozen.push(this.#inflict(failure));
    }
    await Promise.all(frozen);
    const store = await connectStore({ client: 'ioredis', redisUrl: this.#redis.url });
    await this.#wait(Math.max(0, this.#calledAt + words * CYCLE_MS - Date.now()));
    let last: Published | undefined;
    for (let looks = 0; looks < PATIENCE_LOOKS && !last?.isEnded; looks += 1) {
      last = await store.published(SESSION, 0, 10_000).catch(() => last);
      await this.#wait(LOOK_MS);
    }
    if (!last?.isEnded)
      this.#problems.push(`the session has not ended ${PATIENCE_LOOKS * LOOK_MS} ms after the last word`);
    this.#judge(last?.finals ?? []);
  }

  #tellStory(): string {
    const lines = [...this.#actors, ...this.#ingests].flatMap(({ name, told, code }) => [
      ...told.map(({ at, ...rest }) => ({ at, text: `${name} ${JSON.stringify(rest)}` })),
      { at: Infinity, text: `${name} has the exit code ${code}` },
    ]);
    return lines
      .concat(this.#inflicted)
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, text }) => `${at - this.#calledAt} ms: ${text}`)
      .join('\n');
  }

  async #wait(ms: number): Promise<void> {
    await setTimeout(ms);
    const dead = [...this.#actors, ...this.#ingests].find(
      ({ code, isEnding }) => !isEnding && code !== undefined && code !== 0,
    );
    if (dead) throw new Error(`${dead.name} has ended by itself, with code ${dead.code}.`);
  }

  async #inflict(failure: Failure): Promise<void> {
    const owner = this.#owner;
    this.#inflicted.push({
      at: Date.now(),
      text: `${failure.kind}, while ${owner?.name ?? 'nobody'} owns it`,
    });
    switch (failure.kind) {
      case 'kill':
        if (!owner) return;
        owner.isEnding = true;
        owner.signal('SIGKILL');
        this.#takeovers.push({ after: 'kill', from: owner, at: Date.now() });
        // Two claim it at once: the one that waited, and the one that comes.
        this.#transcriber();
        return;
      case 'terminate':
        if (!owner) return;
        owner.isEnding = true;
        owner.signal('SIGTERM');
        this.#takeovers.push({ after: 'terminate', from: owner, at: Date.now() });
        this.#transcriber();
        return;
      case 'freeze':
        if (!owner) return;
        owner.signal('SIGSTOP');
        this.#transcriber();
        await this.#wait(failure.forMs);
        owner.signal('SIGCONT');
        return;
      case 'restart-redis':
        await this.#redis.kill();
        await this.#redis.start();
        this.#redisBackAt = Date.now();
        return;
      case 'pause-redis':
        this.#redis.signal('SIGSTOP');
        await this.#wait(failure.forMs);
        this.#redis.signal('SIGCONT');
        this.#redisBackAt = Date.now();
        return;
      case 'kill-ingest': {
        const ingest = this.#ingests.at(-1) as Actor;
        if (ingest.code !== undefined) return;
        ingest.isEnding = true;
        ingest.signal('SIGKILL');
        const killedAt = Date.now();
        await ingest.over;
        this.#expose(ingest, killedAt);
        this.#ingest();
        return;
      }
      default:
        failure satisfies never;
    }
  }

  get #owner(): Actor | undefined {
    return this.#actors.filter(({ owns }) => owns).toSorted((a, b) => b.claimedAt - a.claimedAt)[0];
  }

  #transcriber(): Actor {
    const actor = new Actor(
      `transcriber ${this.#actors.length + 1}`,
      this.#programs.transcriber,
      this.#orders(),
    );
    this.#actors.push(actor);
    return actor;
  }

  #ingest(): void {
    this.#ingests.push(
      new Actor(`ingest ${this.#ingests.length + 1}`, this.#programs.ingest, this.#orders()),
    );
  }

  #orders(): Orders {
    const { seed, words, skewsMs } = this.#plan;
    this.#started += 1;
    return {
      redisUrl: this.#redis.url,
      deepgramUrl: this.#emulator.url,
      client: (seed + this.#started) % 2 === 0 ? 'redis' : 'ioredis',
      skewMs: skewsMs[this.#started % skewsMs.length] ?? 0,
      words,
      calledAt: this.#calledAt,
    };
  }

  /** Words in the store: each that the store was given, once, in order; and each final was shown by one process at most. */
  #judge(finals: readonly StoredFinal[]): void {
    const heard = finals
      .flatMap(({ data }) => (data as { text: string }).text.split(' '))
      .filter((word) => /^\d+$/.test(word));
    const numbers = heard.map(Number);
    if (numbers.some((number, i) => i > 0 && number <= (numbers[i - 1] as number)))
      this.#problems.push(`words are doubled or out of order: ${numbers.join(' ')}`);
    const lost = this.#lostRanges();
    const missing = count(1, this.#plan.words).filter((number) => {
      const fromMs = (number - 1) * CYCLE_MS;
      return (
        !numbers.includes(number) &&
        !lost.some((each) => each.fromMs < fromMs + WORD_MS && each.toMs > fromMs)
      );
    });
    if (missing.length > 0) this.#problems.push(`words are lost: ${missing.join(' ')}`);
    finals.forEach(({ seq }, index) => {
      if (seq !== index + 1) this.#problems.push(`final ${index + 1} has the number ${seq}`);
    });
    const shown = this.#actors.flatMap(({ told }) =>
      told.filter((each) => each.told === 'text' && each.isFinal),
    ) as { text: string; end: number }[];
    const keys = shown.map(({ text, end }) => `${text} to ${end}`);
    const twice = keys.filter((key, i) => keys.indexOf(key) !== i);
    if (twice.length > 0) this.#problems.push(`shown by two processes: ${twice.join('; ')}`);
    const texts = new Set(finals.map(({ data }) => (data as { text: string }).text));
    const unpublished = shown.filter(({ text }) => !texts.has(text));
    if (unpublished.length > 0)
      this.#problems.push(`shown and not published: ${unpublished.map(({ text }) => text).join('; ')}`);
  }

  /** What was said while no ingest was there, and the block that it was about to write. */
  #lostRanges(): { fromMs: number; toMs: number }[] {
    const toMs = (position: number) => (position * 1000) / SAMPLE_RATE;
    return this.#ingests.slice(1).map(({ told }, i) => {
      const before = this.#ingests[i]?.told.findLast(
        (each) => each.told === 'appended' || each.told === 'begun',
      );
      const next = told.find((each) => each.told === 'begun');
      const from = before && 'position' in before ? before.position : 0;
      const to = next && 'position' in next ? next.position : Infinity;
      return { fromMs: toMs(from), toMs: toMs(to) };
    });
  }

  #expose({ told }: Actor, killedAt: number): void {
    const kept = told.findLast((each) => each.told === 'appended');
    if (!kept || killedAt - this.#redisBackAt < SETTLED_MS) return;
    const lost = told.find((each) => each.told === 'sent' && each.position > kept.position);
    this.#exposuresMs.push(lost ? killedAt - lost.at : 0);
  }

  /** A text cannot come before its word has been said. */
  #measure(): Outcome['takeovers'] {
    return this.#takeovers.flatMap(({ after, from, at }) => {
      const handedOver = from.told.find(({ told }) => told === 'handed-over')?.at ?? at;
      const freeAt = after === 'kill' ? at + LEASE_MS : handedOver;
      const texts = this.#actors
        .filter((each) => each !== from)
        .flatMap(({ told }) => told.filter((each) => each.told === 'text' && each.at > at));
      const [first] = texts.toSorted((a, b) => a.at - b.at);
      const number = first?.told === 'text' ? Number(/\d+/.exec(first.text)?.[0]) : Number.NaN;
      if (!first || Number.isNaN(number)) return [];
      const saidAt = this.#calledAt + (number - 1) * CYCLE_MS + WORD_MS;
      return [{ after, ms: first.at - Math.max(freeAt, saidAt) }];
    });
  }
}
