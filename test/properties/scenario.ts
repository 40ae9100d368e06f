/** The steps of a random session as plain values, which can be drawn, shrunk and printed. */
import type { CatchUp, ConnectionState } from '../../src/index.ts';
import type { FluxSetting } from './flux/setting.ts';
import type { Answer } from './world/platform.ts';

/** The form of a chunk of audio. */
export type Form =
  /** A view into a much larger buffer. */
  | 'view'
  /** A view that begins at an odd address, into a buffer that is overwritten at once. */
  | 'reused'
  /** A buffer of its own. */
  | 'buffer'
  /** A Node Buffer. */
  | 'node'
  /** Chunks that end in the middle of a sample. */
  | 'odd'
  /** One, two or three bytes at a time. */
  | 'tiny'
  /** An empty chunk before each. */
  | 'empties';

export type Reaction = 'close' | 'abort' | 'connect' | 'speak' | 'finalize' | 'pause';

export type Step =
  // Steps of the app.
  | { do: 'speak'; ms: number; frameMs: number; form: Form }
  /** Audio that comes all at once. */
  | { do: 'burst'; ms: number; frameMs: number }
  /** Audio in which nobody speaks. */
  | { do: 'hush'; ms: number }
  /** No audio at all. */
  | { do: 'rest'; ms: number }
  /** Speech and pauses in turn, for long. */
  | { do: 'converse'; turns: number; speakMs: number; restMs: number }
  | { do: 'pause' | 'resume' | 'finalize' | 'connect' | 'close' | 'abort' }
  /** When the status next says so, the app acts at once, from within the call that told it. */
  | { do: 'react'; to: ConnectionState; by: Reaction }
  // What the network does.
  | { do: 'cut' | 'online' | 'offline' }
  | { do: 'cutAfter'; bytes: number; direction: 'up' | 'down' }
  | { do: 'halfOpen'; direction: 'up' | 'down' | 'both' }
  /** No network for so long; the platform may notice. */
  | { do: 'outage'; ms: number; noticed: boolean }
  | { do: 'weather'; latencyMs: number; jitterMs: number; uplinkBytesPerSecond: number }
  // What the server does.
  | { do: 'serverClose'; code: number; reason: string }
  | { do: 'refuse'; status: number; times: number }
  | { do: 'hang'; times: number }
  | { do: 'flap'; times: number; code: number }
  /** What the next connection will suffer, as soon as it has carried so much audio. */
  | { do: 'doom'; fault: 'cut' | 'halfOpen' | 'stallResults'; afterAudioMs: number }
  | { do: 'dropOnCloseStream'; before: 'results' | 'metadata' }
  | { do: 'malformed' | 'duplicate' | 'stall' | 'unstall' }
  | { do: 'throttle'; factor: number }
  /** Messages that never arrive; on Flux, a hole in `sequence_id`. */
  | { do: 'lose'; count: number }
  /** The next connection hears nothing from the server, not even that it is ready. */
  | { do: 'mute' }
  // What the machine does that the client runs on.
  | { do: 'block'; ms: number }
  /** A page may be told. */
  | { do: 'sleep'; ms: number; frozen: boolean }
  | { do: 'wallJump'; ms: number }
  /** Where sessions share a limit of one connection: another one asks for the place, and then holds it for so long. */
  | { do: 'crowd'; ms: number }
  | { do: 'token'; answer: Answer; times: number };

/** The setting of a session. */
export interface Setting {
  seed: number;
  rate: number;
  face: 'session' | 'operator';
  format: 'raw' | 'wav';
  connect: 'lazy' | 'eager';
  interim: boolean;
  keepAliveMs: number;
  disconnectAfterIdleMs: number;
  giveUpAfterMs: number;
  drainMs: number;
  catchUp: CatchUp;
  catchUpRate: number;
  maxSeconds: number;
  overflow: 'drop-oldest' | 'refuse';
  /** A key that never changes, or a function that is asked each time. */
  auth: 'key' | 'function';
  latencyMs: number;
  jitterMs: number;
  platform: 'node' | 'browser';
  lateEvents: boolean;
  /** It shares a limit of one connection with others. */
  isLimited: boolean;
  keepAliveHolds: 'always' | 'after-audio';
  processingDelayMs: number;
  noAudioTimeoutMs: number;
  /** With Flux, and not `/v1/listen`. */
  flux?: FluxSetting;
  /** How it ends, if no step has ended it. */
  ending: 'close' | 'abort';
}

export interface Scenario {
  setting: Setting;
  steps: readonly Step[];
}

export const PLAIN_SETTING: Setting = {
  seed: 1,
  rate: 200,
  face: 'session',
  format: 'raw',
  connect: 'lazy',
  interim: true,
  keepAliveMs: 3_000,
  disconnectAfterIdleMs: Infinity,
  giveUpAfterMs: Infinity,
  drainMs: 10_000,
  catchUp: 'all',
  catchUpRate: 1.2,
  maxSeconds: 60,
  overflow: 'drop-oldest',
  auth: 'function',
  latencyMs: 20,
  jitterMs: 0,
  platform: 'node',
  lateEvents: false,
  isLimited: false,
  keepAliveHolds: 'after-audio',
  processingDelayMs: 0,
  noAudioTimeoutMs: 300_000,
  ending: 'close',
};
