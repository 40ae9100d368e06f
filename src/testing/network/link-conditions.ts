/** The weather a link finds itself in, read anew for each frame: change it, and links that are up feel it too. */
export interface LinkConditions {
  latencyMs: number;
  jitterMs: number;
  handshakeDelayMs: number;
  uplinkBytesPerSecond: number;
  platform: 'node' | 'browser';
  lateEvents: boolean;
  random: () => number;
}
