/**
 * The transcript and the ledger of a recording, joined over its connections by the code that joins them in a session. A recorder
 * sees the wire: audio that waited for a connection is not known.
 */
import { decodeTurn } from '../protocol/flux/decode.ts';
import { isFlux } from '../protocol/flux/parameters.ts';
import { listenV1 } from '../protocol/listen-v1/listen-v1.ts';
import type { ServerEvent } from '../protocol/protocol.ts';
import { Stitcher, type StitchedLink, type Transcript } from '../transcript/stitcher.ts';
import type { Flight, FlightEntry } from './recorder/flight.ts';

/** A moment of a recording at which audio was sent, or confirmed, or text came. */
export interface FlightStep {
  /** Milliseconds since the recording began. */
  at: number;
  /** Seconds of audio sent, a replay not counted again; `undefined` where its bytes have no known duration. */
  sent: number | undefined;
  /** Seconds of it that final results have covered. */
  confirmed: number;
  /** The text that came. */
  transcript: Transcript | undefined;
}

/** Session positions per second: finer than any word. */
const RATE = 48_000;

/** The server rounds its count of seconds. */
const ROUNDING_SECONDS = 0.05;

/**
 * Follows a recording through: how much audio was sent and confirmed, and its transcripts as the session gave them, without repeats.
 *
 * @example
 * ```ts
 * const words = followFlight(readFlight(ndjson)).flatMap(({ transcript }) => (transcript?.final ? transcript.text : []));
 * ```
 */
export function followFlight({ entries }: Flight): FlightStep[] {
  const follower = new FlightFollower();
  for (const entry of entries) follower.follow(entry);
  return follower.steps;
}

/** One connection of a recording. */
class RecordedLink implements StitchedLink {
  readonly number: number;
  readonly rate = RATE;
  readonly decode: (text: string) => ServerEvent;
  readonly #start: number;
  /** `undefined`: the bytes have no known duration. */
  readonly #bytesPerSecond: number | undefined;
  #bytes = 0;
  hasEndedStream = false;

  /** @param start Its position in the session. */
  constructor(number: number, address: string | undefined, start: number) {
    const listen = address === undefined ? {} : Object.fromEntries(new URL(address).searchParams);
    this.number = number;
    this.decode = isFlux(listen) ? decodeTurn : (text) => listenV1.decode(text);
    this.#start = start;
    const format = listenV1.audioFormat({ ...listen, channels: Number(listen['channels'] ?? 1) });
    const bytesPerSecond = format.kind === 'raw' ? format.sampleRate * format.frameBytes : 0;
    this.#bytesPerSecond = bytesPerSecond > 0 ? bytesPerSecond : undefined;
  }

  /** `undefined` where it is not known. */
  get sentSeconds(): number | undefined {
    return this.#bytesPerSecond && this.#bytes > 0 ? this.#bytes / this.#bytesPerSecond : undefined;
  }

  get position(): number {
    return this.sentSeconds === undefined ? Infinity : this.#start + Math.round(this.sentSeconds * RATE);
  }

  positionOf(seconds: number): number {
    return Math.min(this.#start + Math.round(seconds * RATE), this.position);
  }

  wallTimeOf(): undefined {
    return undefined;
  }

  sent(bytes: number): void {
    this.#bytes += bytes;
  }
}

class FlightFollower {
  readonly steps: FlightStep[] = [];
  readonly #stitcher = new Stitcher();
  readonly #addresses = new Map<number, string>();
  #link: RecordedLink | undefined;
  #socket: number | undefined;
  #links = 0;
  #sent: number | undefined;
  /** As a session position. */
  #confirmed = 0;

  follow(entry: FlightEntry): void {
    switch (entry.kind) {
      case 'opening':
        this.#addresses.set(entry.socket, entry.url);
        return;
      case 'opened':
        this.#open(entry.socket);
        return;
      case 'frames':
        this.#send(
          entry.at + (entry.frames.at(-1)?.[0] ?? 0),
          entry.socket,
          entry.frames.reduce((sum, [, bytes]) => sum + bytes, 0),
        );
        return;
      case 'audio':
        this.#send(entry.at, entry.socket, base64Bytes(entry.data));
        return;
      case 'sent':
        if (entry.socket === this.#socket && this.#link && entry.text.includes('"CloseStream"'))
          this.#link.hasEndedStream = true;
        return;
      case 'received':
        if (entry.socket !== this.#socket && this.#socket !== undefined) return;
        this.#receive(entry.at, this.#link ?? this.#open(entry.socket), entry.text);
        return;
      default:
    }
  }

  /** A link begins at the first sample that is not confirmed. */
  #open(socket: number): RecordedLink {
    this.#links += 1;
    this.#socket = socket;
    this.#link = new RecordedLink(this.#links, this.#addresses.get(socket), this.#confirmed);
    return this.#link;
  }

  #send(at: number, socket: number, bytes: number): void {
    const link = socket === this.#socket && this.#link ? this.#link : this.#open(socket);
    link.sent(bytes);
    if (link.sentSeconds === undefined) return;
    this.#sent = Math.max(this.#sent ?? 0, link.position / RATE);
    this.#note(at);
  }

  #receive(at: number, link: RecordedLink, text: string): void {
    const event = link.decode(text);
    if (event.kind === 'processed') this.#conclude(at, link, event.seconds);
    if (event.kind !== 'segment') return;
    const { transcript, settledTo } = this.#stitcher.receive(event, link);
    if (event.isFinal) this.#confirm(settledTo);
    if (event.confirmedTo !== undefined) this.#confirm(link.positionOf(event.confirmedTo));
    this.#note(at, transcript);
  }

  /** The server has processed all audio, and found no words in the rest. */
  #conclude(at: number, { hasEndedStream, sentSeconds, position }: RecordedLink, seconds: number): void {
    const isAll = sentSeconds !== undefined && sentSeconds - seconds <= ROUNDING_SECONDS;
    if (!hasEndedStream || !isAll || this.#stitcher.isShowingInterim) return;
    this.#confirm(position);
    this.#note(at);
  }

  #confirm(position: number): void {
    this.#confirmed = Math.max(this.#confirmed, position);
  }

  #note(at: number, transcript?: Transcript): void {
    this.steps.push({ at, sent: this.#sent, confirmed: this.#confirmed / RATE, transcript });
  }
}

function base64Bytes(data: string): number {
  return Math.floor((data.replace(/=+$/, '').length * 3) / 4);
}
