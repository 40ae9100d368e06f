/** The weather a link finds itself in, read anew for each frame: change it, and links that are up feel it too. */
export interface LinkConditions {
  /** Time a frame takes, one way. */
  latencyMs: number;
  /** Up to so much more for each frame, by {@link LinkConditions.random}. Order is kept. */
  jitterMs: number;
  /** More time a handshake takes. */
  handshakeDelayMs: number;
  /** Pace of the client's uplink; what waits for it counts as `bufferedAmount`. */
  uplinkBytesPerSecond: number;
  /** What the client's platform lets it see: a browser hides the status and headers of a handshake. */
  platform: 'node' | 'browser';
  /** Whether a socket goes on calling its handlers after its end, late and repeatedly. */
  lateEvents: boolean;
  /** Numbers from 0 up to 1: the chance behind the jitter. */
  random: () => number;
}
