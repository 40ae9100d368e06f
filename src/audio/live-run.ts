/**
 * A run of live chunks of equal length. On its usual way a chunk meets some twenty objects, and with a hundred sessions none of them
 * is in the processor's caches. So once a chunk has gone that way and nothing waits, the chunks like it meet only this object, their
 * place in the log and the socket. The log, the ledger and the link are brought up to date before anything else reads or changes them.
 * The run ends when the link sends something else, when a timer finds something amiss, and when a chunk is not like the others.
 */
import type { Clock } from '../clock.ts';
import type { AudioTap } from './audio-chunk.ts';
import { type AudioLog, type LogLimits, maxFrameBytes } from './audio-log.ts';
import { type CaptureClock, JITTER_MS } from './capture-clock.ts';
import type { Ledger } from './ledger.ts';
import type { RunningTime } from '../running-time.ts';
import type { LogMemory } from './log-memory.ts';
import type { Slab } from './slabs.ts';
import { type Pace, waitMs } from '../pace.ts';

/** A link that has sent all audio. A run takes its fields over at the beginning, and gives them back when it is settled. */
export interface LevelLink extends Pace {
  readonly socket: { send(message: Uint8Array): void };
  frameIndex: number;
  /** The socket is not full, and is not asked before then. */
  readonly uncongestedUntil: number;
  readonly running: RunningTime;
  lastOutboundAt: number;
  /** A longer silence ends the run. */
  readonly longestSilenceMs: number;
  isCongested(now: number): boolean;
  /** Counts samples as sent, the first of them at this running time. */
  countRun(samples: number, since: number): void;
}

const NOTHING = new Uint8Array(0);

export class LiveRun implements Pace {
  readonly #clock: Clock;
  readonly #memory: LogMemory;
  readonly #log: AudioLog;
  readonly #ledger: Ledger;
  readonly #captureClock: CaptureClock;
  #link: LevelLink | undefined;
  #socket: LevelLink['socket'] | undefined;
  #tap: AudioTap | undefined;
  /** Chunks that it may still take; 0: there is no run. */
  #left = 0;
  /** Chunks that are not counted yet. */
  #chunks = 0;
  #bytes = 0;
  #samples = 0;
  #ms = 0;
  #limits: LogLimits | undefined;
  #maxProcessBytes = 0;
  #slab: Slab | undefined;
  /** Where the next chunk is copied to. */
  #memoryOfSlab: Uint8Array = NOTHING;
  #offset = 0;
  /** The running time when the first of the uncounted chunks came. */
  #since = 0;
  /** When the last chunk came, … */
  #at = -Infinity;
  /** … and when it was due, by the clock of capture. */
  #dueAt = 0;
  #maxGapMs = 0;
  #pieceSamples = 0;
  tokens = 0;
  tokensAt = 0;
  tokensPerMs = 0;
  maxTokens = 0;
  #uncongestedUntil = 0;

  constructor(clock: Clock, memory: LogMemory, log: AudioLog, ledger: Ledger, captureClock: CaptureClock) {
    this.#clock = clock;
    this.#memory = memory;
    this.#log = log;
    this.#ledger = ledger;
    this.#captureClock = captureClock;
  }

  /** When the last chunk of a run came. */
  get lastAt(): number {
    return this.#at;
  }

  /** Begins after a chunk of this many samples that was sent at once. */
  begin(link: LevelLink, samples: number, pieceSamples: number, limits: LogLimits, tap?: AudioTap): void {
    const slab = this.#log.lend();
    if (!slab) return;
    this.#link = link;
    this.#socket = link.socket;
    this.#tap = tap;
    this.#limits = limits;
    this.#maxProcessBytes = limits.maxProcessBytes;
    this.#bytes = samples * limits.frameBytes;
    this.#samples = samples;
    this.#ms = (samples * 1000) / limits.rate;
    this.#slab = slab;
    this.#memoryOfSlab = slab.bytes;
    this.#at = link.lastOutboundAt;
    this.#dueAt = this.#captureClock.dueAt(this.#ledger.accepted, limits.rate);
    this.#maxGapMs = link.longestSilenceMs;
    this.#pieceSamples = pieceSamples;
    this.tokens = link.tokens;
    this.tokensAt = link.tokensAt;
    this.tokensPerMs = link.tokensPerMs;
    this.maxTokens = link.maxTokens;
    this.#uncongestedUntil = link.uncongestedUntil;
    this.findRoom();
  }

  /** Counts the chunks that fit into the log; call it when the log has released some, and all chunks are counted. */
  findRoom(): void {
    const slab = this.#slab;
    const limits = this.#limits;
    if (!slab || !limits) return;
    const logged = this.#ledger.accepted - this.#log.start;
    const most = Math.min(
      (slab.bytes.byteLength - slab.used) / this.#bytes,
      (limits.maxBytes - this.#log.bytes) / this.#bytes,
      (limits.maxSeconds * limits.rate - logged) / this.#samples,
    );
    this.#offset = slab.used;
    this.#left = Math.max(0, Math.floor(most));
  }

  /** Logs a chunk and sends it. `false`: it must go the usual way. */
  take(chunk: Uint8Array): boolean {
    if (this.#left === 0 || chunk.byteLength !== this.#bytes) return false;
    const now = this.#clock.now();
    const dueAt = this.#dueAt + this.#ms;
    if (now - this.#at > this.#maxGapMs || Math.abs(now - dueAt) >= JITTER_MS) return false;
    if (this.#memory.bytes + this.#bytes > this.#maxProcessBytes) return false;
    if (now >= this.#uncongestedUntil) {
      if (this.#link?.isCongested(now)) return false;
      this.#uncongestedUntil = this.#link?.uncongestedUntil ?? 0;
    }
    if (waitMs(this, now, this.#pieceSamples) > 0) return false;
    this.#memoryOfSlab.set(chunk, this.#offset);
    this.#memory.bytes += this.#bytes;
    this.#offset += this.#bytes;
    this.#at = now;
    this.#dueAt = dueAt;
    this.tokens -= this.#samples;
    if (this.#chunks === 0) this.#since = this.#link?.running.at(now) ?? 0;
    this.#chunks += 1;
    this.#left -= 1;
    this.#socket?.send(chunk);
    this.#tap?.(chunk, now);
    return true;
  }

  /** Brings the log, the ledger and the link up to date. */
  settle(): void {
    const chunks = this.#chunks;
    const link = this.#link;
    const limits = this.#limits;
    if (chunks === 0 || !link || !limits) return;
    const maxBytes = maxFrameBytes(limits.rate, limits.frameBytes);
    this.#chunks = 0;
    this.#log.adopt(chunks, this.#bytes, this.#ledger.accepted, this.#samples, maxBytes);
    this.#ledger.accept(chunks * this.#samples);
    link.frameIndex = this.#log.endIndex - 1;
    link.tokens = this.tokens;
    link.tokensAt = this.tokensAt;
    link.lastOutboundAt = this.#at;
    link.countRun(chunks * this.#samples, this.#since);
  }

  /** Brings them up to date and ends the run: the next chunk goes through the intake, the timeline and the link again. */
  end(): void {
    if (!this.#link) return;
    this.settle();
    this.#log.takeBack();
    this.#left = 0;
    this.#link = undefined;
    this.#socket = undefined;
    this.#slab = undefined;
    this.#memoryOfSlab = NOTHING;
  }
}
