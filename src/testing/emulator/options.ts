/**
 * Everything about the emulator that can be chosen. Where Deepgram's documents and observations disagree, the
 * default is the reading that is harder on the client, and the option names the other one.
 */
import { type Clock, systemClock } from '../../clock.ts';
import type { Credentials } from '../../transports/transport.ts';
import type { RecogniserFactory } from '../recognisers/recogniser.ts';
import { toneRecogniser } from '../recognisers/tone.ts';
import { acceptsPlausibleCredentials } from './credentials.ts';
import type { Fault } from './faults.ts';

/** Options of the emulator; every one has a default. */
export interface EmulatorOptions {
  /**
   * Turns audio into words.
   * @defaultValue {@link toneRecogniser}
   */
  recogniser?: RecogniserFactory;
  /**
   * Time as the emulator knows it; a {@link VirtualClock} makes hours pass at once.
   * @defaultValue the system's clock
   */
  clock?: Clock;
  /**
   * Decides on a key or token; `false` refuses the handshake with 401.
   * @defaultValue {@link acceptsPlausibleCredentials}: a token must look like a JWT and be in date, a key must not;
   * anything with "invalid" or "wrong" in it is refused
   */
  authorise?: (credentials: Credentials, wallTimeMs: number) => boolean;
  /**
   * Open connections allowed at once; one more is refused with 429. Half-open ones count.
   * @defaultValue 150
   */
  maxConnections?: number;
  /**
   * Silence of the client, in milliseconds, after which a connection is closed with 1011 NET-0001. 10,000 is the
   * documented contract; the hosted service has been seen to wait 12,000.
   * @defaultValue 10_000
   */
  idleTimeoutMs?: number;
  /**
   * When KeepAlive messages begin to hold a connection: once it has carried audio, as the troubleshooting page
   * says; once it has produced a Results message, as its maintainers once said; or from the start, as the KeepAlive
   * page suggests.
   * @defaultValue 'after-audio'
   */
  keepAliveHolds?: 'after-audio' | 'after-results' | 'always';
  /**
   * Milliseconds without a word to say to a client that sends audio, until 1011 NET-0000.
   * @defaultValue 30_000
   */
  responseTimeoutMs?: number;
  /**
   * Milliseconds without audio, KeepAlive or not, until 1011 NET-0002; `false` for never. The true length is not
   * published.
   * @defaultValue 300_000
   */
  noAudioTimeoutMs?: number | false;
  /**
   * What becomes of audio that begins with no known container header where none was declared: refused at once
   * (1008 DATA-0000), or swallowed without result until NET-0000.
   * @defaultValue 'data-0000'
   */
  missingHeader?: 'data-0000' | 'net-0000';
  /**
   * Fastest pace at which audio is processed, in multiples of real time. What comes faster waits; nothing is
   * refused.
   * @defaultValue 1.25
   */
  maxPace?: number;
  /**
   * Audio, in milliseconds, that is processed at once after a pause before {@link EmulatorOptions.maxPace} applies.
   * @defaultValue 1_000
   */
  burstMs?: number;
  /**
   * Milliseconds between the arrival of audio and its results.
   * @defaultValue 0
   */
  processingDelayMs?: number;
  /**
   * Faults of the n-th connection attempt, counted from 1: for tests that draw them from a seed.
   * See also {@link Emulator.onConnection}.
   */
  faultsOf?: (attempt: number) => readonly Fault[];
  /**
   * Distinguishes the request ids of several emulators; the ids of one follow from it.
   * @defaultValue 1
   */
  seed?: number;
  /**
   * Messages remembered for each connection; counts and longest silences go on beyond it.
   * @defaultValue 10_000
   */
  maxLogEntries?: number;
}

/** The options with every choice made. */
export type EmulatorSettings = Required<EmulatorOptions>;

export function settle(options: EmulatorOptions): EmulatorSettings {
  return {
    recogniser: options.recogniser ?? toneRecogniser,
    clock: options.clock ?? systemClock,
    authorise: options.authorise ?? acceptsPlausibleCredentials,
    maxConnections: options.maxConnections ?? 150,
    idleTimeoutMs: options.idleTimeoutMs ?? 10_000,
    keepAliveHolds: options.keepAliveHolds ?? 'after-audio',
    responseTimeoutMs: options.responseTimeoutMs ?? 30_000,
    noAudioTimeoutMs: options.noAudioTimeoutMs ?? 300_000,
    missingHeader: options.missingHeader ?? 'data-0000',
    maxPace: options.maxPace ?? 1.25,
    burstMs: options.burstMs ?? 1_000,
    processingDelayMs: options.processingDelayMs ?? 0,
    faultsOf: options.faultsOf ?? (() => []),
    seed: options.seed ?? 1,
    maxLogEntries: options.maxLogEntries ?? 10_000,
  };
}
