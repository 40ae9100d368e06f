/**
 * The events that the connection machine receives and emits. Facts are named `speaker.fact`; commands of the user are imperative.
 * Events contain no audio, transcript, secret or socket: the inspector may show them.
 */
import type { ConnectionEnd } from '../protocol/connection-end.ts';

/** A connection is over, or given up. */
export interface ConnectionLoss {
  /** The number of its link; `undefined` where the attempt opened none. */
  link: number | undefined;
  end: ConnectionEnd;
  /** Milliseconds on the session's clock. */
  at: number;
  /** Accepted audio waits for a final result. */
  pendingAudio: boolean;
  /** More of it was coming. */
  flowingAudio: boolean;
}

/** The events that the machine receives. */
export type ConnectionEvent =
  /** Audio came after none had flowed. */
  | { type: 'audio.pending'; link?: number }
  /** No frame has gone out for the KeepAlive interval. */
  | { type: 'audio.idle'; link: number }
  /** A final result of this connection has confirmed new audio; sent once for each connection. */
  | { type: 'audio.confirmed'; link: number }
  /** The handshake is done. */
  | { type: 'socket.opened'; link: number; pendingAudio: boolean }
  /** The limit of connections is reached: the attempt has this place in the line; 1 is next. */
  | { type: 'place.awaited'; place: number }
  /** The attempt may begin, after a wait of `waitedMs`. */
  | { type: 'place.granted'; waitedMs: number }
  /** The socket closed, or never opened. */
  | ({ type: 'socket.ended' } & ConnectionLoss)
  /** The connection is half-open: audio went out and nothing came back. */
  | ({ type: 'socket.stalled' } & ConnectionLoss)
  /** The platform reports that it is online again. */
  | { type: 'network.online' }
  /** The platform reports that it is offline. */
  | { type: 'network.offline' }
  /** Open a connection now, with or without audio. */
  | { type: 'user.connect' }
  /** Send the remaining audio, then end. */
  | { type: 'user.close'; deadlineMs: number; pendingAudio: boolean }
  /** End now. */
  | { type: 'user.abort' }
  /** Everything was sent, and the last results have come. `isWhole`: every sample has its final result. */
  | { type: 'drain.completed'; link: number; isWhole: boolean }
  /** A timer of the machine: the connection was idle for `disconnectAfterIdle`. */
  | { type: 'idle.elapsed' }
  /** A timer of the machine: `online` may cause an attempt again. */
  | { type: 'online.elapsed' }
  /** A timer of the machine: the time of the drain is over. */
  | { type: 'deadline.passed' };

/** The events that the machine emits. */
export type ConnectionEmitted =
  /** Get credentials and open a socket; until `attempt.over`. */
  | { type: 'attempt.due' }
  /** Give the attempt up, or close its socket. */
  | { type: 'attempt.over' }
  | { type: 'connection.opened'; attempt: number }
  | { type: 'connection.lost'; end: ConnectionEnd; attempt: number }
  /** From now on one attempt every 30 s. */
  | { type: 'connection.suspended'; end: ConnectionEnd | undefined }
  /** The platform reports that it is offline: shorten the stall timeout. */
  | { type: 'connection.suspected' }
  /** Send the remaining audio, then end the stream. */
  | { type: 'drain.due' };

/** Takes events for the machine. */
export interface EventReceiver {
  send(event: ConnectionEvent): void;
}
