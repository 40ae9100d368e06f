/** The setting for tests of the bindings: a microphone, a network and a server on one virtual clock. */
import { Observable } from 'rxjs';
import type { LiveTranscriptionOptions } from '../../src/index.ts';
import {
  count,
  Emulator,
  speakScript,
  toneRecogniser,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';

const RATE = 8_000;
const FRAME_MS = 100;
const FRAME = (RATE * FRAME_MS) / 1000;

/** Phrases of four words. */
const SPEECH = speakScript(
  count(0, 50).flatMap((phrase) => [{ say: count(phrase * 4 + 1, 4) }, { pauseMs: 600 }]),
  { sampleRate: RATE },
);

export class Stage {
  readonly clock = new VirtualClock();
  readonly server: Emulator;
  readonly network: VirtualNetwork;
  readonly options: LiveTranscriptionOptions;
  /** Microphones that are on. */
  microphonesOn = 0;
  #position = 0;

  constructor(recogniser = toneRecogniser) {
    this.server = new Emulator({ clock: this.clock, recogniser });
    this.network = new VirtualNetwork(this.server);
    this.options = {
      auth: { apiKey: 'key' },
      clock: this.clock,
      transport: this.network.transport,
      seed: 1,
      listen: { encoding: 'linear16', sample_rate: RATE, interim_results: true, endpointing: 300 },
    };
  }

  /** A speaker who says 0001, 0002, 0003 …, and continues when a microphone is opened again. */
  readonly microphone$ = new Observable<Uint8Array>((subscriber) => {
    this.microphonesOn += 1;
    let timer: unknown;
    const record = () => {
      timer = this.clock.setTimeout(record, FRAME_MS);
      const frame = SPEECH.slice(this.#position, (this.#position += FRAME));
      subscriber.next(new Uint8Array(frame.buffer));
    };
    record();
    return () => {
      this.microphonesOn -= 1;
      this.clock.clearTimeout(timer);
    };
  });

  /** Sockets that are open, or being opened. */
  get socketsOpen(): number {
    return this.network.liveLinks.length;
  }

  /** Lets time pass. */
  readonly wait = (seconds: number): Promise<void> => this.clock.advanceAsync(seconds * 1000);
}

/** `0001 0002` …, from 1 to `last`. */
export function wordsTo(last: number): string {
  return textOf(count(1, last).map((word) => ({ text: String(word).padStart(4, '0') })));
}

/** All of it as one text. */
export function textOf(lines: readonly { text: string }[]): string {
  return lines.map(({ text }) => text).join(' ');
}
