/**
 * Reads audio and requests from a store for the session that owns them: those of the previous owner, and those that a writer
 * adds.
 */
import type { LiveTranscription } from '../client/live-transcription.ts';
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { Clock } from '../clock.ts';
import type { ListenChange } from '../protocol/configure.ts';
import { behind } from './audio-feed.ts';
import type { AudioStore, StoredAudio, StoredBlock, StoredRequest } from './audio-store.ts';
import { fieldsOf, readState } from './session-record.ts';
import type { StoreCalls } from './store-calls.ts';

/** Time between two reads: less than half a block. */
const POLL_MS = 100;

/** Nothing is read while this much audio waits to be sent: it stays in the store. */
const READ_BELOW_MS = 2_000;

/** Eight seconds of 16 kHz linear16. */
const READ_BYTES = 256 * 1024;

/** A writer without audio for this long is gone, or its session is claimed again when audio comes. */
const IDLE_MS = 60_000;

export interface StoredSourceSettings {
  store: AudioStore;
  calls: StoreCalls;
  clock: Clock;
  id: string;
  timeline: AudioTimeline;
  live: LiveTranscription;
  report: (error: unknown) => void;
}

type Pass = (bytes: Uint8Array, capturedAt: number | undefined) => void;

export class StoredSource {
  readonly #settings: StoredSourceSettings;
  #lastRequest: number;
  /** Requests that were begun, with their positions. */
  readonly #begun: { seq: number; position: number }[] = [];
  #doneRequest: number;

  constructor(settings: StoredSourceSettings, doneRequest: number) {
    this.#settings = settings;
    this.#lastRequest = doneRequest;
    this.#doneRequest = doneRequest;
  }

  /** The last request before which no audio must be sent again. */
  get doneRequest(): number {
    const { frontier } = this.#settings.timeline;
    while (this.#begun[0] && this.#begun[0].position <= frontier)
      this.#doneRequest = this.#begun.shift()?.seq ?? 0;
    return this.#doneRequest;
  }

  /** Reads everything that the store has. */
  async readAll(pass: Pass): Promise<void> {
    for (;;) {
      const before = this.#settings.timeline.end;
      const audio = await this.#read();
      if (!audio) return;
      const isRead = audio.blocks.length === 0;
      this.#take(audio, pass, isRead);
      if (isRead || this.#settings.timeline.end === before) return;
    }
  }

  /** Continues to read; resolves when the writer has sent nothing for long and everything is confirmed. */
  async follow(pass: Pass): Promise<void> {
    const { calls, clock, timeline, live } = this.#settings;
    let activeAt = clock.now();
    while (!calls.isOver) {
      await calls.sleep(POLL_MS);
      if (live.backlogMs >= READ_BELOW_MS) continue;
      const before = timeline.end;
      const audio = await this.#read();
      if (!audio) return;
      this.#take(audio, pass, audio.blocks.length === 0);
      if (timeline.end > before || timeline.hasPending) activeAt = clock.now();
      else if (clock.now() - activeAt >= IDLE_MS) return;
    }
  }

  async #read(): Promise<StoredAudio | undefined> {
    const { store, calls, id, timeline } = this.#settings;
    const from = timeline.end;
    const result = await calls.untilAnswered(() => store.read(id, from, this.#lastRequest, READ_BYTES));
    return result?.answer;
  }

  /** Requests have their positions between the samples. `isLast`: after the blocks there is only missing audio. */
  #take({ blocks, end, requests }: StoredAudio, pass: Pass, isLast: boolean): void {
    const { timeline, calls } = this.#settings;
    let at = 0;
    for (const request of requests) {
      for (; at < blocks.length && (blocks[at] as StoredBlock).end <= request.position; at += 1)
        this.#pass(blocks[at] as StoredBlock, Infinity, pass);
      const block = blocks[at];
      if (block && block.position < request.position) this.#pass(block, request.position, pass);
      if (isLast && at === blocks.length) this.#miss(Math.min(end, request.position));
      // Audio before it has not been read yet.
      if (timeline.end < request.position) return;
      this.#carryOut(request);
      if (calls.isOver) return;
    }
    for (; at < blocks.length; at += 1) this.#pass(blocks[at] as StoredBlock, Infinity, pass);
    if (isLast) this.#miss(end);
  }

  #pass(block: StoredBlock, to: number, pass: Pass): void {
    const { timeline } = this.#settings;
    const rest = behind(block, timeline.end, timeline.rate);
    if (!rest || rest.position >= to) return;
    this.#miss(rest.position);
    const sampleBytes = rest.bytes.byteLength / (rest.end - rest.position);
    pass(rest.bytes.subarray(0, (Math.min(to, rest.end) - rest.position) * sampleBytes), rest.capturedAt);
  }

  /** The store does not have the audio before `position`. */
  #miss(position: number): void {
    const { timeline } = this.#settings;
    const start = timeline.end;
    if (position <= start) return;
    timeline.ledger.accept(position - start);
    timeline.drop({ start, end: position, reason: 'missing' });
    timeline.announce();
  }

  #carryOut({ seq, position, data }: StoredRequest): void {
    const { live, report } = this.#settings;
    const { kind, channel, change } = fieldsOf(data);
    this.#lastRequest = seq;
    if (kind === 'end') {
      void live.close();
      return;
    }
    this.#begun.push({ seq, position });
    if (kind === 'finalize')
      void live.finalize(typeof channel === 'number' ? channel : undefined).catch(report);
    if (kind === 'configure') void live.configure(changeOf(change)).catch(report);
  }
}

/** Checked like the changes of a stored state. */
function changeOf(change: StoredRequest['data'] | undefined): ListenChange {
  return readState({ configured: change ?? null }).configured;
}
