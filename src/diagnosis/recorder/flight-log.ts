/**
 * The lines of a recording, within a limit. Each segment begins with a checkpoint, so that the machine can still replay the rest
 * after old segments are dropped.
 */
import { secretRemover } from '../../outside-text.ts';
import { FLIGHT_VERSION, type FlightEntry, type FlightHeader, writeInfinity } from './flight.ts';

interface Segment {
  lines: string[];
  characters: number;
}

/** Enough segments that dropping one is a small loss. */
const SEGMENTS = 8;

export class FlightLog {
  readonly #maxCharacters: number;
  readonly #startedAt: string;
  readonly #checkpoint: () => FlightEntry | undefined;
  readonly #secrets = new Map<string, (text: string) => string>();
  #segments: Segment[] = [{ lines: [], characters: 0 }];
  #characters = 0;
  #dropped = 0;

  /** `checkpoint` returns the machine's snapshot, or nothing while it handles an event. */
  constructor(maxCharacters: number, startedAt: string, checkpoint: () => FlightEntry | undefined) {
    this.#maxCharacters = maxCharacters;
    this.#startedAt = startedAt;
    this.#checkpoint = checkpoint;
  }

  /** Removes this text from all further lines. */
  keepOut(secret: string): void {
    if (!this.#secrets.has(secret)) this.#secrets.set(secret, secretRemover(secret));
  }

  /** Call it before a text is cut: otherwise a part of a secret would remain. */
  withoutSecrets(text: string): string {
    let rest = text;
    for (const remove of this.#secrets.values()) rest = remove(rest);
    return rest;
  }

  /** Adds an entry and returns its lines: a checkpoint may come before it. */
  add(entry: FlightEntry): string[] {
    const checkpoint = this.turnOver();
    return [...checkpoint, this.#append(entry)];
  }

  /**
   * Begins a new segment if the last one is full and a checkpoint is possible. Also called after each event of the machine: an idle
   * session has no other moment for it.
   */
  turnOver(): string[] {
    const isFull = this.#last.characters > this.#maxCharacters / SEGMENTS;
    const checkpoint = isFull ? this.#checkpoint() : undefined;
    if (!checkpoint) return [];
    this.#segments.push({ lines: [], characters: 0 });
    return [this.#append(checkpoint)];
  }

  get header(): string {
    const header: FlightHeader = {
      kind: 'flight',
      version: FLIGHT_VERSION,
      startedAt: this.#startedAt,
      dropped: this.#dropped,
    };
    return JSON.stringify(header);
  }

  get lines(): string[] {
    return this.#segments.flatMap((segment) => segment.lines);
  }

  get #last(): Segment {
    return this.#segments.at(-1) as Segment;
  }

  #append(entry: FlightEntry): string {
    const line = this.#write(entry);
    const characters = line.length + 1;
    this.#last.lines.push(line);
    this.#last.characters += characters;
    this.#characters += characters;
    while (this.#characters > this.#maxCharacters && this.#segments.length > 1) this.#dropOldest();
    return line;
  }

  #dropOldest(): void {
    const oldest = this.#segments.shift() as Segment;
    this.#characters -= oldest.characters;
    this.#dropped += oldest.lines.length;
  }

  #write(entry: FlightEntry): string {
    return JSON.stringify(entry, (_key, value: unknown) =>
      typeof value === 'string' ? this.withoutSecrets(value) : writeInfinity(value),
    );
  }
}
