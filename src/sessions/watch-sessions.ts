/** Counts over many sessions, for monitoring. Uses only the public interface of a session, and changes nothing. */
import { type Clock, systemClock } from '../clock.ts';
import type {
  ConnectionState,
  EndKind,
  LiveTranscription,
  SessionReport,
  Status,
  Transcript,
} from '../index.ts';
import { type ConnectionRecord, ConnectionWatch } from './connection-watch.ts';
import { type Distribution, Histogram } from './distribution.ts';

/** States of sessions that are not over. */
export type LiveState = Exclude<ConnectionState, 'closed' | 'failed'>;

/** The counts over all sessions of a {@link SessionsWatch}, ended ones included. */
export interface SessionsSnapshot {
  /** Sessions that are not over, by their state. */
  states: Readonly<Record<LiveState, number>>;
  /** Sessions that are over, by their outcome. */
  outcomes: Readonly<Record<SessionReport['outcome'], number>>;
  attempts: number;
  connections: number;
  /** Connections and attempts that ended against our will, by kind. */
  losses: Readonly<Partial<Record<EndKind, number>>>;
  keepAlives: number;
  /** Seconds of audio. */
  audio: {
    accepted: number;
    confirmed: number;
    dropped: number;
    /** Not confirmed yet, of sessions that are not over. */
    pending: number;
    /** The part of it that waits to be sent. */
    backlog: number;
    /** Never confirmed, of sessions that are over. */
    unconfirmed: number;
  };
  /** Seconds from the end of the newest word of a transcript to its arrival: of interims and of finals. */
  wordDelay: { interim: Distribution; final: Distribution };
  /** Seconds by which a timer of a second was late: how busy the event loop is. */
  loopLateness: Distribution;
}

/** Options of {@link watchSessions}. */
export interface WatchOptions {
  /** Called with each delay of a word, in seconds. */
  onWordDelay?: (seconds: number, isFinal: boolean) => void;
  /** Called with each lateness of the event loop, in seconds. */
  onLoopLateness?: (seconds: number) => void;
  /** Called for each connection and each failed attempt, when it is over. */
  onConnection?: (record: ConnectionRecord, live: LiveTranscription) => void;
  /** Replaces time, for tests: the clock of the sessions. @defaultValue `systemClock` */
  clock?: Clock;
}

/** Counts over sessions; made by {@link watchSessions}. */
export interface SessionsWatch {
  /** Counts this session from now on, until it is over. */
  add(live: LiveTranscription): void;
  /** All counts, read from the sessions now. */
  snapshot(): SessionsSnapshot;
}

const TICK_MS = 1_000;

const LIVE_STATES: readonly LiveState[] = [
  'dormant',
  'connecting',
  'queued',
  'streaming',
  'idle-keepalive',
  'draining',
  'closed-1011',
  'backoff',
  'suspended',
  'reconnecting',
];

/**
 * Counts what happens in many sessions: their states, attempts, losses, the delay of words, audio and KeepAlives, and how late
 * the event loop is. `rx-deepgram/opentelemetry` passes the same counts to OpenTelemetry.
 *
 * @example
 * ```ts
 * const sessions = watchSessions();
 * sessions.add(createLiveTranscription({ auth, listen }));
 * setInterval(() => console.log(sessions.snapshot()), 60_000);
 * ```
 */
export function watchSessions(options: WatchOptions = {}): SessionsWatch {
  return new Watch(options);
}

/** The counts of one session at a read. */
interface Sums {
  attempts: number;
  connections: number;
  keepAlives: number;
  accepted: number;
  confirmed: number;
  dropped: number;
  left: number;
}

const NOTHING: Readonly<Sums> = {
  attempts: 0,
  connections: 0,
  keepAlives: 0,
  accepted: 0,
  confirmed: 0,
  dropped: 0,
  left: 0,
};

class Watch implements SessionsWatch {
  readonly #options: WatchOptions;
  readonly #clock: Clock;
  /** With its present state. */
  readonly #live = new Map<LiveTranscription, LiveState>();
  readonly #outcomes = { drained: 0, deadline: 0, aborted: 0, failed: 0 };
  readonly #losses: Partial<Record<EndKind, number>> = {};
  readonly #interims = new Histogram();
  readonly #finals = new Histogram();
  readonly #lateness = new Histogram();
  /** The counts of ended sessions. */
  #past: Sums = { ...NOTHING };
  #timer: unknown;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  add(live: LiveTranscription): void {
    if (this.#live.has(live)) return;
    this.#live.set(live, 'dormant');
    const connections = new ConnectionWatch((record) => {
      const { end } = record;
      if (end) this.#losses[end.kind] = (this.#losses[end.kind] ?? 0) + 1;
      this.#options.onConnection?.(record, live);
    });
    live.transcripts$.subscribe((transcript) => this.#heard(transcript));
    live.status$.subscribe((status) => {
      connections.status(status, this.#clock.wallTime());
      this.#follow(live, status);
    });
    if (this.#live.size > 0) this.#timer ??= this.#tick();
  }

  snapshot(): SessionsSnapshot {
    const states = Object.fromEntries(LIVE_STATES.map((state) => [state, 0])) as Record<LiveState, number>;
    let sums = this.#past;
    let pending = 0;
    let backlogMs = 0;
    for (const [live, state] of this.#live) {
      const present = sumsOf(live);
      states[state] += 1;
      pending += present.left;
      backlogMs += live.backlogMs;
      sums = add(sums, present);
    }
    const { attempts, connections, keepAlives, accepted, confirmed, dropped } = sums;
    return {
      states,
      outcomes: { ...this.#outcomes },
      attempts,
      connections,
      losses: { ...this.#losses },
      keepAlives,
      audio: {
        accepted,
        confirmed,
        dropped,
        pending,
        backlog: backlogMs / 1000,
        unconfirmed: this.#past.left,
      },
      wordDelay: { interim: this.#interims.snapshot(), final: this.#finals.snapshot() },
      loopLateness: this.#lateness.snapshot(),
    };
  }

  #follow(live: LiveTranscription, status: Status): void {
    if (status.phase !== 'closed' && status.phase !== 'failed') {
      this.#live.set(live, status.state as LiveState);
      return;
    }
    this.#outcomes[status.phase === 'closed' ? status.outcome : 'failed'] += 1;
    this.#past = add(this.#past, sumsOf(live));
    this.#live.delete(live);
    if (this.#live.size > 0) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #heard({ words, final }: Transcript): void {
    const newest = words.at(-1);
    if (newest?.capturedAt === undefined) return;
    const spokenAt = newest.capturedAt + (newest.end - newest.start) * 1000;
    const seconds = Math.max(0, this.#clock.wallTime() - spokenAt) / 1000;
    (final ? this.#finals : this.#interims).record(seconds);
    this.#options.onWordDelay?.(seconds, final);
  }

  /** Runs only while there is a session, so that it does not keep the process alive. */
  #tick(): unknown {
    const dueAt = this.#clock.now() + TICK_MS;
    return this.#clock.setTimeout(() => {
      const seconds = Math.max(0, this.#clock.now() - dueAt) / 1000;
      this.#lateness.record(seconds);
      this.#options.onLoopLateness?.(seconds);
      this.#timer = this.#tick();
    }, TICK_MS);
  }
}

function sumsOf({ ledger, counts }: LiveTranscription): Sums {
  const { sampleRate, accepted, confirmed, dropped, pending } = ledger;
  const { attempts, connections, keepAlives } = counts;
  return {
    attempts,
    connections,
    keepAlives,
    accepted: accepted / sampleRate,
    confirmed: confirmed / sampleRate,
    dropped: dropped / sampleRate,
    left: pending / sampleRate,
  };
}

function add(a: Sums, b: Sums): Sums {
  const sums = { ...a };
  for (const name of Object.keys(NOTHING) as (keyof Sums)[]) sums[name] += b[name];
  return sums;
}
