/**
 * The port to an API: a session takes the client's messages and sends those of the service. Each API has a folder that makes such
 * sessions; all faults are applied around them.
 */
import type { Digest } from './digest.ts';
import type { EmulatorSettings } from './options.ts';
import type { PacedQueue } from './paced-queue.ts';

/** The way out of a session. */
export interface Wire {
  text(json: string): void;
  close(code: number, reason: string): void;
}

/** Words of a final. */
export interface Decided {
  channel: number;
  /** Seconds on this connection's audio clock. */
  start: number;
  end: number;
  words: string[];
  speechFinal: boolean;
  fromFinalize: boolean;
}

/** Events of a session. */
export interface SessionObserver {
  /** A final was decided and is about to be sent. */
  final(decided: Decided): void;
  /** The drain is complete: all results are sent, and the end follows. */
  drained(): void;
  /** Too much audio waits: stop reading until there is less. */
  backlogFull(isFull: boolean): void;
  /** A hint for the user about unexpected results. */
  remark(text: string): void;
}

export interface SessionContext {
  requestId: string;
  emulator: EmulatorSettings;
  wire: Wire;
  observer: SessionObserver;
  digest: Digest;
}

export interface Session {
  /** Audio received, in milliseconds; less may be processed. */
  readonly receivedAudioMs: number;
  readonly processedAudioMs: number;
  /** Milliseconds until the connection is closed for the client's silence; `undefined` without such a limit. */
  readonly idleLeftMs: number | undefined;
  /** The queue of the processing; faults slow it down or stop it. */
  readonly queue: PacedQueue;
  /** The connection is open: messages without a request may be sent. */
  opened(): void;
  /** The session owns the bytes from here on. */
  receiveBinary(bytes: Uint8Array): void;
  receiveText(text: string): void;
  receivePing(): void;
  /** While the server does not read, the client's silence does not count. */
  reading(isReading: boolean): void;
  /** The connection has ended: releases everything. */
  peerGone(): void;
}

/** A connection that an API accepts. */
export interface Admitted {
  model: string;
  isDiarized: boolean;
  /** Whether WebSocket pings hold the connection open. */
  pingsHold: boolean;
  begin(context: SessionContext): Session;
}

/** One API: checks a query, or throws the refusal. */
export type ListenApi = (query: URLSearchParams, settings: EmulatorSettings) => Admitted;
