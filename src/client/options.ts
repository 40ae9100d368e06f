/** All options: the meaning, unit, default and check of each. */
import type { InspectionEvent, Observer } from 'xstate';
import type { Clock } from '../clock.ts';
import { checkBaseUrl, isHosted } from './base-url.ts';
import { credentialsOf } from './credentials.ts';
import { defaultClock } from './default-clock.ts';
import type { ConnectionLimit } from '../connection/place.ts';
import { type Environment, environmentOf } from '../environment.ts';
import { invalidOption, nearest, shown } from '../errors.ts';
import {
  ATTEMPTS_PER_SECOND,
  CATCH_UP_RATE,
  CONNECT_TIMEOUT_MS,
  CREDENTIALS_TIMEOUT_MS,
  DRAIN_MS,
  FINALIZE_MS,
  KEEP_ALIVE_MS,
  LOG_BYTES,
  LOG_SECONDS,
  MAX_ATTEMPTS_PER_SECOND,
  MAX_CATCH_UP_RATE,
  MAX_FRAME_MS,
  MAX_KEEP_ALIVE_MS,
  MIN_KEEP_ALIVE_MS,
  PROCESS_BYTES,
  STALL_MS,
} from '../protocol/limits.ts';
import { chooseApi } from '../protocol/choose.ts';
import type { FluxParameters } from '../protocol/flux/parameters.ts';
import type { ListenParameters } from '../protocol/listen-v1/parameters.ts';
import type { Api } from '../protocol/protocol.ts';
import type { SessionKeeper } from './session-keeper.ts';
import type { Credentials, Transport } from '../transports/transport.ts';

/** A secret to connect with. The two kinds are not interchangeable. */
export type Auth =
  /** A Deepgram API key, for servers. Sent as `Token`. */
  | { apiKey: string }
  /** A temporary token (JWT) from `POST /v1/auth/grant`, for browsers. Sent as `Bearer`. */
  | { accessToken: string }
  /** The same, in the form of the answer of `POST /v1/auth/grant`. */
  | { access_token: string; expires_in?: number };

/**
 * Called before every attempt, so that no token has expired; stop when `signal` aborts. Errors are reported, and the attempt is
 * repeated later.
 */
export type AuthFunction = (context: { signal: AbortSignal }) => Auth | Promise<Auth>;

/** What becomes of audio that came while there was no connection. */
export type CatchUp =
  /** All of it is sent, at most at `catchUpRate`. */
  | 'all'
  /** None of it: continue live. Skipped audio is announced. */
  | 'live'
  /** The last seconds of it, up to 3600. Skipped audio is announced. */
  | { lastSeconds: number };

/** Options of `createLiveTranscription` and `transcribe`. Durations are milliseconds unless the name has another unit. */
export interface LiveTranscriptionOptions {
  /** A fixed secret, or a function that is called before every attempt. A 401 is retried once, only with a function. */
  auth: Auth | AuthFunction;
  /**
   * Deepgram's parameters by their own names; unknown ones are passed on. A Flux `model` uses `/v2/listen`, any other
   * `/v1/listen`.
   */
  listen?: ListenParameters & FluxParameters;
  /**
   * Regional or self-hosted deployment: scheme and host, perhaps a path prefix; without `/v1/listen`.
   * @defaultValue `'wss://api.deepgram.com'`
   */
  baseUrl?: string;
  /**
   * `lazy` opens the first connection when the first audio comes, `eager` at once.
   * @defaultValue `'lazy'`
   */
  connect?: 'lazy' | 'eager';
  /**
   * Silence after which a KeepAlive is sent, or a ping with Flux; 1000 to 5000.
   * @defaultValue `3000`, with Flux `5000`
   */
  keepAliveMs?: number;
  /**
   * Disconnects after this long without audio; the next audio connects again. `Infinity`: never.
   * @defaultValue `Infinity`
   */
  disconnectAfterIdleMs?: number;
  /**
   * How long a handshake may take, once the credentials are known. A longer attempt is repeated, and the next one may take twice
   * as long, up to 30000, until handshakes are quick again.
   * @defaultValue `8000`
   */
  connectTimeoutMs?: number;
  /**
   * How many attempts to connect all sessions of the process together may begin in a second; the others wait in order, those with
   * audio first. From 1 to 10000. Sessions with the same value share it: give all the same value, for example if a proxy accepts
   * fewer.
   * @defaultValue `2500`, fewer where the event loop is late or attempts fail
   */
  attemptsPerSecond?: number;
  /**
   * How long the `auth` function may take. Then its signal aborts, and the next attempt calls it again.
   * @defaultValue `10000`
   */
  credentialsTimeoutMs?: number;
  /**
   * If audio flows and nothing comes back for this long, the connection is given up as half-open. At least 1000; doubled without
   * `interim_results`.
   * @defaultValue `10000`, with Flux `4000`
   */
  stallMs?: number;
  /**
   * How long the server may be silent while `close()` waits for the last results; each message restarts this timeout. `close()`
   * always settles within three times as long, plus the time to send the remaining audio.
   * @defaultValue `10000`
   */
  drainMs?: number;
  /**
   * How long `finalize()` waits for the answer.
   * @defaultValue `1500`
   */
  finalizeMs?: number;
  /**
   * Calls `finalize()` when no audio has come for this long and some has no final result. A source that pauses sends no silence,
   * so Deepgram detects no pause, and the last words would stay interim until audio comes again. At least 250, and more than the
   * time between two chunks. `Infinity`: never.
   * @defaultValue `Infinity`
   */
  finalizeAfterMs?: number;
  /**
   * What becomes of audio that came while there was no connection.
   * @defaultValue `'all'`
   */
  catchUp?: CatchUp;
  /**
   * How fast a backlog is sent, as a multiple of real time: from 1.01 to 1.25, where Deepgram throttles.
   * @defaultValue `1.2`
   */
  catchUpRate?: number;
  /**
   * Flux only: the server supports the message ForceEndTurn, for `endTurn()` and the last turn before `close()`. A server without
   * it closes the connection.
   * @defaultValue `true` on Deepgram's own addresses, otherwise `false`
   */
  forceEndTurn?: boolean;
  /**
   * Flux with raw audio only: sends silence when the source pauses during a turn, so that the turn can end (for `eot_timeout_ms`
   * and 2 s); where no ping can hold the connection, as in browsers (80 ms every 5 s); and after the last audio.
   * @defaultValue `true`
   */
  fillSilence?: boolean;
  /** The audio kept for replay, in memory, until a final result covers it. */
  log?: {
    /**
     * From 1 to 3600; from 10 if `overflow` is `'refuse'`: a log shorter than an utterance would stay full.
     * @defaultValue `60`, with Flux `240`: a turn is confirmed only at its end
     */
    maxSeconds?: number;
    /**
     * From 65536 to 1073741824 (1 GiB).
     * @defaultValue `8388608` (8 MiB): more than a minute of 16 kHz linear16 on four channels
     */
    maxBytes?: number;
    /**
     * Bytes of the logs of all sessions of the process together. Beyond it the logs with more than their share are full. From
     * 65536 to 1099511627776 (1 TiB).
     * @defaultValue `1073741824` (1 GiB): fifteen seconds of 16 kHz linear16 of two thousand sessions
     */
    maxProcessBytes?: number;
    /**
     * When it is full: drop the oldest audio and announce it, or refuse new audio in `send()`.
     * @defaultValue `'drop-oldest'`
     */
    overflow?: 'drop-oldest' | 'refuse';
  };
  /**
   * The outage after which the session fails, checked when an attempt ends. By default it tries every 30 s without end.
   * @defaultValue `Infinity`
   */
  giveUpAfterMs?: number;
  /**
   * A limit of the connections of all sessions that share it: `connectionLimit()` of `rx-deepgram/sessions`.
   * @defaultValue none
   */
  connectionLimit?: ConnectionLimit | undefined;
  /**
   * Receives XState inspection events, as a function or an observer such as that of `@statelyai/inspect`. Its errors are reported
   * to the platform and have no other effect. Events contain no secret.
   */
  inspect?: ((event: InspectionEvent) => void) | Observer<InspectionEvent>;
  /**
   * Writes the first problem of severity `error` to `console.warn`, if `notices$` has no subscriber.
   * @defaultValue `true`
   */
  warnOnConsole?: boolean;
  /** Replaces the socket, for tests and unusual platforms. @defaultValue `ws` in Node, Bun and Deno, `WebSocket` elsewhere */
  transport?: Transport;
  /** Replaces the hints of network and page, as in React Native. @defaultValue the platform's events, where there are any */
  environment?: Environment;
  /**
   * Replaces time, for tests.
   * @defaultValue the system's clock; in a page {@link workerClock}, which hidden tabs do not slow
   */
  clock?: Clock;
  /**
   * `durable(store, id)` of `rx-deepgram/store`: the session outlives its process. Raw audio only. @defaultValue none
   */
  session?: SessionKeeper;
  /**
   * Aborts the session, like `abort()`; `transcribe()` then fails with the signal's reason. If it has aborted before, nothing is
   * opened. Node warns above ten sessions with one signal: `setMaxListeners(0, signal)`. @defaultValue none
   */
  signal?: AbortSignal | undefined;
  /** Seed of the jitter, for tests: the same seed gives the same delays. @defaultValue random */
  seed?: number;
}

/** Options with every default filled in, and checked. */
export interface CheckedOptions
  extends Required<
    Omit<
      LiveTranscriptionOptions,
      'auth' | 'baseUrl' | 'log' | 'inspect' | 'transport' | 'connectionLimit' | 'session' | 'signal'
    >
  > {
  connectionLimit: ConnectionLimit | undefined;
  /** Scheme `ws` or `wss`, host, and perhaps a path, without a slash at its end. */
  baseUrl: string;
  log: Required<NonNullable<LiveTranscriptionOptions['log']>>;
  api: Api;
  /** Fixed, or asked for before each attempt. */
  credentials: Credentials | ((signal: AbortSignal) => Promise<Credentials>);
  canReauthorise: boolean;
}

/** Above 2³¹ a platform's timer fires at once; this leaves room for sums. */
const MAX_TIMER_MS = 2 ** 29;

/** Default, minimum and maximum. */
const RANGES = {
  keepAliveMs: [KEEP_ALIVE_MS, MIN_KEEP_ALIVE_MS, MAX_KEEP_ALIVE_MS],
  disconnectAfterIdleMs: [Infinity, 0, MAX_TIMER_MS],
  connectTimeoutMs: [CONNECT_TIMEOUT_MS, 1, MAX_TIMER_MS],
  attemptsPerSecond: [ATTEMPTS_PER_SECOND, 1, MAX_ATTEMPTS_PER_SECOND],
  credentialsTimeoutMs: [CREDENTIALS_TIMEOUT_MS, 1, MAX_TIMER_MS],
  stallMs: [STALL_MS, 1_000, MAX_TIMER_MS],
  drainMs: [DRAIN_MS, 0, MAX_TIMER_MS],
  finalizeMs: [FINALIZE_MS, 0, MAX_TIMER_MS],
  finalizeAfterMs: [Infinity, MAX_FRAME_MS, MAX_TIMER_MS],
  catchUpRate: [CATCH_UP_RATE, 1.01, MAX_CATCH_UP_RATE],
  giveUpAfterMs: [Infinity, 0, MAX_TIMER_MS],
} as const;

const NAMES = [
  ...Object.keys(RANGES),
  ...'auth listen baseUrl connect catchUp forceEndTurn fillSilence warnOnConsole log connectionLimit inspect transport environment clock seed session signal'.split(
    ' ',
  ),
];

/** Objects that an app may give, and their required methods. */
const OBJECTS = {
  clock: ['now', 'wallTime', 'setTimeout', 'clearTimeout'],
  connectionLimit: ['request'],
  session: ['join'],
  signal: ['addEventListener'],
};

/** @throws TranscriptionError `invalid-option`, naming the value, why, and what to write instead. */
export function checkOptions(options: LiveTranscriptionOptions): CheckedOptions {
  const { auth, log = {}, listen = {}, catchUp = 'all' } = objectOf('options', options);
  for (const [name, value] of Object.entries({ log, listen })) objectOf(name, value);
  checkNames('', options, NAMES);
  checkNames('log.', log, ['maxSeconds', 'maxBytes', 'maxProcessBytes', 'overflow']);
  const { baseUrl = 'wss://api.deepgram.com', clock, seed, transport, connectionLimit } = options;
  const { environment = environmentOf(globalThis) } = options;
  const api = chooseApi(listen);
  api.checkParameters(listen);
  const { defaults } = api;
  const address = JSON.stringify([checkBaseUrl(baseUrl), listen]);
  const fixed = typeof auth === 'function' ? undefined : credentialsOf(auth, 'auth', address);
  const numberOf = (name: keyof typeof RANGES): number => {
    const [normal, least, most] = RANGES[name];
    const otherwise = defaults?.[name as keyof typeof defaults] ?? normal;
    return within(name, options[name] ?? otherwise, least, most, normal);
  };
  for (const [name, value] of Object.entries({ transport, environment })) {
    if (value !== undefined && typeof value !== 'function')
      throw invalidOption(`${name} is ${shown(value)}.`, 'Give a function, or leave it out.');
  }
  for (const [name, functions] of Object.entries(OBJECTS)) {
    const value = options[name as keyof typeof OBJECTS];
    if (value === undefined) continue;
    const given = objectOf(name, value) as Record<string, unknown>;
    if (functions.some((each) => typeof given[each] !== 'function'))
      throw invalidOption(`${name} lacks a function.`, `Give an object with ${functions.join(', ')}.`);
  }
  if (!api.finalize && options.finalizeAfterMs !== undefined && options.finalizeAfterMs < Infinity)
    throw invalidOption('finalizeAfterMs is of no use with Flux.', 'Leave it out: a turn ends by itself.');
  if (seed !== undefined) within('seed', seed, -(2 ** 53), 2 ** 53);
  if (typeof catchUp === 'string') oneOf('catchUp', catchUp, ['all', 'live']);
  else within('catchUp.lastSeconds', objectOf('catchUp', catchUp).lastSeconds, 0, 3_600);
  const { forceEndTurn = isHosted(baseUrl), fillSilence = true, warnOnConsole = true } = options;
  // Every field by its name: V8 gives an object with spread or computed fields a hidden class of its own, of 1 kB for each session.
  return {
    keepAliveMs: numberOf('keepAliveMs'),
    disconnectAfterIdleMs: numberOf('disconnectAfterIdleMs'),
    connectTimeoutMs: numberOf('connectTimeoutMs'),
    attemptsPerSecond: numberOf('attemptsPerSecond'),
    credentialsTimeoutMs: numberOf('credentialsTimeoutMs'),
    stallMs: numberOf('stallMs'),
    drainMs: numberOf('drainMs'),
    finalizeMs: numberOf('finalizeMs'),
    finalizeAfterMs: numberOf('finalizeAfterMs'),
    catchUpRate: numberOf('catchUpRate'),
    giveUpAfterMs: numberOf('giveUpAfterMs'),
    api,
    listen,
    catchUp,
    forceEndTurn,
    fillSilence,
    warnOnConsole,
    connectionLimit,
    baseUrl: checkBaseUrl(baseUrl),
    connect: oneOf('connect', options.connect ?? 'lazy', ['lazy', 'eager']),
    log: {
      maxSeconds: within(
        'log.maxSeconds',
        log.maxSeconds ?? defaults?.logSeconds ?? LOG_SECONDS,
        log.overflow === 'refuse' ? 10 : 1,
        3_600,
      ),
      maxBytes: within('log.maxBytes', log.maxBytes ?? LOG_BYTES, 64 * 1024, 2 ** 30),
      maxProcessBytes: within('log.maxProcessBytes', log.maxProcessBytes ?? PROCESS_BYTES, 2 ** 16, 2 ** 40),
      overflow: oneOf('log.overflow', log.overflow ?? 'drop-oldest', ['drop-oldest', 'refuse']),
    },
    environment,
    clock: clock ?? defaultClock(),
    seed: seed ?? Math.floor(Math.random() * 2 ** 32),
    canReauthorise: typeof auth === 'function',
    credentials: typeof auth === 'function' ? askedAfresh(auth, address) : (fixed as Credentials),
  };
}

/** Outside of `checkOptions`, so that each session keeps no more than this of its variables. */
function askedAfresh(auth: AuthFunction, address: string): CheckedOptions['credentials'] {
  return async (signal) => credentialsOf(await auth({ signal }), 'the answer of the auth function', address);
}

/** @throws TranscriptionError `invalid-option`. */
export function checkTimeout(timeoutMs: number): number {
  return within('timeoutMs', timeoutMs, 0, MAX_TIMER_MS, Infinity);
}

/** Refuses unknown options, which would otherwise have no effect. */
function checkNames(prefix: string, options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const meant = nearest(name, known);
    throw invalidOption(
      `${prefix}${/^\w{1,24}$/.test(name) ? name : 'one name'} is no option.`,
      meant
        ? `Write ${prefix}${meant}.`
        : "Give Deepgram's parameters within listen, and secrets within auth.",
    );
  }
}

/** @throws TranscriptionError `invalid-option`. `otherwise` is also valid, such as `Infinity`. */
function within(name: string, value: number, least: number, most: number, otherwise = most): number {
  if (value === otherwise || (typeof value === 'number' && value >= least && value <= most)) return value;
  const or = otherwise > most ? `, or ${otherwise}` : '';
  throw invalidOption(`${name} is ${shown(value)}.`, `Give a number from ${least} to ${most}${or}.`);
}

/** Shows no value: an app may pass an API key instead of the options. */
function objectOf<T>(name: string, value: T): T & object {
  if (typeof value === 'object' && value !== null) return value;
  throw invalidOption(`${name} is ${value === null ? 'null' : typeof value}.`, 'Give an object.');
}

function oneOf<Choice extends string>(name: string, value: Choice, choices: readonly Choice[]): Choice {
  if (choices.includes(value)) return value;
  throw invalidOption(`${name} is ${shown(value)}.`, `Write one of: ${choices.join(', ')}.`);
}
