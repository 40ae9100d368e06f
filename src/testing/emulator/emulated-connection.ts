/**
 * One connection as a test sees it: what it was asked, what it received, how it ended, and every way to make it go
 * wrong.
 */
import type { Credentials } from '../../transports/transport.ts';
import type { ReceivedMessage } from './connection-log.ts';
import type { ConnectionFault } from './faults.ts';

/** How a connection ended, and on whose wish. */
export interface EmulatedEnd {
  atMs: number;
  by: 'server' | 'client' | 'network';
  /** 1006 where there was no close frame. */
  code: number;
  reason: string;
}

/** One connection of the {@link Emulator}. */
export interface EmulatedConnection {
  /** Number of its handshake, counted from 1, refused ones included. */
  readonly attempt: number;
  readonly requestId: string;
  /** The query it was opened with. */
  readonly query: URLSearchParams;
  /** How it authenticated; the secret is not kept. */
  readonly scheme: Credentials['scheme'];
  readonly openedAtMs: number;
  /** Absent while it is open. */
  readonly end: EmulatedEnd | undefined;
  /** Messages received, up to {@link EmulatorOptions.maxLogEntries}. */
  readonly received: readonly ReceivedMessage[];
  readonly receivedCount: number;
  readonly receivedBytes: number;
  /** Texts of the control messages received. */
  readonly controlMessages: readonly string[];
  /** Audio received, on this connection's clock. */
  readonly receivedAudioMs: number;
  /** Audio processed; less than received where it came faster than it is processed. */
  readonly processedAudioMs: number;
  /** Messages sent. */
  readonly sentCount: number;
  /** Milliseconds until the connection is closed for the client's silence; absent where nothing runs out. */
  readonly idleLeftMs: number | undefined;
  /** Longest time, up to now, to CloseStream or to the end, in which the client sent neither audio nor text, nor, on Flux, a ping. */
  readonly longestOutboundSilenceMs: number;
  /** Faults that struck it, by name, in order. */
  readonly faults: readonly string[];
  /** Breaks the connection: no close frame. */
  cut(): void;
  /** Closes it from the server's side. */
  close(code: number, reason?: string): void;
  /** Makes it half-open: nothing is read or answered again. */
  halfOpen(): void;
  /** Takes audio and answers nothing, until {@link EmulatedConnection.resumeResults}. */
  stallResults(): void;
  resumeResults(): void;
  /** Processes at most `factor` seconds of audio a second. */
  throttle(factor: number): void;
  /** Says everything so many milliseconds late. */
  slow(byMs: number): void;
  /** Sends a row of messages no client should trust. */
  malformed(): void;
  /** Says nothing more, no message and no close, or speaks again; it reads on, and its socket answers pings. */
  mute(on?: boolean): void;
  /** Loses the next messages on their way; what was lost still counts in `sequence_id`. */
  loseMessages(count: number): void;
  /** Sends every result twice from now on, or no longer. */
  duplicateResults(on?: boolean): void;
  /** Lets every two results change places from now on, or no longer. */
  reorderResults(on?: boolean): void;
  /** Breaks the connection while it drains. */
  dropOnCloseStream(before?: 'results' | 'metadata'): void;
  /** Ends every fault that lasts, and forgets those that are still to strike. Half-open it stays. */
  heal(): void;
  /** Does any of these, now or later: {@link When} counts from now. */
  suffer(fault: ConnectionFault): void;
}
