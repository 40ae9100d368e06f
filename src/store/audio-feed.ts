/**
 * Copies audio from the log of a session to the store, in blocks, outside the hot path. It reads the log with a cursor, as a link
 * does. So the log's cap bounds the audio that waits for the store, and audio that was confirmed or dropped meanwhile is not
 * sent.
 */
import type { AudioReader, AudioTimeline } from '../audio/audio-timeline.ts';
import type { FrameSink } from '../audio/framing.ts';
import { giveBackSlab, type Slab, takeSlab } from '../audio/slabs.ts';
import type { Clock } from '../clock.ts';
import type { Appended, StoredBlock } from './audio-store.ts';
import type { Written } from './ownership.ts';

/** With the time of the call, a crash of this process loses the audio accepted in the last 250 ms at most. A little more than two frames of 100 ms. */
const BLOCK_MS = 210;

/** After an outage blocks are longer, so there are fewer. */
const LONGEST_BLOCK_SECONDS = 2;

/** The precision of capture times from a source. */
const ROUNDING_MS = 20;

export interface AudioFeedSettings {
  clock: Clock;
  timeline: AudioTimeline;
  /** Bytes of one position. */
  frameBytes: number;
  /** Appends a block; `undefined` if that is no longer useful. */
  append: (block: StoredBlock) => Promise<Written<Appended> | undefined>;
  /** Confirms audio that was dropped or covered before it was appended. */
  confirm(position: number): Promise<void>;
  /** The store has the block. */
  appended(answer: Appended): void;
  /** The store has lost acknowledged audio between the two positions. */
  forgotten(start: number, end: number): void;
}

/** A block in memory that is used again when the store has it. */
interface Copy {
  block: StoredBlock;
  slab: Slab;
}

export class AudioFeed implements FrameSink {
  readonly #settings: AudioFeedSettings;
  /** Its cursor in the log. Without a link it is the log's reader: audio on its way to the store counts as sent. */
  readonly cursor: AudioReader = { frameIndex: 0, nextPosition: 0, audioAdded: () => {} };
  #timer: unknown;
  #sending: Promise<void> | undefined;
  /** The end of the store's audio, from its last answer. */
  #storedTo = 0;
  #isClosed = false;

  constructor(settings: AudioFeedSettings) {
    this.#settings = settings;
  }

  get capturedAt(): number | undefined {
    return this.#settings.timeline.capturedAt;
  }

  set capturedAt(at: number | undefined) {
    this.#settings.timeline.capturedAt = at;
  }

  setFormat(rate: number, frameBytes: number): void {
    this.#settings.timeline.setFormat(rate, frameBytes);
  }

  append(bytes: Uint8Array, samples: number, now: number): void {
    this.#settings.timeline.append(bytes, samples, now, true);
    if (this.#timer === undefined && !this.#sending) this.#wait(BLOCK_MS);
  }

  /** The store has everything before `position`. */
  startAt(position: number): void {
    this.cursor.frameIndex = 0;
    this.cursor.nextPosition = position;
    this.#storedTo = position;
  }

  /** Resolves when the store has everything accepted so far. */
  async flush(): Promise<void> {
    await this.#sending;
    this.#settings.clock.clearTimeout(this.#timer);
    await this.#send();
  }

  close(): void {
    this.#isClosed = true;
    this.#settings.clock.clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    this.#timer = this.#settings.clock.setTimeout(() => void this.#send(), ms);
  }

  #send(): Promise<void> {
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    const { clock, timeline } = this.#settings;
    let hasAll = false;
    let cutAt: number | undefined;
    for (let copy = this.#next(); copy; copy = hasAll ? undefined : this.#next()) {
      const { block, slab } = copy;
      hasAll = this.cursor.nextPosition >= timeline.end;
      cutAt = clock.now();
      // If this process died between the two, audio covered by unconfirmed finals would be a hole.
      if (block.position > this.#storedTo) await this.#settings.confirm(block.position);
      let isInUse = false;
      for (let rest: StoredBlock | undefined = block; rest; ) {
        const written: Written<Appended> | undefined = await this.#settings.append(rest);
        // A call that was given up may still read the memory of the block.
        isInUse ||= written?.tries !== 1;
        // No longer useful: the cursor has moved.
        if (!written) break;
        const { answer } = written;
        if (this.#mustStop()) return;
        if (answer.previousEnd < this.#storedTo) this.#settings.forgotten(answer.previousEnd, this.#storedTo);
        this.#storedTo = answer.end;
        this.#settings.appended(answer);
        rest = behind(rest, answer.end, timeline.rate);
      }
      if (!isInUse) giveBackSlab(slab);
    }
    if (this.#mustStop() || cutAt === undefined) return;
    // Audio that came while the last block was on its way is younger than that block.
    if (timeline.end > this.cursor.nextPosition) this.#wait(Math.max(0, cutAt + BLOCK_MS - clock.now()));
  }

  /** A call to the store may have closed it. */
  #mustStop(): boolean {
    return this.#isClosed;
  }

  /** A copy of the next audio in the log, up to the next gap in its capture times. */
  #next(): Copy | undefined {
    if (this.#isClosed) return undefined;
    const { timeline, frameBytes } = this.#settings;
    const cursor = this.cursor;
    const parts: Uint8Array[] = [];
    let position = 0;
    let end = 0;
    let capturedAt: number | undefined;
    for (let frame = timeline.next(cursor); frame; frame = timeline.next(cursor)) {
      if (frame.end <= cursor.nextPosition) continue;
      const start = Math.max(frame.start, cursor.nextPosition);
      const at = timeline.wallTimeOf(start);
      if (parts.length === 0) {
        position = end = start;
        capturedAt = at;
      }
      const seconds = (start - position) / timeline.rate;
      const isJump = Math.abs((at ?? 0) - (capturedAt ?? 0) - seconds * 1000) > ROUNDING_MS;
      if (start !== end || seconds >= LONGEST_BLOCK_SECONDS || isJump) break;
      parts.push(frame.part((start - frame.start) * frameBytes, 0));
      end = frame.end;
      timeline.advance(cursor, end);
    }
    if (parts.length === 0) return undefined;
    const slab = slabOf(parts);
    return { block: { position, end, bytes: slab.bytes.subarray(0, slab.used), capturedAt }, slab };
  }
}

/** The part of a block that begins at `position`. */
export function behind(block: StoredBlock, position: number, rate: number): StoredBlock | undefined {
  if (position >= block.end) return undefined;
  if (position <= block.position) return block;
  const skipped = position - block.position;
  const capturedAt = block.capturedAt === undefined ? undefined : block.capturedAt + (skipped * 1000) / rate;
  const bytes = block.bytes.subarray((skipped * block.bytes.byteLength) / (block.end - block.position));
  return { ...block, position, bytes, capturedAt };
}

/** Reused, as that of the log: new memory that lives until the store has answered is costly to collect. */
function slabOf(parts: readonly Uint8Array[]): Slab {
  const byteLength = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const slab = takeSlab(byteLength);
  for (const part of parts) slab.add(part);
  return slab;
}
