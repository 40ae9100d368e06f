/** Shows the latest interims and the status of a session to readers of its store, a few times a second. */
import type { Outlet } from '../client/session-keeper.ts';
import type { Clock } from '../clock.ts';
import type { Transcript } from '../transcript/stitcher.ts';
import type { Json } from './audio-store.ts';
import { writeTranscript } from './stored-transcript.ts';

/** Readers poll about as often. */
const SHOW_MS = 200;

export class Showcase {
  readonly #clock: Clock;
  readonly #show: (shown: Json) => void;
  /** By channel. */
  readonly #interims = new Map<number, Json>();
  #phase = 'waiting';
  #timer: unknown;
  #isClosed = false;

  constructor(clock: Clock, show: (shown: Json) => void) {
    this.#clock = clock;
    this.#show = show;
  }

  /** The outlet, which is observed. */
  before(to: Outlet): Outlet {
    const next = (transcript: Transcript) => {
      to.transcripts.next(transcript);
      this.#transcript(transcript);
    };
    return { transcripts: { next }, utterances: to.utterances, turns: to.turns };
  }

  status(phase: string): void {
    this.#phase = phase;
    this.#later();
  }

  close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #transcript(transcript: Transcript): void {
    const { channel, final } = transcript;
    if (final) this.#interims.delete(channel);
    else this.#interims.set(channel, writeTranscript(transcript));
    this.#later();
  }

  #later(): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#show({ phase: this.#phase, interims: [...this.#interims.values()] });
    }, SHOW_MS);
  }
}
