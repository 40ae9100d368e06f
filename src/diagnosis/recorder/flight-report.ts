/** Describes a recording in sentences: events, times and causes. */
import type { ConnectionEnd, ConnectionState } from '../../index.ts';
import { explain, type Explanation } from '../explain/explain.ts';
import { oneLine } from '../../outside-text.ts';
import { ConnectionAccount } from './connection-account.ts';
import type { Flight, FlightEntry } from './flight.ts';

/** One event. */
export interface FlightIncident {
  /** Milliseconds since the recording began. */
  at: number;
  /** For colours. */
  tone: 'good' | 'bad' | 'plain';
  text: string;
}

/** A kind of end in a recording. */
export interface FlightCause extends Explanation {
  times: number;
  /** The session failed with this end. */
  isFatal: boolean;
}

/** The description of a recording. */
export interface FlightStory {
  incidents: readonly FlightIncident[];
  /** Kinds of ends, most frequent first; empty if no connection was lost. */
  causes: readonly FlightCause[];
  /** The outcome, in a sentence. */
  outcome: string;
}

/** The text for a state. States without an entry are described by their events. */
const STATES: Partial<Record<ConnectionState, readonly [FlightIncident['tone'], string]>> = {
  dormant: ['plain', 'not connected, until audio comes'],
  connecting: ['plain', 'opens the first connection'],
  queued: ['plain', 'the limit of connections is reached: waits for a place'],
  'idle-keepalive': ['plain', 'no audio: KeepAlives hold the connection'],
  suspended: ['bad', 'the outage is long: attempts are rare now'],
  draining: ['plain', 'sends the remaining audio, and takes the last results'],
  closed: ['good', 'the session is over'],
  failed: ['bad', 'the session failed: no retry would help'],
};

/** Describes a recording. */
export function tellFlight(flight: Flight): FlightStory {
  const report = new FlightReport();
  for (const entry of flight.entries) report.add(entry);
  return report.build();
}

class FlightReport {
  readonly #incidents: FlightIncident[] = [];
  readonly #open = new Map<number, ConnectionAccount>();
  readonly #ends: ConnectionEnd[] = [];
  #state: ConnectionState | undefined;
  #isOpen = false;
  #lastEnd: ConnectionEnd | undefined;
  #lostAt: number | undefined;
  /** Since the last loss; reported once. */
  #isSuspended = false;
  /** Attempts in a row with the same end, and the index of their line. */
  #attempts: { name: string; count: number; line: number } | undefined;
  #last = 0;
  #words = 0;

  add(entry: FlightEntry): void {
    this.#last = entry.at;
    switch (entry.kind) {
      case 'state':
        this.#enter(entry.at, entry.state);
        return;
      case 'event':
        this.#event(entry);
        return;
      case 'opening':
        if (entry.socket === 1) this.#report(entry.at, 'plain', `connects to ${readable(entry.url)}`);
        return;
      case 'opened':
        this.#opened(entry);
        return;
      case 'ended':
        this.#open.get(entry.socket)?.note(entry);
        this.#summarise(entry.at, entry.socket);
        return;
      case 'frames':
      case 'audio':
      case 'sent':
      case 'received':
        this.#open.get(entry.socket)?.note(entry);
        this.#addError(entry);
        return;
      case 'released':
      case 'checkpoint':
        return;
      default:
        entry satisfies never;
    }
  }

  build(): FlightStory {
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
    if (tone !== undefined && text !== undefined) this.#report(at, tone, text);
  }

  #event({ at, event }: Extract<FlightEntry, { kind: 'event' }>): void {
    switch (event.type) {
      case 'socket.ended':
      case 'socket.stalled': {
        this.#ended(at, event.end, event.pendingAudio);
        return;
      }
      case 'audio.pending':
        this.#report(at, 'plain', 'audio comes');
        return;
      case 'network.online':
        this.#report(at, 'plain', 'the platform says that it is online');
        return;
      case 'network.offline':
        this.#report(at, 'bad', 'the platform says that it is offline');
        return;
      case 'user.close':
        this.#report(at, 'plain', 'the app closes the session');
        return;
      case 'user.abort':
        this.#report(at, 'plain', 'the app aborts the session');
        return;
      case 'deadline.passed':
        this.#report(at, 'bad', 'the deadline of close() has passed');
        return;
      default:
    }
  }

  /** Repeated failures of an outage become one line with a count. */
  #ended(at: number, end: ConnectionEnd, pendingAudio: boolean): void {
    this.#ends.push(end);
    this.#lastEnd = end;
    this.#lostAt ??= at;
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    const name = named(end);
    if (wasOpen) {
      this.#report(
        at,
        'bad',
        `the connection ended: ${name}${pendingAudio ? '; unconfirmed audio is kept' : ''}`,
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
      this.#report(at, 'bad', `an attempt failed: ${name}`);
    }
  }

  #opened({ at, socket, requestId }: Extract<FlightEntry, { kind: 'opened' }>): void {
    this.#open.set(socket, new ConnectionAccount(at, requestId));
    const after = this.#lostAt === undefined ? '' : `, ${inWords(at - this.#lostAt)} after the loss`;
    this.#lostAt = undefined;
    this.#attempts = undefined;
    this.#isSuspended = false;
    this.#isOpen = true;
    this.#report(at, 'good', `connected${after}${requestId === undefined ? '' : ` (request ${requestId})`}`);
  }

  /** The summary of a connection at its end. */
  #summarise(at: number, socket: number): void {
    const account = this.#open.get(socket);
    this.#open.delete(socket);
    if (!account) return;
    this.#words += account.words;
    const { frames, bytes, keepAlives, results, finals } = account;
    const silence = Math.max(account.longestSilenceMs, at - account.lastSentAt);
    this.#report(
      at,
      'plain',
      `in ${inWords(at - account.openedAt)} we sent ${counted(frames, 'frame')} (${Math.round(bytes / 1000)} kB) and ` +
        `${counted(keepAlives, 'KeepAlive')}, and received ${counted(results, 'result')} (${finals} final); ` +
        `longest silence ${inWords(silence)}`,
    );
  }

  /** Error messages. */
  #addError(entry: FlightEntry): void {
    if (entry.kind !== 'received' || !entry.text.includes('"type":"Error"')) return;
    this.#report(entry.at, 'bad', `Deepgram sent an Error: ${explain(entry.text).cause}`);
  }

  #report(at: number, tone: FlightIncident['tone'], text: string): void {
    this.#incidents.push({ at, tone, text: oneLine(text) });
  }
}

/** The end with its number, kind and text. */
function named({ kind, code, status, serverMessage, cause }: ConnectionEnd): string {
  const number = status === undefined ? code : `HTTP ${status}`;
  const said = serverMessage ?? cause;
  return [number, kind, said === undefined ? undefined : `“${said}”`]
    .filter((each) => each !== undefined)
    .join(' ');
}

/** Host and parameters of an address. */
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
