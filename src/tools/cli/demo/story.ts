/**
 * The events so far, in order: written by the run, read by the views. Each fact has its time in milliseconds since the
 * beginning.
 */
import type { AudioLedger, ConnectionEnd, ConnectionState, Transcript } from '../../../index.ts';
import type { OutboundMessage } from '../../viewer/wire.ts';
import type { Seam } from './comparison.ts';
import type { FaultName } from './plan.ts';

export type EntryKind =
  | 'opened'
  | 'paused'
  | 'resumed'
  | 'kept-alive'
  | 'lost'
  | 'recovered'
  | 'ending'
  | 'warning';

/** A line of the log. Its outcome is added later. */
export interface Entry {
  atMs: number;
  kind: EntryKind;
  text: string;
  outcome?: { atMs: number; text: string };
}

/** For output line by line. */
export type News =
  | { type: 'state'; atMs: number; state: ConnectionState }
  | { type: 'entry'; entry: Entry }
  | { type: 'outcome'; entry: Entry }
  | { type: 'transcript'; atMs: number; transcript: Transcript };

/** A broken connection and its recovery. */
export interface Recovery {
  entry: Entry;
  /** Audio replayed on the next connection, in seconds of the session. */
  replay?: { from: number; to: number; connection: number };
  seam?: Seam;
}

/** The ledger in seconds. */
export interface Seconds {
  accepted: number;
  confirmed: number;
  pending: number;
  dropped: number;
}

/** Loudness at a time. */
interface Loudness {
  atMs: number;
  /** 0 to 1. */
  level: number;
}

export class Story {
  readonly states: { atMs: number; state: ConnectionState }[] = [{ atMs: 0, state: 'dormant' }];
  readonly loudness: Loudness[] = [];
  readonly entries: Entry[] = [];
  readonly recoveries: Recovery[] = [];
  readonly finals: Transcript[] = [];
  interim: Transcript | undefined;
  seconds: Seconds = { accepted: 0, confirmed: 0, pending: 0, dropped: 0 };
  lastOutboundAtMs: number | undefined;
  longestSilenceMs = 0;
  keepAlives = 0;
  reconnects = 0;
  undisturbedWords = 0;
  #connections = 0;
  #isConnected = false;
  #pausedAt: { atMs: number; keepAlives: number; connections: number } | undefined;
  #struck: FaultName | undefined;
  readonly #tell: (news: News) => void;

  constructor(tell: (news: News) => void = () => undefined) {
    this.#tell = tell;
  }

  get state(): { atMs: number; state: ConnectionState } {
    return this.states.at(-1) as { atMs: number; state: ConnectionState };
  }

  /** Ranges in which a replay may have changed words. */
  get seams(): Seam[] {
    return this.recoveries.flatMap(({ seam }) => seam ?? []);
  }

  /** True if the audio at this time reached the server only by a replay. */
  isRecovered({ start, end }: { start: number; end: number }): boolean {
    const middle = (start + end) / 2;
    return this.recoveries.some(({ replay }) => replay && middle >= replay.from && middle < replay.to);
  }

  enter(state: ConnectionState, atMs: number): void {
    if (state === this.state.state) return;
    this.states.push({ atMs, state });
    this.#tell({ type: 'state', atMs, state });
  }

  hear(level: number, atMs: number): void {
    this.loudness.push({ atMs, level });
  }

  pause(seconds: number, atMs: number): void {
    this.#pausedAt = { atMs, keepAlives: this.keepAlives, connections: this.#connections };
    this.#note('paused', `No audio for ${seconds} s; Deepgram closes with 1011 after 10 s of silence`, atMs);
  }

  resume(atMs: number): void {
    if (!this.#pausedAt) return;
    const { keepAlives, connections } = this.#pausedAt;
    const sent = this.keepAlives - keepAlives;
    const held = connections === this.#connections ? 'the connection held' : 'on a new connection';
    const text = this.#isConnected ? `${held}, with ${plural(sent, 'KeepAlive')}` : 'there is no connection';
    this.#note('resumed', `Audio again: ${text}`, atMs);
  }

  strike(fault: FaultName): void {
    if (this.#isConnected) this.#struck = fault;
  }

  /** Notes a sent frame. */
  sent(message: OutboundMessage['kind'], atMs: number): void {
    const silenceMs = atMs - (this.lastOutboundAtMs ?? atMs);
    this.longestSilenceMs = Math.max(this.longestSilenceMs, silenceMs);
    this.lastOutboundAtMs = message === 'close-stream' ? undefined : atMs;
    if (message !== 'keep-alive') return;
    this.keepAlives += 1;
    this.#note('kept-alive', `KeepAlive, ${inSeconds(silenceMs / 1000)} after the last frame`, atMs);
  }

  /** A connection is open; `seconds` is the ledger, which shows the audio to replay. */
  opened(seconds: Seconds, atMs: number): void {
    this.#connections += 1;
    this.#isConnected = true;
    this.lastOutboundAtMs = atMs;
    this.count(seconds);
    const recovery = this.recoveries.at(-1);
    if (this.#connections === 1 || !recovery) {
      this.#note('opened', 'Connected', atMs);
      return;
    }
    this.reconnects += 1;
    const from = seconds.confirmed + seconds.dropped;
    recovery.replay = { from, to: seconds.accepted, connection: this.#connections };
    recovery.seam = { from, to: Infinity };
    const tookMs = Math.round(atMs - recovery.entry.atMs);
    const text = `reconnected in ${tookMs} ms, ${inSeconds(seconds.pending)} replayed`;
    recovery.entry.outcome = { atMs, text };
    this.#tell({ type: 'outcome', entry: recovery.entry });
  }

  lost(end: Pick<ConnectionEnd, 'code' | 'serverMessage' | 'kind'>, atMs: number): void {
    this.lastOutboundAtMs = undefined;
    this.#isConnected = false;
    const entry = this.#note('lost', describeEnd(end, this.#struck), atMs);
    this.#struck = undefined;
    this.recoveries.push({ entry });
  }

  count(seconds: Seconds): void {
    this.seconds = seconds;
  }

  receive(transcript: Transcript, atMs: number): void {
    this.interim = transcript.final ? undefined : transcript;
    if (transcript.final && transcript.text !== '') this.finals.push(transcript);
    this.#tell({ type: 'transcript', atMs, transcript });
    if (!transcript.final) return;
    let isSeamEnd = false;
    for (const { seam, replay } of this.recoveries) {
      if (!seam || !replay || seam.to < Infinity || transcript.connection < replay.connection) continue;
      seam.to = transcript.end;
      isSeamEnd = true;
    }
    const words = transcript.words.filter((word) => this.isRecovered(word)).map((word) => word.text);
    if (isSeamEnd && words.length > 0) this.#note('recovered', `Recovered: “${words.join(' ')}”`, atMs);
  }

  warn(text: string, atMs: number): void {
    this.#note('warning', text, atMs);
  }

  end(atMs: number): void {
    this.#note('ending', 'End of the audio: the rest is sent, then CloseStream', atMs);
  }

  #note(kind: EntryKind, text: string, atMs: number): Entry {
    const entry: Entry = { atMs, kind, text };
    this.entries.push(entry);
    this.#tell({ type: 'entry', entry });
    return entry;
  }
}

export function secondsOf({ accepted, confirmed, pending, dropped, sampleRate }: AudioLedger): Seconds {
  return {
    accepted: accepted / sampleRate,
    confirmed: confirmed / sampleRate,
    pending: pending / sampleRate,
    dropped: dropped / sampleRate,
  };
}

export function inSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function describeEnd(
  { code, serverMessage, kind }: Pick<ConnectionEnd, 'code' | 'serverMessage' | 'kind'>,
  struck: FaultName | undefined,
): string {
  if (struck === 'cut') return 'TCP cut';
  const named = /net-?(\d{4})/i.exec(serverMessage ?? '')?.[1];
  if (code !== undefined && code !== 1006) return `Close ${code}${named ? ` NET-${named}` : ''}`;
  return `No connection (${kind})`;
}
