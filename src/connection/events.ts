/**
 * What the connection machine hears and says. Facts are named `speaker.fact`; commands by the user are imperative. No
 * audio, no transcript, no secret and no socket is ever in one of them: the inspector may show them all.
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

/** What the machine hears. */
export type ConnectionEvent =
  /** Audio came after none had flowed. */
  | { type: 'audio.pending'; link?: number }
  /** No frame has gone out for the KeepAlive interval. */
  | { type: 'audio.idle'; link: number }
  /** A final result of this connection has confirmed new audio; said once for each connection. */
  | { type: 'audio.confirmed'; link: number }
  /** The handshake is done. */
  | { type: 'socket.opened'; link: number; pendingAudio: boolean }
  /** The limit of connections is reached: the attempt stands at this place of the line; 1 is next. */
  | { type: 'place.awaited'; place: number }
  /** The attempt may begin, after so long a wait. */
  | { type: 'place.granted'; waitedMs: number }
  /** The socket closed, or never opened. */
  | ({ type: 'socket.ended' } & ConnectionLoss)
  /** The connection is half-open: audio went out and nothing came back. */
  | ({ type: 'socket.stalled' } & ConnectionLoss)
  /** The platform says that it is online again. */
  | { type: 'network.online' }
  /** The platform says that it is offline. */
  | { type: 'network.offline' }
  /** Open a connection now, audio or not. */
  | { type: 'user.connect' }
  /** Send what remains, then end. */
  | { type: 'user.close'; deadlineMs: number; pendingAudio: boolean }
  /** End now. */
  | { type: 'user.abort' }
  /** Everything was sent, and the last results have come; `isWhole`: for all audio. */
  | { type: 'drain.completed'; link: number; isWhole: boolean }
  /** The machine's own clock: the connection has been idle for long enough to give it back. */
  | { type: 'idle.elapsed' }
  /** The machine's own clock: the platform's “online” may buy an attempt again. */
  | { type: 'online.elapsed' }
  /** The machine's own clock: a drain may take no longer. */
  | { type: 'deadline.passed' };

/** What the machine emits. */
export type ConnectionEmitted =
  | { type: 'connection.opened'; attempt: number }
  | { type: 'connection.lost'; end: ConnectionEnd; attempt: number }
  /** The retries are far apart from now on. */
  | { type: 'connection.suspended'; end: ConnectionEnd | undefined }
  /** The platform says that it is offline: wait less long before the link is stalled. */
  | { type: 'connection.suspected' }
  /** Send the rest, then end the stream. */
  | { type: 'drain.due' };
