/** Counts the traffic of one connection of a recording: frames, results and silences. */
import { resultOf } from '../result-of.ts';
import type { FlightEntry } from './flight.ts';

/** Traffic of one socket. Times are milliseconds since the recording began. */
export class ConnectionAccount {
  readonly openedAt: number;
  requestId: string | undefined;
  frames = 0;
  bytes = 0;
  keepAlives = 0;
  results = 0;
  finals = 0;
  words = 0;
  longestSilenceMs = 0;
  lastSentAt: number;

  constructor(openedAt: number, requestId: string | undefined) {
    this.openedAt = openedAt;
    this.requestId = requestId;
    this.lastSentAt = openedAt;
  }

  note(entry: FlightEntry): void {
    switch (entry.kind) {
      case 'frames':
        for (const [afterMs, bytes] of entry.frames) this.#frame(entry.at + afterMs, bytes);
        return;
      case 'audio':
        this.#frame(entry.at, Math.floor((entry.data.length * 3) / 4));
        return;
      case 'sent':
        this.#sent(entry.at);
        if (entry.text.includes('KeepAlive')) this.keepAlives += 1;
        return;
      case 'received':
        this.#received(entry.text);
        return;
      default:
    }
  }

  #frame(at: number, bytes: number): void {
    this.#sent(at);
    this.frames += 1;
    this.bytes += bytes;
  }

  #sent(at: number): void {
    this.longestSilenceMs = Math.max(this.longestSilenceMs, at - this.lastSentAt);
    this.lastSentAt = at;
  }

  /** A malformed message is not a result. */
  #received(text: string): void {
    const result = resultOf(parsed(text));
    if (!result) return;
    this.results += 1;
    if (!result.isFinal) return;
    this.finals += 1;
    this.words += result.text.split(/\s+/).filter((word) => word !== '').length;
  }
}

function parsed(text: string): object | undefined {
  try {
    return JSON.parse(text) as object | undefined;
  } catch {
    return undefined;
  }
}
