/**
 * The options of the emulator. The numbers are here; the points on which Deepgram's documents and observations disagree are in
 * `readings.ts`.
 */
import { type Clock, systemClock } from '../../clock.ts';
import type { Credentials } from '../../transports/transport.ts';
import type { RecogniserFactory } from '../recognisers/recogniser.ts';
import { toneRecogniser } from '../recognisers/tone.ts';
import { acceptsPlausibleCredentials, type AuthVerdict } from './credentials.ts';
import type { Fault } from './faults.ts';
import { type Readings, settleReadings } from './readings.ts';

/** The numbers of the emulator. */
export interface Limits {
  /**
   * Open connections allowed at once; one more is refused with 429. Half-open ones count.
   * @defaultValue 150, as documented for pay-as-you-go in 2026
   */
  maxConnections: number;
  /**
   * The same, of connections with diarization.
   * @defaultValue 50, as documented
   */
  maxDiarizedConnections: number;
  /**
   * Silence of the client, in milliseconds, after which a connection is closed with 1011 NET-0001. 10,000 is the
   * documented contract; the hosted service has been seen to wait 12,000.
   * @defaultValue 10_000
   */
  idleTimeoutMs: number;
  /**
   * The same on `/v2/listen`, where pings count, too: then Error INACTIVE_CLIENT, and a close without a code.
   * @defaultValue 60_000, as documented
   */
  fluxIdleTimeoutMs: number;
  /**
   * Milliseconds without an answer to a client that sends audio, until 1011 NET-0000.
   * @defaultValue 30_000
   */
  responseTimeoutMs: number;
  /**
   * Milliseconds without audio, with or without KeepAlive, until 1011 NET-0002; `false` for never. The true length is not
   * published.
   * @defaultValue 300_000
   */
  noAudioTimeoutMs: number | false;
  /**
   * Fastest pace at which audio is processed, in multiples of real time. Faster audio waits; nothing is refused. `Infinity`
   * processes a file as fast as it is sent.
   * @defaultValue 1.25
   */
  maxPace: number;
  /**
   * Audio, in milliseconds, that is processed at once after a pause before {@link Limits.maxPace} applies.
   * @defaultValue 1_000
   */
  burstMs: number;
  /**
   * Audio, in milliseconds, that may wait to be processed. Then the emulator stops reading from the socket, and the client's
   * own buffers fill, until half of it is done. Two megabytes waiting have the same effect.
   * @defaultValue 30_000
   */
  maxBacklogMs: number;
  /**
   * Milliseconds between the arrival of audio and its results.
   * @defaultValue 0
   */
  processingDelayMs: number;
  /**
   * Distinguishes the request ids of several emulators; the ids of one follow from it.
   * @defaultValue 1
   */
  seed: number;
  /**
   * Messages remembered for each connection; counts and longest silences go on beyond it.
   * @defaultValue 10_000
   */
  maxLogEntries: number;
  /**
   * Connections that have ended, and refusals, remembered; beyond it the oldest are forgotten.
   * @defaultValue 10_000
   */
  maxRemembered: number;
}

/** Options of the emulator; every one has a default. */
export interface EmulatorOptions extends Partial<Limits>, Partial<Readings> {
  /**
   * Turns audio into words.
   * @defaultValue {@link toneRecogniser}
   */
  recogniser?: RecogniserFactory;
  /**
   * The emulator's clock; with a {@link VirtualClock} hours take milliseconds.
   * @defaultValue the system's clock
   */
  clock?: Clock;
  /**
   * Decides on a key or token; `false` or a status refuses the handshake, with 401 or that status.
   * @defaultValue {@link acceptsPlausibleCredentials}: a token must look like a JWT and be in date, a key must not;
   * "invalid" or "wrong" in it means 401, "unpaid" 402, "forbidden" 403
   */
  authorise?: (credentials: Credentials, wallTimeMs: number) => AuthVerdict;
  /**
   * Faults of the n-th connection attempt, counted from 1: for tests that draw them from a seed.
   * See also {@link Emulator.onConnection}.
   */
  faultsOf?: (attempt: number) => readonly Fault[];
}

/** The options with all defaults. */
export type EmulatorSettings = Required<EmulatorOptions>;

const DEFAULTS: Limits = {
  maxConnections: 150,
  maxDiarizedConnections: 50,
  idleTimeoutMs: 10_000,
  fluxIdleTimeoutMs: 60_000,
  responseTimeoutMs: 30_000,
  noAudioTimeoutMs: 300_000,
  maxPace: 1.25,
  burstMs: 1_000,
  maxBacklogMs: 30_000,
  processingDelayMs: 0,
  seed: 1,
  maxLogEntries: 10_000,
  maxRemembered: 10_000,
};

/** The names of the {@link Limits}, for code that parses them. */
export const LIMIT_NAMES = Object.keys(DEFAULTS) as readonly (keyof Limits)[];

/** Throws a RangeError for an invalid value. */
export function settle(options: EmulatorOptions): EmulatorSettings {
  return {
    recogniser: options.recogniser ?? toneRecogniser,
    clock: options.clock ?? systemClock,
    authorise: options.authorise ?? acceptsPlausibleCredentials,
    faultsOf: options.faultsOf ?? (() => []),
    ...settleReadings(options),
    ...settleLimits(options),
  };
}

function settleLimits(options: Partial<Limits>): Limits {
  const settled: Limits = { ...DEFAULTS };
  for (const name of LIMIT_NAMES) {
    const value: number | false = options[name] ?? DEFAULTS[name];
    const isOff = value === false && name === 'noAudioTimeoutMs';
    if (!isOff && !(typeof value === 'number' && value >= 0 && (name !== 'maxPace' || value > 0))) {
      const expected = name === 'noAudioTimeoutMs' ? 'a number from 0, or false' : 'a number from 0';
      throw new RangeError(
        `${name} is ${String(value)}: give ${name === 'maxPace' ? 'a number above 0' : expected}.`,
      );
    }
    Object.assign(settled, { [name]: value });
  }
  return settled;
}
