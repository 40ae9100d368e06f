/**
 * Sends events to watchers as server-sent events: `log` for each line, earlier lines included, and `state` several times a
 * second. The number of lines, of watchers, and of unread bytes of a watcher is limited.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../../../clock.ts';
import type { EmulatorEvent } from '../events.ts';
import { isResult } from '../outbox.ts';
import { type LogLine, lineOf } from './views.ts';

const MAX_LINES = 500;
const MAX_WATCHERS = 32;
const MAX_UNREAD_BYTES = 1024 * 1024;
const STATE_INTERVAL_MS = 250;
const MAX_TRANSCRIPTS = 200;
const LONGEST_TRANSCRIPT = 400;

export class LiveFeed {
  readonly #clock: Clock;
  readonly #state: () => object;
  readonly #watchers = new Set<ServerResponse>();
  readonly #lines: LogLine[] = [];
  #lineCount = 0;
  /** The last words of each connection, also those before the first watcher. */
  readonly #transcripts = new Map<number, { decided: string; open: string }>();
  /** The count of all, since the emulator drops the oldest. */
  readonly #counts = { ended: 0, refused: 0 };
  #timer: unknown;

  constructor(state: () => object, clock: Clock = systemClock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** The newest lines, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Connections that have ended and handshakes refused, remembered or not. */
  get counts(): { readonly ended: number; readonly refused: number } {
    return this.#counts;
  }

  transcriptOf(attempt: number): string {
    const { decided = '', open = '' } = this.#transcripts.get(attempt) ?? {};
    return [decided, open].filter(Boolean).join(' ');
  }

  note(event: EmulatorEvent): void {
    if (event.type === 'message.sent') this.#follow(event.attempt, event.text);
    if (event.type === 'connection.ended') this.#counts.ended += 1;
    if (event.type === 'connection.refused') this.#counts.refused += 1;
    const text = lineOf(event);
    if (text === undefined) return;
    const { atMs, attempt, type } = event;
    this.#lineCount += 1;
    const line = { id: this.#lineCount, atMs: Math.round(atMs), attempt, type, text };
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    this.#tell(asEvent('log', line, line.id));
  }

  /** Adds a watcher, unless there are too many. */
  add(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#watchers.size >= MAX_WATCHERS) return false;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const seen = Number(request.headers['last-event-id'] ?? 0);
    const missed = this.#lines.filter(({ id }) => !(id <= seen));
    response.write(
      missed.map((line) => asEvent('log', line, line.id)).join('') + asEvent('state', this.#state()),
    );
    response.on('close', () => this.#remove(response));
    this.#watchers.add(response);
    if (this.#timer === undefined) this.#tick();
    return true;
  }

  close(): void {
    this.#clock.clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.destroy();
  }

  #tick(): void {
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#watchers.size > 0) this.#tell(asEvent('state', this.#state()));
      this.#timer = undefined;
      if (this.#watchers.size > 0) this.#tick();
    }, STATE_INTERVAL_MS);
  }

  #tell(event: string): void {
    for (const watcher of this.#watchers) {
      if (watcher.writableLength > MAX_UNREAD_BYTES) watcher.destroy();
      else watcher.write(event);
    }
  }

  #remove(watcher: ServerResponse): void {
    this.#watchers.delete(watcher);
  }

  #follow(attempt: number, json: string): void {
    if (!isResult(json)) return;
    const { text, isFinal } = shownBy(JSON.parse(json) as ResultOnTheWire);
    const before = this.#transcripts.get(attempt)?.decided ?? '';
    const decided = isFinal ? [before, text].filter(Boolean).join(' ').slice(-LONGEST_TRANSCRIPT) : before;
    this.#transcripts.set(attempt, { decided, open: isFinal ? '' : text });
    if (this.#transcripts.size <= MAX_TRANSCRIPTS) return;
    const [oldest] = this.#transcripts.keys();
    if (oldest !== undefined) this.#transcripts.delete(oldest);
  }
}

/** A result of one API or the other. */
interface ResultOnTheWire {
  is_final?: boolean;
  channel?: { alternatives: { transcript: string }[] };
  event?: string;
  transcript?: string;
}

function shownBy(result: ResultOnTheWire): { text: string; isFinal: boolean } {
  const { channel, event, transcript = '' } = result;
  if (event !== undefined) return { text: transcript, isFinal: event === 'EndOfTurn' };
  return { text: channel?.alternatives[0]?.transcript ?? '', isFinal: result.is_final ?? false };
}

function asEvent(name: string, data: object, id?: number): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
