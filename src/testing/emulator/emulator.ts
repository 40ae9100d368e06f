/**
 * The emulator without a network: it judges handshakes, holds connections, plans their faults and remembers what
 * it decided. The WebSocket server and the virtual network each bring it clients; neither adds behaviour.
 */
import { Connection, type ConnectionWire } from './connection.ts';
import { grantToken } from './credentials.ts';
import type { EmulatedConnection } from './emulated-connection.ts';
import {
  type ConnectionFault,
  type Fault,
  type HandshakeFault,
  flap,
  hang,
  isHandshakeFault,
  refuse,
} from './faults.ts';
import { type Admission, type HandshakeRequest, type Refusal, judgeHandshake, refusal } from './handshake.ts';
import type { ResultsContent } from './messages.ts';
import { type EmulatorOptions, type EmulatorSettings, settle } from './options.ts';

/** A final result the emulator sent, or meant to send when the link broke. */
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

/** A handshake that was turned away. */
export interface RefusedHandshake {
  attempt: number;
  atMs: number;
  status: number;
  dgError: string;
}

/** What becomes of a handshake. */
export type HandshakeOutcome =
  | { kind: 'accept'; attempt: number; admission: Admission; faults: readonly Fault[] }
  | { kind: 'refuse'; refusal: Refusal }
  | { kind: 'hang' };

const MAX_FINALS = 100_000;

/**
 * A Deepgram of one's own, to be tested against. Faults named here hit every connection that is open;
 * {@link EmulatedConnection} has them for one.
 */
export class Emulator {
  readonly settings: EmulatorSettings;
  /** Every connection ever accepted, in order. */
  readonly connections: EmulatedConnection[] = [];
  /** Handshakes turned away, in order. */
  readonly refusals: RefusedHandshake[] = [];
  /** Finals of all connections, in the order they were decided. */
  readonly finals: SentFinal[] = [];
  /** Handshakes seen so far. */
  attempts = 0;
  #open = new Set<Connection>();
  #plans = new Map<number, Fault[]>();
  #nextHandshakes: HandshakeFault[] = [];

  constructor(options: EmulatorOptions = {}) {
    this.settings = settle(options);
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

  /**
   * Plans what the n-th handshake, counted from 1, and its connection will suffer.
   *
   * @example
   * ```ts
   * emulator.onConnection(1, cut({ afterAudioMs: 4_000 }));
   * emulator.onConnection(2, refuse(503));
   * emulator.onConnection(3, stallResults({ afterMs: 1_000 }), dropOnCloseStream());
   * ```
   */
  onConnection(attempt: number, ...faults: Fault[]): void {
    this.#plans.set(attempt, [...(this.#plans.get(attempt) ?? []), ...faults]);
  }

  /** Refuses the handshakes to come, as many as said. */
  refuse(status: number, { times = 1, dgError }: { times?: number; dgError?: string } = {}): void {
    for (let i = 0; i < times; i += 1) this.#nextHandshakes.push(refuse(status, dgError));
  }

  /** Leaves the handshakes to come without an answer. */
  hang({ times = 1 }: { times?: number } = {}): void {
    for (let i = 0; i < times; i += 1) this.#nextHandshakes.push(hang());
  }

  /** Accepts the connections to come, and closes each at once. */
  flap({ times = 1, code, reason }: { times?: number; code?: number; reason?: string } = {}): void {
    for (let i = 0; i < times; i += 1) this.#nextHandshakes.push(flap(code, reason));
  }

  /** Breaks every open connection. */
  cut(): void {
    for (const connection of this.#open) connection.cut();
  }

  /** Closes every open connection from the server's side. */
  closeAll(code: number, reason = ''): void {
    for (const connection of this.#open) connection.close(code, reason);
  }

  /** Makes every open connection half-open. */
  goSilent(): void {
    for (const connection of this.#open) connection.goSilent();
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

  /** Sends messages no client should trust. */
  malformed(): void {
    for (const connection of this.#open) connection.malformed();
  }

  /** Sends every Results message twice from now on. */
  duplicateResults(): void {
    for (const connection of this.#open) connection.duplicateResults();
  }

  /** For a network: judges a handshake. */
  handshake(request: HandshakeRequest): HandshakeOutcome {
    this.attempts += 1;
    const attempt = this.attempts;
    const faults = [...(this.#plans.get(attempt) ?? []), ...this.settings.faultsOf(attempt)];
    this.#plans.delete(attempt);
    // A planned fault of the handshake comes first; otherwise the next of those that were ordered by number.
    const fault = faults.find(isHandshakeFault) ?? this.#nextHandshakes.shift();
    const requestId = this.#requestId(attempt);
    if (fault?.kind === 'hang') return { kind: 'hang' };
    if (fault?.kind === 'refuse') {
      return this.#refused(attempt, refusal(fault.status, 'EMULATED_FAULT', fault.dgError, requestId));
    }
    const verdict = judgeHandshake(request, {
      requestId,
      openConnections: this.#open.size,
      settings: this.settings,
      wallTimeMs: this.settings.clock.wallTime(),
    });
    if ('refused' in verdict) return this.#refused(attempt, verdict.refused);
    return {
      kind: 'accept',
      attempt,
      admission: verdict.accepted,
      faults: fault ? [...faults, fault] : faults,
    };
  }

  /** For a network: the handshake is done, the connection begins. */
  open(outcome: Extract<HandshakeOutcome, { kind: 'accept' }>, wire: ConnectionWire): Connection {
    const { attempt, admission } = outcome;
    const connection = new Connection({
      attempt,
      admission,
      emulator: this.settings,
      wire,
      faults: outcome.faults.flatMap(asConnectionFault),
      onFinal: (content) => this.#remember(attempt, content),
      onEnd: () => this.#open.delete(connection),
    });
    this.#open.add(connection);
    this.connections.push(connection);
    return connection;
  }

  #refused(attempt: number, refusal: Refusal): HandshakeOutcome {
    const atMs = this.settings.clock.now();
    this.refusals.push({ attempt, atMs, status: refusal.status, dgError: refusal.headers['dg-error'] ?? '' });
    return { kind: 'refuse', refusal };
  }

  #remember(attempt: number, content: ResultsContent): void {
    if (this.finals.length >= MAX_FINALS) return;
    const { channel, start, end, speechFinal, fromFinalize } = content;
    const words = content.words.map((word) => word.word);
    const atMs = this.settings.clock.now();
    this.finals.push({ attempt, atMs, channel, start, end, words, speechFinal, fromFinalize });
  }

  /** A UUID in form; in substance the seed and a count, so that a failing run has the same ids again. */
  #requestId(attempt: number): string {
    const seed = (this.settings.seed >>> 0).toString(16).padStart(8, '0');
    return `${seed}-0000-4000-8000-${attempt.toString(16).padStart(12, '0')}`;
  }
}

function asConnectionFault(fault: Fault): ConnectionFault[] {
  if (!isHandshakeFault(fault)) return [fault];
  return fault.kind === 'flap' ? [{ kind: 'close', code: fault.code, reason: fault.reason }] : [];
}
