/**
 * What one connection is to the emulator, whichever API it speaks: a session takes what the client sends and says what the
 * service would say. An API is a folder of its own that makes such sessions; all misbehaviour is arranged around them.
 */
import type { Digest } from './digest.ts';
import type { EmulatorSettings } from './options.ts';
import type { PacedQueue } from './paced-queue.ts';

/** The way out of a session. */
export interface Wire {
  text(json: string): void;
  close(code: number, reason: string): void;
}

/** Words that were decided for good. */
export interface Decided {
  channel: number;
  /** Seconds on this connection's audio clock. */
  start: number;
  end: number;
  words: string[];
  speechFinal: boolean;
  fromFinalize: boolean;
}

/** What a session tells the one who runs it. */
export interface SessionObserver {
  /** A final was decided and is about to be sent. */
  final(decided: Decided): void;
  /** The drain has come to its end: all results are out, and the end is next. */
  drained(): void;
  /** More audio waits than should: nothing is to be read until less of it does. */
  backlogFull(isFull: boolean): void;
  /** Something a person should know who wonders about the results. */
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
  /** Audio received, in milliseconds; what processing has got to may be less. */
  readonly receivedAudioMs: number;
  readonly processedAudioMs: number;
  /** Milliseconds left to the client, before it is closed for its silence; absent where nothing runs out. */
  readonly idleLeftMs: number | undefined;
  /** Where processing takes its work from; faults slow it down or stop it. */
  readonly queue: PacedQueue;
  /** The connection is open: messages that nobody asked for may be sent. */
  opened(): void;
  /** The bytes belong to the session from here on. */
  receiveBinary(bytes: Uint8Array): void;
  receiveText(text: string): void;
  receivePing(): void;
  /** While the server itself does not read, silence is not held against the client. */
  reading(isReading: boolean): void;
  /** The connection is no more, by whatever cause. Lets everything go. */
  peerGone(): void;
}

/** A connection that one API agrees to serve. */
export interface Admitted {
  model: string;
  isDiarized: boolean;
  /** Whether WebSocket pings hold the connection open. */
  pingsHold: boolean;
  begin(context: SessionContext): Session;
}

/** One API: it judges a query, or throws the refusal. */
export type ListenApi = (query: URLSearchParams, settings: EmulatorSettings) => Admitted;
