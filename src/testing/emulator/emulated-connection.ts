/** The interface of one connection for tests: its query, its messages, its end, and methods for faults. */
import type { Credentials } from '../../transports/transport.ts';
import type { ReceivedMessage } from './connection-log.ts';
import type { ConnectionFault } from './faults.ts';

/** How a connection ended, and which side ended it. */
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
  /** Audio processed; less than received if it came faster than the permitted pace. */
  readonly processedAudioMs: number;
  /** Messages sent. */
  readonly sentCount: number;
  /** Milliseconds until the connection is closed for the client's silence; `undefined` without such a limit. */
  readonly idleLeftMs: number | undefined;
  /** Longest time, up to now, to CloseStream or to the end, in which the client sent neither audio nor text, nor, on Flux, a ping. */
  readonly longestOutboundSilenceMs: number;
  /** Faults that were applied, by name, in order. */
  readonly faults: readonly string[];
  /** Breaks the connection: no close frame. */
  cut(): void;
  /** Closes the connection, as the server would. */
  close(code: number, reason?: string): void;
  /** Makes it half-open: nothing is read or answered again. */
  halfOpen(): void;
  /** Takes audio and answers nothing, until {@link EmulatedConnection.resumeResults}. */
  stallResults(): void;
  resumeResults(): void;
  /** Processes at most `factor` seconds of audio a second. */
  throttle(factor: number): void;
  /** Sends everything this many milliseconds late. */
  slow(byMs: number): void;
  /** Sends malformed messages. */
  malformed(): void;
  /** Sends no message and no close any more, or sends again; it still reads, and its socket answers pings. */
  mute(on?: boolean): void;
  /** Loses the next messages; lost ones still count in `sequence_id`. */
  loseMessages(count: number): void;
  /** Sends every result twice from now on, or no longer. */
  duplicateResults(on?: boolean): void;
  /** Swaps every two results from now on, or no longer. */
  reorderResults(on?: boolean): void;
  /** Breaks the connection while it drains. */
  dropOnCloseStream(before?: 'results' | 'metadata'): void;
  /** Ends every lasting fault, and removes planned ones. A half-open connection stays half-open. */
  heal(): void;
  /** Applies a fault, now or later: {@link When} counts from now. */
  suffer(fault: ConnectionFault): void;
}
