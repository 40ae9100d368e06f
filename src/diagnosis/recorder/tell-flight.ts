/** A recording in words: what happened when, and why. */
import { type ConnectionEnd, type ConnectionState, explain, type Explanation } from '../../index.ts';
import { oneLine } from '../../outside-text.ts';
import { ConnectionAccount } from './connection-account.ts';
import type { Flight, FlightEntry } from './flight.ts';

/** One thing that happened. */
export interface FlightIncident {
  /** Milliseconds since the recording began. */
  at: number;
  /** How it is to be looked at. */
  tone: 'good' | 'bad' | 'plain';
  text: string;
}

/** A kind of end that was met in a recording, most often first. */
export interface FlightCause extends Explanation {
  times: number;
  /** The session failed by it. */
  isFatal: boolean;
}

/** A recording, told. */
export interface FlightStory {
  incidents: readonly FlightIncident[];
  /** Why connections ended; empty where all went well. */
  causes: readonly FlightCause[];
  /** How it came out, in a sentence. */
  outcome: string;
}

/** What each state means to those who read of it for the first time. What is told otherwise is left out. */
const STATES: Partial<Record<ConnectionState, readonly [FlightIncident['tone'], string]>> = {
  dormant: ['plain', 'rests, not connected, until there is audio'],
  connecting: ['plain', 'opens the first connection'],
  'idle-keepalive': ['plain', 'no audio comes: a KeepAlive every few seconds holds the connection'],
  suspended: ['bad', 'the outage is long: from now on an attempt now and then'],
  draining: ['plain', 'sends the rest, and takes the last results'],
  closed: ['good', 'the session is over'],
  failed: ['bad', 'the session has failed: no retry would mend this'],
};

/** Tells a recording. */
export function tellFlight(flight: Flight): FlightStory {
  const teller = new Teller();
  for (const entry of flight.entries) teller.hear(entry);
  return teller.story();
}

class Teller {
  readonly #incidents: FlightIncident[] = [];
  readonly #open = new Map<number, ConnectionAccount>();
  readonly #ends: ConnectionEnd[] = [];
  #state: ConnectionState | undefined;
  #isOpen = false;
  #lastEnd: ConnectionEnd | undefined;
  #lostAt: number | undefined;
  /** Since the last loss: is told of once. */
  #isSuspended = false;
  /** Attempts in a row that came to the same end, and the line that tells of them. */
  #attempts: { name: string; count: number; line: number } | undefined;
  #last = 0;
  #words = 0;

  hear(entry: FlightEntry): void {
    this.#last = entry.at;
    switch (entry.kind) {
      case 'state':
        this.#enter(entry.at, entry.state);
        return;
      case 'event':
        this.#event(entry);
        return;
      case 'opening':
        if (entry.socket === 1) this.#tell(entry.at, 'plain', `asks for ${readable(entry.url)}`);
        return;
      case 'opened':
        this.#opened(entry);
        return;
      case 'ended':
        this.#open.get(entry.socket)?.note(entry);
        this.#settle(entry.at, entry.socket);
        return;
      case 'frames':
      case 'audio':
      case 'sent':
      case 'received':
        this.#open.get(entry.socket)?.note(entry);
        this.#notable(entry);
        return;
      case 'released':
      case 'checkpoint':
        return;
      default:
        entry satisfies never;
    }
  }

  story(): FlightStory {
    const counts = new Map<string, { end: ConnectionEnd; times: number }>();
    for (const end of this.#ends) {
      counts.set(end.kind, { end, times: (counts.get(end.kind)?.times ?? 0) + 1 });
    }
    const failed = this.#state === 'failed' ? this.#lastEnd?.kind : undefined;
    const causes = [...counts.values()]
      .map(({ end, times }) => ({ ...explain(end), times, isFatal: end.kind === failed }))
      .sort((a, b) => Number(b.isFatal) - Number(a.isFatal) || b.times - a.times);
    return { incidents: this.#incidents, causes, outcome: this.#outcome() };
  }

  #outcome(): string {
    const words = `${counted(this.#words, 'final word')} in ${inWords(this.#last)}`;
    const losses =
      this.#ends.length === 0
        ? 'no connection was lost'
        : `${counted(this.#ends.length, 'end')} of connections`;
    if (this.#state === 'failed') return `Failed: ${words}, ${losses}.`;
    if (this.#state === 'closed') return `Closed: ${words}, ${losses}.`;
    return `The recording ends in the state ${this.#state ?? 'dormant'}: ${words}, ${losses}.`;
  }

  #enter(at: number, state: ConnectionState): void {
    this.#state = state;
    if (state === 'suspended' && this.#isSuspended) return;
    this.#isSuspended ||= state === 'suspended';
    const [tone, text] = STATES[state] ?? [];
    if (tone !== undefined && text !== undefined) this.#tell(at, tone, text);
  }

  #event({ at, event }: Extract<FlightEntry, { kind: 'event' }>): void {
    switch (event.type) {
      case 'socket.ended':
      case 'socket.stalled': {
        this.#ended(at, event.end, event.pendingAudio);
        return;
      }
      case 'audio.pending':
        this.#tell(at, 'plain', 'audio comes');
        return;
      case 'network.online':
        this.#tell(at, 'plain', 'the platform says that it is online');
        return;
      case 'network.offline':
        this.#tell(at, 'bad', 'the platform says that it is offline');
        return;
      case 'user.close':
        this.#tell(at, 'plain', 'the app closes the session');
        return;
      case 'user.abort':
        this.#tell(at, 'plain', 'the app aborts the session');
        return;
      case 'deadline.passed':
        this.#tell(at, 'bad', 'the deadline of close() has passed');
        return;
      default:
    }
  }

  /** Of an outage only what is new is told: that yet another attempt failed in the same way is a number. */
  #ended(at: number, end: ConnectionEnd, pendingAudio: boolean): void {
    this.#ends.push(end);
    this.#lastEnd = end;
    this.#lostAt ??= at;
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    const name = named(end);
    if (wasOpen) {
      this.#tell(
        at,
        'bad',
        `the connection ended: ${name}${pendingAudio ? ', with audio unconfirmed: it is kept' : ''}`,
      );
    } else if (this.#attempts?.name === name) {
      const { count, line } = this.#attempts;
      this.#attempts.count = count + 1;
      const first = this.#incidents[line] as FlightIncident;
      this.#incidents[line] = {
        ...first,
        text: oneLine(`${count + 1} attempts failed in ${inWords(at - first.at)}: ${name}`),
      };
    } else {
      this.#attempts = { name, count: 1, line: this.#incidents.length };
      this.#tell(at, 'bad', `an attempt failed: ${name}`);
    }
  }

  #opened({ at, socket, requestId }: Extract<FlightEntry, { kind: 'opened' }>): void {
    this.#open.set(socket, new ConnectionAccount(at, requestId));
    const after = this.#lostAt === undefined ? '' : `, ${inWords(at - this.#lostAt)} after the loss`;
    this.#lostAt = undefined;
    this.#attempts = undefined;
    this.#isSuspended = false;
    this.#isOpen = true;
    this.#tell(at, 'good', `connected${after}${requestId === undefined ? '' : ` (request ${requestId})`}`);
  }

  /** The books of a connection, when it is over. */
  #settle(at: number, socket: number): void {
    const account = this.#open.get(socket);
    this.#open.delete(socket);
    if (!account) return;
    this.#words += account.words;
    const { frames, bytes, keepAlives, results, finals } = account;
    const silence = Math.max(account.longestSilenceMs, at - account.lastSentAt);
    this.#tell(
      at,
      'plain',
      `in ${inWords(at - account.openedAt)} it carried ${counted(frames, 'frame')} (${Math.round(bytes / 1000)} kB) and ` +
        `${counted(keepAlives, 'KeepAlive')}; ${counted(results, 'result')} came back, ${finals} of them final; ` +
        `longest silence of ours ${inWords(silence)}`,
    );
  }

  /** Messages that are no results, and say something. */
  #notable(entry: FlightEntry): void {
    if (entry.kind !== 'received' || !entry.text.includes('"type":"Error"')) return;
    this.#tell(entry.at, 'bad', `Deepgram objects: ${explain(entry.text).cause}`);
  }

  #tell(at: number, tone: FlightIncident['tone'], text: string): void {
    this.#incidents.push({ at, tone, text: oneLine(text) });
  }
}

/** The end by its numbers, its name, and Deepgram's words. */
function named({ kind, code, status, serverMessage, cause }: ConnectionEnd): string {
  const number = status === undefined ? code : `HTTP ${status}`;
  const said = serverMessage ?? cause;
  return [number, kind, said === undefined ? undefined : `“${said}”`]
    .filter((each) => each !== undefined)
    .join(' ');
}

/** Host and parameters, without what every address has. */
function readable(address: string): string {
  const url = new URL(address);
  const parameters = Array.from(url.searchParams, ([name, value]) => `${name} ${value}`).join(', ');
  return `${url.host}${parameters === '' ? '' : `: ${parameters}`}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function inWords(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
