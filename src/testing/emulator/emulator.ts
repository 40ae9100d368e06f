/**
 * The emulator without a network: it checks handshakes, holds connections, plans their faults, and remembers its finals. The
 * WebSocket server and the virtual network connect clients to it; neither adds behaviour.
 */
import { Connection, type ConnectionWire } from './connection.ts';
import { grantToken } from './credentials.ts';
import { type Digest, standInDigest } from './digest.ts';
import type { EmulatedConnection } from './emulated-connection.ts';
import type { ConnectionEvent, EmulatorEvent } from './events.ts';
import { BadFault, type FaultOrder, checkFault, parseFault } from './fault-orders.ts';
import { FaultPlan } from './fault-plan.ts';
import { type ConnectionFault, type Fault, drop, flap, hang, isHandshakeFault, refuse } from './faults.ts';
import {
  type Admission,
  errCodeOf,
  type HandshakeRequest,
  judgeHandshake,
  type Refusal,
  refusal,
} from './handshake.ts';
import { type EmulatorOptions, type EmulatorSettings, settle } from './options.ts';
import { Outage } from './outage.ts';
import type { Decided } from './session.ts';

/** A final result that the emulator sent, or would have sent when the link broke. */
export interface SentFinal {
  /** Number of the connection's handshake. */
  attempt: number;
  atMs: number;
  channel: number;
  /** Seconds on that connection's audio clock. */
  start: number;
  end: number;
  words: string[];
  speechFinal: boolean;
  fromFinalize: boolean;
}

/** A refused handshake. */
export interface RefusedHandshake {
  attempt: number;
  atMs: number;
  status: number;
  dgError: string;
}

/** The result of a handshake. */
export type HandshakeOutcome =
  | { kind: 'accept'; attempt: number; admission: Admission; faults: readonly ConnectionFault[] }
  | { kind: 'refuse'; refusal: Refusal }
  /** No answer comes. */
  | { kind: 'hang' }
  /** The TCP connection is reset. */
  | { kind: 'drop' };

const MAX_FINALS = 100_000;

/**
 * A Deepgram emulator for tests. Faults of these methods apply to every open connection; {@link EmulatedConnection} has them for
 * one.
 */
export class Emulator {
  readonly settings: EmulatorSettings;
  /** Connections accepted, in order; of ended ones the latest {@link EmulatorOptions.maxRemembered}. */
  readonly connections: EmulatedConnection[] = [];
  /** Refused handshakes, in order; the latest {@link EmulatorOptions.maxRemembered}. */
  readonly refusals: RefusedHandshake[] = [];
  /** Finals of all connections, in the order they were decided; the first hundred thousand. */
  readonly finals: SentFinal[] = [];
  /** Handshakes seen so far. */
  attempts = 0;
  readonly #open = new Set<Connection>();
  readonly #plan = new FaultPlan();
  readonly #outage: Outage;
  readonly #watchers = new Set<(event: EmulatorEvent) => void>();

  constructor(options: EmulatorOptions = {}) {
    this.settings = settle(options);
    this.#outage = new Outage(this.settings.clock, () => this.#open);
  }

  /** Connections open now, half-open ones included. */
  get openConnections(): readonly EmulatedConnection[] {
    return [...this.#open];
  }

  /** The connection accepted last. */
  get latest(): EmulatedConnection | undefined {
    return this.connections.at(-1);
  }

  /** The words of all finals of one channel, in the order they were decided. */
  transcript(channel = 0): string[] {
    return this.finals.flatMap((final) => (final.channel === channel ? final.words : []));
  }

  /** A temporary token, as `POST /v1/auth/grant` gives it. */
  grantToken(ttlSeconds = 30): { access_token: string; expires_in: number } {
    return grantToken(this.settings.clock.wallTime(), ttlSeconds);
  }

  /** Reports every event, until the returned function is called. */
  watch(watcher: (event: EmulatorEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Plans faults of the n-th handshake, counted from 1, and of its connection.
   *
   * @example
   * ```ts
   * emulator.onConnection(1, cut({ afterAudioMs: 4_000 }));
   * emulator.onConnection(2, refuse(503));
   * emulator.onConnection(3, stallResults({ afterMs: 1_000 }), dropOnCloseStream());
   * ```
   */
  onConnection(attempt: number, ...faults: Fault[]): void {
    this.#plan.onNumber(attempt, faults.map(checkFault));
  }

  /**
   * Orders a fault by a text of the command line, such as `'cut after 5s of audio on 2'` or `'refuse 429 x3'`. Without `on`,
   * faults of connections apply to the open ones, and faults of handshakes to the next.
   *
   * @throws BadFault, whose message has the remedy
   */
  inflict(order: string | FaultOrder): FaultOrder {
    const read = typeof order === 'string' ? parseFault(order) : order;
    const { fault, on, times } = read;
    if (on === 'open') {
      if (isHandshakeFault(fault)) return this.inflict({ fault, on: 'next', times });
      // A black hole needs no connection.
      if (fault.kind === 'blackhole' && this.#open.size === 0) this.blackhole(fault.forMs);
      for (const connection of this.#open) connection.suffer(fault);
    } else if (on === 'next') this.#plan.onNext(fault, times);
    else if (on === 'every') this.#plan.onEvery(fault);
    else this.#inflictOnNumber(on, fault);
    return read;
  }

  /** Faults that wait for later connections. */
  get plannedFaults(): readonly FaultOrder[] {
    const orders: FaultOrder[] = [];
    for (const { fault, on } of this.#plan.waiting) {
      const last = orders.at(-1);
      if (last?.fault === fault && last.on === 'next' && on === 'next') last.times += 1;
      else orders.push({ fault, on, times: 1 });
    }
    return orders;
  }

  /** Ends all faults: removes planned ones, and ends those of open connections. */
  clearFaults(): void {
    this.#plan.clear();
    this.#outage.end();
    for (const connection of this.#open) connection.heal();
  }

  /** Whether a black hole is active. */
  get isOutOfReach(): boolean {
    return this.#outage.isOn;
  }

  /** Refuses the next handshakes, `times` of them. */
  refuse(status: number, { times = 1, dgError }: { times?: number; dgError?: string } = {}): void {
    this.#plan.onNext(refuse(status, dgError), times);
  }

  /** Leaves the next handshakes without an answer. */
  hang({ times = 1 }: { times?: number } = {}): void {
    this.#plan.onNext(hang(), times);
  }

  /** Resets the TCP connections of the next handshakes. */
  drop({ times = 1 }: { times?: number } = {}): void {
    this.#plan.onNext(drop(), times);
  }

  /** Accepts the next connections, and closes each at once. */
  flap({ times = 1, code, reason }: { times?: number; code?: number; reason?: string } = {}): void {
    this.#plan.onNext(flap(code, reason), times);
  }

  /** Breaks every open connection. */
  cut(): void {
    for (const connection of this.#open) connection.cut();
  }

  /** The server closes every open connection. */
  closeAll(code: number, reason = ''): void {
    for (const connection of this.#open) connection.close(code, reason);
  }

  /** Makes every open connection half-open. */
  halfOpen(): void {
    for (const connection of this.#open) connection.halfOpen();
  }

  /** Is unreachable, for a time or for ever: nothing passes in either direction, and no handshake is answered. */
  blackhole(forMs?: number): void {
    this.#outage.begin(forMs);
  }

  /** Takes audio and answers nothing, until {@link Emulator.resumeResults}. */
  stallResults(): void {
    for (const connection of this.#open) connection.stallResults();
  }

  resumeResults(): void {
    for (const connection of this.#open) connection.resumeResults();
  }

  /** Processes at most `factor` seconds of audio a second, on every open connection. */
  throttle(factor: number): void {
    for (const connection of this.#open) connection.throttle(factor);
  }

  /** Sends everything this many milliseconds late, on every open connection. */
  slow(byMs: number): void {
    for (const connection of this.#open) connection.slow(byMs);
  }

  /** Sends no message and no close on any open connection, but still reads and answers pings. */
  mute(): void {
    for (const connection of this.#open) connection.mute();
  }

  /** Loses the next messages of every open connection: on Flux a gap in `sequence_id`. */
  loseMessages(count = 1): void {
    for (const connection of this.#open) connection.loseMessages(count);
  }

  /** Sends malformed messages. */
  malformed(): void {
    for (const connection of this.#open) connection.malformed();
  }

  /** Sends every result twice from now on. */
  duplicateResults(): void {
    for (const connection of this.#open) connection.duplicateResults();
  }

  /** Swaps every two results from now on. */
  reorderResults(): void {
    for (const connection of this.#open) connection.reorderResults();
  }

  /** For a network: checks a handshake. */
  handshake(request: HandshakeRequest): HandshakeOutcome {
    this.attempts += 1;
    const attempt = this.attempts;
    const { handshake: fault, connection } = this.#plan.take(
      attempt,
      this.settings.faultsOf(attempt).map(checkFault),
    );
    const requestId = this.requestId(attempt);
    if (fault?.kind === 'hang' || this.#outage.isOn) return this.#unanswered(attempt, 'hang');
    if (fault?.kind === 'drop') return this.#unanswered(attempt, 'drop');
    if (fault?.kind === 'refuse') {
      const { status, dgError } = fault;
      const text = dgError === '' ? `Refused with ${status}` : dgError;
      return this.#refused(attempt, refusal(status, errCodeOf(status), text, requestId));
    }
    const verdict = judgeHandshake(request, {
      requestId,
      openConnections: this.#open.size,
      openDiarized: () => [...this.#open].filter(({ isDiarized }) => isDiarized).length,
      settings: this.settings,
      wallTimeMs: this.settings.clock.wallTime(),
    });
    if ('refused' in verdict) return this.#refused(attempt, verdict.refused);
    const faults = [...connection, ...this.#plan.takeForAccepted(), ...(fault ? [fault] : [])];
    return {
      kind: 'accept',
      attempt,
      admission: verdict.accepted,
      faults: faults.flatMap(asConnectionFault),
    };
  }

  /** For a network: the handshake is done, the connection begins. */
  open(outcome: Extract<HandshakeOutcome, { kind: 'accept' }>, wire: ConnectionWire): Connection {
    const { attempt, admission, faults } = outcome;
    const tell = (event: ConnectionEvent) => this.#tell(attempt, event);
    tell({ type: 'connection.opened', requestId: admission.requestId, query: admission.query });
    const connection = new Connection({
      attempt,
      admission,
      emulator: this.settings,
      wire,
      digest: this.digest(),
      faults,
      onFinal: (decided) => this.#remember(attempt, decided),
      onEvent: tell,
      onBlackhole: (forMs) => this.blackhole(forMs),
      onEnd: () => {
        this.#open.delete(connection);
        this.#forget();
      },
    });
    this.#open.add(connection);
    this.connections.push(connection);
    connection.opened();
    return connection;
  }

  /** For a network that can compute a true digest. */
  protected digest(): Digest {
    return standInDigest();
  }

  /** Has the form of a UUID, and is made of the seed and a count, so that a failing run has the same ids again. */
  protected requestId(count: number, series: '8000' | '9000' = '8000'): string {
    const seed = (this.settings.seed >>> 0).toString(16).padStart(8, '0');
    return `${seed}-0000-4000-${series}-${count.toString(16).padStart(12, '0')}`;
  }

  #inflictOnNumber(attempt: number, fault: Fault): void {
    const open = [...this.#open].find((connection) => connection.attempt === attempt);
    if (open && !isHandshakeFault(fault)) open.suffer(fault);
    else if (attempt > this.attempts) this.#plan.onNumber(attempt, [fault]);
    else
      throw new BadFault(`Connection ${attempt} is already used: the next is number ${this.attempts + 1}.`);
  }

  #unanswered(attempt: number, kind: 'hang' | 'drop'): HandshakeOutcome {
    this.#tell(attempt, { type: kind === 'hang' ? 'connection.hung' : 'connection.dropped' });
    return { kind };
  }

  #refused(attempt: number, refusal: Refusal): HandshakeOutcome {
    const { status } = refusal;
    const dgError = refusal.headers['dg-error'] ?? '';
    this.refusals.push({ attempt, atMs: this.settings.clock.now(), status, dgError });
    if (this.refusals.length > this.settings.maxRemembered) this.refusals.shift();
    this.#tell(attempt, { type: 'connection.refused', status, dgError });
    return { kind: 'refuse', refusal };
  }

  #remember(attempt: number, decided: Decided): void {
    if (this.finals.length >= MAX_FINALS) return;
    this.finals.push({ attempt, atMs: this.settings.clock.now(), ...decided });
  }

  #forget(): void {
    const { maxRemembered } = this.settings;
    if (this.connections.length - this.#open.size <= maxRemembered) return;
    this.connections.splice(
      this.connections.findIndex(({ end }) => end !== undefined),
      1,
    );
  }

  #tell(attempt: number, event: ConnectionEvent): void {
    if (this.#watchers.size === 0) return;
    const dated = { atMs: this.settings.clock.now(), attempt, ...event };
    for (const watcher of this.#watchers) watcher(dated);
  }
}

function asConnectionFault(fault: Fault): ConnectionFault[] {
  if (!isHandshakeFault(fault)) return [fault];
  return fault.kind === 'flap' ? [{ kind: 'close', code: fault.code, reason: fault.reason }] : [];
}
