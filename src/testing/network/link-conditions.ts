/** The conditions of a link. They are read for each frame, so a change also affects open links. */
export interface LinkConditions {
  /** Time a frame takes, one way. */
  latencyMs: number;
  /** The maximum random delay of each frame, by {@link LinkConditions.random}. The order is kept. */
  jitterMs: number;
  /** More time a handshake takes. */
  handshakeDelayMs: number;
  /** Pace of the client's uplink; waiting bytes count as `bufferedAmount`. */
  uplinkBytesPerSecond: number;
  /** The client's platform: a browser hides the status and headers of a handshake. */
  platform: 'node' | 'browser';
  /** Whether a socket calls its handlers after its end, late and repeatedly. */
  lateEvents: boolean;
  /** Random numbers from 0 up to 1, for the jitter. */
  random: () => number;
}
