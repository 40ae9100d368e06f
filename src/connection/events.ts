/**
 * What the connection machine hears and says. Facts are named `speaker.fact`; commands by the user are imperative. No
 * audio, no transcript, no secret and no socket is ever in one of them: the inspector may show them all.
 */
import type { ConnectionEnd } from '../protocol/close-reasons.ts';

/** A connection is over, or is condemned. */
export interface ConnectionLoss {
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
  | { type: 'audio.pending' }
  /** No frame has gone out for the KeepAlive interval. */
  | { type: 'audio.idle' }
  /** A final result of this connection has confirmed new audio; said once for each connection. */
  | { type: 'audio.confirmed' }
  /** The handshake is done. */
  | { type: 'socket.opened'; pendingAudio: boolean }
  /** The socket closed, or never opened. */
  | ({ type: 'socket.ended' } & ConnectionLoss)
  /** The socket pretends to be open: audio went out and nothing came back. */
  | ({ type: 'socket.stalled' } & ConnectionLoss)
  /** The platform believes to be online again. */
  | { type: 'network.online' }
  /** The platform believes to be offline. */
  | { type: 'network.offline' }
  /** Open a connection now, audio or not. */
  | { type: 'user.connect' }
  /** Send what remains, then end. */
  | { type: 'user.close'; deadlineMs: number; pendingAudio: boolean }
  /** End now. */
  | { type: 'user.abort' }
  /** Everything was sent and the server has said its last. */
  | { type: 'drain.completed' }
  /** The machine's own clock: silence goes on. */
  | { type: 'keep-alive.elapsed' }
  /** The machine's own clock: the connection has been idle for long enough to give it back. */
  | { type: 'idle.elapsed' }
  /** The machine's own clock: the platform's “online” may buy an attempt again. */
  | { type: 'online.elapsed' }
  /** The machine's own clock: a drain may take no longer. */
  | { type: 'deadline.passed' };

/** What the machine says to the data plane. */
export type ConnectionEmitted =
  | { type: 'connection.opened'; attempt: number }
  | { type: 'connection.lost'; end: ConnectionEnd; attempt: number }
  /** The retries are far apart from now on. */
  | { type: 'connection.suspended' }
  | { type: 'keep-alive.due' }
  /** The platform believes to be offline: wait less long before condemning the socket. */
  | { type: 'connection.doubted' }
  /** Send the rest, then CloseStream. */
  | { type: 'drain.due' };
