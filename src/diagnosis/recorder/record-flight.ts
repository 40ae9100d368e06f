/**
 * The flight recorder: observes a session through the options `inspect` and `transport`, and changes nothing. It uses only public
 * names, so apps can build their own.
 */
import { Observable, Subject } from 'rxjs';
import type { InspectionEvent, MachineSnapshot } from 'xstate';
import {
  type ConnectionState,
  type LiveTranscriptionOptions,
  platformTransport,
  type SocketEnd,
  systemClock,
  TranscriptionError,
  type Transport,
} from '../../index.ts';
import { type ConnectionContext, leafState } from '../../connection/index.ts';
import { tapped } from '../../transports/tap.ts';
import type { FlightEntry, MachineEvent } from './flight.ts';
import { FlightLog } from './flight-log.ts';
import { safeUrl } from './safe-url.ts';

/** Options of a recording. */
export interface FlightSettings {
  /**
   * Maximum of characters, at least 65536; the oldest are dropped. An hour of conversation takes about a million, most of it
   * messages of the server.
   * @defaultValue `4194304`
   */
  maxCharacters?: number;
  /**
   * Also keeps the audio, in base64: about 43 kB a second for 16 kHz linear16.
   * @defaultValue `false`
   */
  audio?: boolean;
  /**
   * Keeps the words. `false` replaces each letter of a transcript by a dot, for recordings that are shared.
   * @defaultValue `true`
   */
  words?: boolean;
}

/** A running recording. */
export interface FlightRecorder {
  /** Your options with the recorder attached: start the session with these. */
  readonly options: LiveTranscriptionOptions;
  /** All lines, past and future, the header first; completes with the session. For writing to a file. */
  readonly lines$: Observable<string>;
  /** The recording so far, for `rx-deepgram explain` and {@link readFlight}. */
  toNDJSON(): string;
}

type Snapshot = MachineSnapshot<ConnectionContext, never, never, never, never, never, never, never>;

const DEFAULT_CHARACTERS = 4 * 1024 * 1024;
const MIN_CHARACTERS = 64 * 1024;
/** Frames in one line: a line for each would be half of the recording. */
const FRAMES_IN_LINE = 50;
/** Longer texts are truncated: they are not messages of Deepgram. */
const MAX_TEXT = 32 * 1024;

/**
 * Records a session: events, states, sizes and times of frames, and messages; never a key or token. Bounded, and off unless
 * you call it.
 *
 * @remarks
 * One recorder is for one session; a second session with the same options restarts the recording.
 *
 * @throws TranscriptionError `invalid-option`
 *
 * @example
 * ```ts
 * const flight = recordFlight({ auth: { apiKey }, listen: { model: 'nova-3' } });
 * const live = createLiveTranscription(flight.options);
 * // … after a problem:
 * await writeFile('flight.ndjson', flight.toNDJSON());
 * ```
 */
export function recordFlight(
  options: LiveTranscriptionOptions,
  settings: FlightSettings = {},
): FlightRecorder {
  const recording = new Recording(options, settings);
  const { inspect } = options;
  return {
    options: {
      ...options,
      inspect: (event) => {
        recording.inspect(event);
        if (typeof inspect === 'function') inspect(event);
        else inspect?.next?.(event);
      },
      transport: recording.listenTo(options.transport ?? platformTransport),
    },
    lines$: recording.lines$,
    toNDJSON: () => recording.toNDJSON(),
  };
}

class Recording {
  readonly #clock;
  readonly #settings: Required<FlightSettings>;
  #log!: FlightLog;
  #startedAt = 0;
  #snapshot: Snapshot | undefined;
  #state: ConnectionState | undefined;
  /** Events sent to the machine that have no snapshot yet. */
  #unanswered = 0;
  #sockets = 0;
  #openSockets = 0;
  #frames: Extract<FlightEntry, { kind: 'frames' }> | undefined;
  readonly #lines = new Subject<string>();

  readonly lines$ = new Observable<string>((subscriber) => {
    this.#flush();
    for (const line of [this.#log.header, ...this.#log.lines]) subscriber.next(line);
    return this.#lines.subscribe(subscriber);
  });

  constructor({ clock = systemClock }: LiveTranscriptionOptions, settings: FlightSettings) {
    const { maxCharacters = DEFAULT_CHARACTERS, audio = false, words = true } = settings;
    if (!(maxCharacters >= MIN_CHARACTERS)) {
      throw new TranscriptionError('invalid-option', `maxCharacters is ${maxCharacters}.`, {
        remedy: `Give ${MIN_CHARACTERS} or more.`,
      });
    }
    this.#clock = clock;
    this.#settings = { maxCharacters, audio, words };
    this.#begin();
  }

  toNDJSON(): string {
    this.#flush();
    return [this.#log.header, ...this.#log.lines, ''].join('\n');
  }

  /** Only of the machine, not of actors that an app may have added to its system. */
  inspect(inspected: InspectionEvent): void {
    if (inspected.actorRef.sessionId !== inspected.rootId) return;
    if (inspected.type === '@xstate.event')
      this.#hear(inspected.event as MachineEvent | { type: 'xstate.init' });
    else if (inspected.type === '@xstate.snapshot') this.#follow(inspected.snapshot as Snapshot);
  }

  listenTo(transport: Transport): Transport {
    return tapped(transport, (request) => {
      this.#log.keepOut(request.credentials.value);
      this.#sockets += 1;
      this.#openSockets += 1;
      const number = this.#sockets;
      let hasEnded = false;
      const note = (entry: Unplaced) => this.#note({ ...entry, socket: number });
      note({ kind: 'opening', url: safeUrl(request.url) });
      return {
        opened: ({ headers }) => {
          const requestId = headers?.['dg-request-id'];
          note({ kind: 'opened', ...(requestId === undefined ? {} : { requestId }) });
        },
        sent: (message) => this.#sent(number, message),
        received: (text) => note({ kind: 'received', ...this.#textOf(text) }),
        released: (how) => note({ kind: 'released', how }),
        ended: (end) => {
          if (!hasEnded) this.#openSockets -= 1;
          hasEnded = true;
          note({ kind: 'ended', end: this.#endOf(end) });
          this.#completeIfOver();
        },
      };
    });
  }

  #begin(): void {
    this.#startedAt = this.#clock.now();
    this.#snapshot = undefined;
    this.#state = undefined;
    this.#unanswered = 0;
    this.#sockets = 0;
    this.#openSockets = 0;
    this.#frames = undefined;
    const startedAt = new Date(this.#clock.wallTime()).toISOString();
    this.#log = new FlightLog(this.#settings.maxCharacters, startedAt, () => this.#checkpoint());
  }

  #hear(event: MachineEvent | { type: 'xstate.init' }): void {
    if (event.type === 'xstate.init') {
      if (this.#snapshot) this.#begin();
      return;
    }
    this.#unanswered += 1;
    this.#note({ kind: 'event', event });
  }

  #follow(snapshot: Snapshot): void {
    const isFirst = this.#snapshot === undefined;
    this.#snapshot = snapshot;
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    const state = leafState(snapshot.value);
    const checkpoint = isFirst ? this.#checkpoint() : undefined;
    if (checkpoint) this.#write(checkpoint);
    else if (state !== this.#state) this.#note({ kind: 'state', state });
    this.#state = state;
    for (const line of this.#log.turnOver()) this.#lines.next(line);
    this.#completeIfOver();
  }

  #sent(socket: number, message: string | Uint8Array): void {
    if (typeof message === 'string') {
      this.#note({ kind: 'sent', socket, text: message });
    } else if (this.#settings.audio) {
      this.#note({ kind: 'audio', socket, data: base64(message) });
    } else {
      const at = this.#now();
      if (this.#frames?.socket !== socket || this.#frames.frames.length >= FRAMES_IN_LINE) this.#flush();
      this.#frames ??= { at, kind: 'frames', socket, frames: [] };
      this.#frames.frames.push([rounded(at - this.#frames.at), message.byteLength]);
    }
  }

  #note(entry: Untimed): void {
    this.#flush();
    this.#write({ at: this.#now(), ...entry });
  }

  #flush(): void {
    const frames = this.#frames;
    this.#frames = undefined;
    if (frames) this.#write(frames);
  }

  #write(entry: FlightEntry): void {
    for (const line of this.#log.add(entry)) this.#lines.next(line);
  }

  /** Only between two events: during one, the snapshot is the one before it. */
  #checkpoint(): FlightEntry | undefined {
    if (!this.#snapshot || this.#unanswered > 0) return undefined;
    const { value, context } = this.#snapshot as {
      value: string | Record<string, string>;
      context: ConnectionContext;
    };
    return { at: this.#now(), kind: 'checkpoint', value, context };
  }

  #textOf(text: string): { text: string; cut?: number } {
    const whole = this.#log.withoutSecrets(text);
    const kept = this.#settings.words ? whole : whole.replace(SPOKEN_TEXT, hideLetters);
    if (kept.length <= MAX_TEXT) return { text: kept };
    return { text: kept.slice(0, MAX_TEXT), cut: kept.length - MAX_TEXT };
  }

  /** Only Deepgram's headers: those of a proxy may be confidential. */
  #endOf({ headers = {}, body, ...end }: SocketEnd): SocketEnd {
    const known = Object.entries(headers).filter(([name]) => name.startsWith('dg-'));
    return {
      ...end,
      ...(known.length > 0 ? { headers: Object.fromEntries(known) } : {}),
      ...(body === undefined ? {} : { body: this.#textOf(body).text }),
    };
  }

  #now(): number {
    return rounded(this.#clock.now() - this.#startedAt);
  }

  #completeIfOver(): void {
    if (this.#snapshot?.status !== 'done' || this.#openSockets > 0) return;
    this.#flush();
    this.#lines.complete();
  }
}

/** An entry without its time and socket. */
type Untimed = FlightEntry extends infer Entry
  ? Entry extends FlightEntry
    ? Omit<Entry, 'at'>
    : never
  : never;
type Unplaced = Untimed extends infer Entry
  ? Entry extends { socket: number }
    ? Omit<Entry, 'socket'>
    : never
  : never;

/** Spoken text in Results: transcripts and words. */
const SPOKEN_TEXT = /"(?:transcript|word|punctuated_word)"\s*:\s*"(?:[^"\\]|\\.)*"/g;

function hideLetters(pair: string): string {
  const colon = pair.indexOf(':');
  return pair.slice(0, colon) + pair.slice(colon).replace(/\\.|[\p{L}\p{N}]/gu, '·');
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
