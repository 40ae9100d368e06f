/** Sessions in Redis: each call of the port is one script, and so one round trip. */
import { systemClock } from '../../clock.ts';
import type {
  Appended,
  AudioStore,
  Confirmation,
  Confirmed,
  Held,
  Json,
  Lease,
  LeaseRequest,
  Opened,
  Published,
  Refusal,
  StoredAudio,
  StoredBlock,
  StoredRequest,
} from '../audio-store.ts';
import { type Gathered, type Given, RedisCalls } from './redis-calls.ts';
import { type Argument, commandsOf, type RedisClient, type SendCommand } from './redis-client.ts';
import { audioOf, listOf, numberOf, openedOf, publishedOf, type Reply, textOf } from './replies.ts';
import * as scripts from './scripts.ts';

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /**
   * The prefix of all keys. Those of a session continue with its id in braces, so that they share a slot.
   * @defaultValue `rx-deepgram`
   */
  prefix?: string;
  /**
   * How long an owner that stops renewing keeps its session, in milliseconds; 100 to 60000.
   * @defaultValue `3000`
   */
  leaseMs?: number;
  /**
   * A session is deleted after this many milliseconds without a write; 1000 to 604800000.
   * @defaultValue `3600000`: an hour
   */
  expireMs?: number;
}

/** Short compared with a block of audio (250 ms), and enough for some sessions to share a command. */
const SHARED_MS = 25;

/** A final waits for it: just enough for those that came together. */
const URGENT_MS = 4;

/** The number of sessions that one claim checks. Owned ones are checked again after their lease. */
const CLAIM_LIMIT = 100;

/**
 * Keeps sessions in Redis 6.2 or later, so that they outlive their process. The app connects and closes the client.
 *
 * @throws TypeError for anything but a client of `redis` 6 or `ioredis` 6; RangeError for an option out of its range.
 *
 * @example
 * ```ts
 * const client = await createClient({ url: 'redis://localhost' }).on('error', console.error).connect();
 * const store = redisStore(client);
 * ```
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): AudioStore {
  return new RedisStore(commandsOf(client), options);
}

class RedisStore implements AudioStore {
  readonly leaseMs: number;
  readonly expireMs: number;
  readonly #send: SendCommand;
  readonly #prefix: string;
  readonly #calls: RedisCalls;
  /** A command may have keys of one slot only. */
  #isSharded = false;

  constructor(
    send: SendCommand,
    { prefix = 'rx-deepgram', leaseMs = 3_000, expireMs = 3_600_000 }: RedisStoreOptions,
  ) {
    this.#send = send;
    this.#prefix = prefix;
    this.leaseMs = within('leaseMs', leaseMs, 100, 60_000);
    this.expireMs = within('expireMs', expireMs, 1_000, 604_800_000);
    this.#calls = new RedisCalls(systemClock, this.leaseMs, (calls) => this.#evaluateMany(calls));
  }

  async open(id: string, request: LeaseRequest): Promise<Opened | Held> {
    const { holder, description, afterEpoch = 0, afterFinal = 0 } = request;
    const own = [holder, JSON.stringify(description), afterEpoch, afterFinal];
    const args = [...own, this.leaseMs, this.expireMs];
    const reply = await this.#run(scripts.OPEN, id, args);
    if (typeof reply === 'number') return { heldMs: reply };
    await this.#lookLater(this.leaseMs, id);
    return openedOf(id, holder, listOf(reply));
  }

  async openWriter(id: string, { holder, description, afterEpoch = 0 }: LeaseRequest): Promise<Opened> {
    const args = [holder, JSON.stringify(description), afterEpoch, this.expireMs];
    return openedOf(id, holder, listOf(await this.#run(scripts.OPEN_WRITER, id, args)));
  }

  async claim(holder: string): Promise<Opened | undefined> {
    const due = listOf(await this.#runOnList(scripts.TO_LOOK_AT, [CLAIM_LIMIT]));
    for (let i = 0; i < due.length; i += 2) {
      const [id, since] = [textOf(due[i]), textOf(due[i + 1])];
      const reply = await this.#run(scripts.CLAIM, id, [holder, this.leaseMs, this.expireMs]);
      if (reply === null) await this.#runOnList(scripts.FORGET, [id, since]);
      else await this.#lookLater(typeof reply === 'number' ? reply : this.leaseMs, id);
      if (Array.isArray(reply)) return openedOf(id, holder, reply as readonly Reply[]);
    }
    return undefined;
  }

  async append(writer: Lease, block: StoredBlock, keepFrom = 0): Promise<Appended | Refusal> {
    const { position, end, capturedAt = '', bytes } = block;
    const audio = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const args = [writer.holder, writer.epoch, position, end, capturedAt, audio, keepFrom, this.expireMs];
    const reply = await this.#gather('append', writer.id, args, SHARED_MS);
    if (!Array.isArray(reply)) return textOf(reply) as Refusal;
    const [previousEnd = 0, newEnd = 0, confirmed = 0, isUnowned] = (reply as Reply[]).map(numberOf);
    if (isUnowned) await this.#lookLater(0, writer.id);
    return { previousEnd, end: newEnd, confirmed };
  }

  async request({ id, holder, epoch }: Lease, request: StoredRequest): Promise<Refusal | undefined> {
    const { seq, position, data } = request;
    const json = JSON.stringify({ seq, position, data });
    const reply = await this.#run(scripts.REQUEST, id, [holder, epoch, seq, json, this.expireMs]);
    if (typeof reply !== 'number') return textOf(reply) as Refusal;
    if (reply === 1) await this.#lookLater(0, id);
    return undefined;
  }

  async read(id: string, from: number, afterRequest: number, maxBytes: number): Promise<StoredAudio> {
    return audioOf(listOf(await this.#run(scripts.READ, id, [from, afterRequest, maxBytes])));
  }

  async confirm({ id, holder, epoch }: Lease, confirmation: Confirmation): Promise<Confirmed | Refusal> {
    const { number, position, state, finals, afterFinal = 0 } = confirmation;
    const own = [
      holder,
      epoch,
      number,
      position,
      JSON.stringify(state),
      afterFinal,
      this.leaseMs,
      this.expireMs,
    ];
    const others = finals.flatMap(({ channel, end, data }) => [channel, end, JSON.stringify(data)]);
    const reply = await this.#gather('confirm', id, [...own, ...others], URGENT_MS);
    if (!Array.isArray(reply)) return textOf(reply) as Refusal;
    const [previous, seqs, isDue] = reply as Reply[];
    if (isDue === 1) await this.#lookLater(this.leaseMs, id);
    return { previous: numberOf(previous), seqs: listOf(seqs).map((seq) => numberOf(seq) || undefined) };
  }

  async renew({ id, holder, epoch }: Lease, doneRequest: number): Promise<Refusal | undefined> {
    const args = [holder, epoch, doneRequest, this.leaseMs, this.expireMs];
    const reply = await this.#gather('renew', id, args, SHARED_MS);
    if (typeof reply !== 'number') return textOf(reply) as Refusal;
    if (reply === 1) await this.#lookLater(this.leaseMs, id);
    return undefined;
  }

  async release({ id, holder, epoch }: Lease, isEnded: boolean): Promise<void> {
    const args = [holder, epoch, isEnded ? 1 : 0, this.expireMs];
    if ((await this.#run(scripts.RELEASE, id, args)) === 1) await this.#lookLater(0, id);
  }

  async show({ id, holder, epoch }: Lease, shown: Json): Promise<void> {
    await this.#gather('show', id, [holder, epoch, JSON.stringify(shown)], SHARED_MS);
  }

  async published(id: string, after: number, limit: number): Promise<Published> {
    return publishedOf(listOf(await this.#run(scripts.PUBLISHED, id, [after, limit])));
  }

  #gather(
    operation: scripts.Operation,
    id: string,
    args: readonly Given[],
    withinMs: number,
  ): Promise<Reply> {
    return this.#calls.gather(id, { operation, keys: this.#keysOf(id), args }, withinMs);
  }

  async #run(script: scripts.Script, id: string, args: readonly Given[]): Promise<Reply> {
    return this.#calls.make(id, () => this.#evaluate(script, this.#keysOf(id), args));
  }

  async #runOnList(script: scripts.Script, args: readonly Given[]): Promise<Reply> {
    return this.#calls.make('', () => this.#evaluate(script, [`${this.#prefix}:claims`], args));
  }

  async #lookLater(inMs: number, id: string): Promise<void> {
    await this.#runOnList(scripts.LOOK_LATER, [inMs, this.expireMs, id]);
  }

  /** Braces in an id would put the keys of a session in several slots. */
  #keysOf(id: string): readonly string[] {
    const session = `${this.#prefix}:{${encodeURIComponent(id)}}`;
    return [`${session}:m`, `${session}:a`, `${session}:t`];
  }

  /** Where the keys of two sessions may not be in one command, as in a cluster, each call is a command. */
  async #evaluateMany(calls: readonly Gathered[]): Promise<readonly Reply[]> {
    if (calls.length > 1 && this.#isSharded) {
      const alone = await Promise.all(
        calls.map((call) => this.#evaluateMany([call]).catch((error: Error) => [error])),
      );
      return alone.flat();
    }
    const keys = calls.flatMap((call) => call.keys);
    const args = calls.flatMap(({ operation, args: own }) => [operation, own.length, ...own]);
    try {
      return listOf(await this.#evaluate(scripts.MANY, keys, args));
    } catch (error) {
      if (calls.length === 1 || !startsWith(error, 'CROSSSLOT')) throw error;
      this.#isSharded = true;
      return this.#evaluateMany(calls);
    }
  }

  /** Redis forgets scripts when it restarts. */
  async #evaluate(
    { sha, source }: scripts.Script,
    keys: readonly string[],
    args: readonly Given[],
  ): Promise<Reply> {
    const [key = ''] = keys;
    const rest: Argument[] = [String(keys.length), ...keys];
    for (const each of args) rest.push(typeof each === 'number' ? String(each) : each);
    try {
      return (await this.#send('EVALSHA', key, [sha, ...rest])) as Reply;
    } catch (error) {
      if (!startsWith(error, 'NOSCRIPT')) throw error;
      return (await this.#send('EVAL', key, [source, ...rest])) as Reply;
    }
  }
}

function startsWith(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(code);
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isFinite(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} is ${String(value)}. Give a number from ${least} to ${most}.`);
}
