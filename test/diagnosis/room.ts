/** A session in virtual time whose notices are recorded. */
import { expect } from 'vitest';
import type { Notice, NoticeCode } from '../../src/diagnosis/notices.ts';
import { createLiveTranscription, type LiveTranscriptionOptions } from '../../src/index.ts';
import {
  count,
  Emulator,
  type EmulatorOptions,
  speak,
  toneRecogniser,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';

// Loaded lazily in apps; virtual time does not wait for a module.
await import('../../src/audio/container-framing.ts');

export const RATE = 16_000;
export const SPEECH = new Uint8Array(speak(count(1, 200), { sampleRate: RATE }).buffer);

export interface Setting extends Partial<Omit<LiveTranscriptionOptions, 'clock' | 'transport'>> {
  server?: EmulatorOptions;
}

/** A session, and what it has to say of itself. */
export class Room {
  readonly clock = new VirtualClock();
  readonly server: Emulator;
  readonly network: VirtualNetwork;
  readonly live: ReturnType<typeof createLiveTranscription>;
  readonly notices: Notice[] = [];
  /** What becomes of the server's messages on their way. */
  rewrite = (text: string): string => text;
  #toClient: ((text: string) => void) | undefined;
  #at = 0;

  constructor({ server, listen, ...options }: Setting = {}) {
    clock = this.clock;
    this.server = new Emulator({ clock: this.clock, recogniser: toneRecogniser, ...server });
    this.network = new VirtualNetwork(this.server);
    this.live = createLiveTranscription({
      auth: { apiKey: 'a-key' },
      seed: 1,
      ...options,
      listen: {
        model: 'nova-3',
        encoding: 'linear16',
        sample_rate: RATE,
        interim_results: true,
        endpointing: 300,
        ...listen,
      },
      clock: this.clock,
      transport: (request, handlers) => {
        this.#toClient = (text) => handlers.message(text);
        // The emulator decodes no Opus, and need not: nothing here depends on what it hears.
        const url = request.url.replace('encoding=opus', 'encoding=linear16');
        const message = (text: string) => handlers.message(this.rewrite(text));
        return this.network.transport({ ...request, url }, { ...handlers, message });
      },
    });
    this.live.notices$.subscribe((notice) => this.notices.push(notice));
  }

  /** The server says something of its own. */
  say(message: object): void {
    this.#toClient?.(JSON.stringify(message));
  }

  async wait(seconds: number): Promise<void> {
    await this.clock.advanceAsync(seconds * 1000);
  }

  /** Sends audio at real time, `hurry` times as fast, `chunkMs` of it at once. */
  async play(seconds: number, { chunkMs = 20, hurry = 1, sound = (bytes: Uint8Array) => bytes } = {}) {
    const chunkBytes = Math.round((RATE * chunkMs) / 1000) * 2;
    for (let left = seconds * 1000; left > 0; left -= chunkMs) {
      await this.wait(chunkMs / hurry / 1000);
      const from = this.#at % (SPEECH.byteLength - chunkBytes);
      this.live.send(sound(SPEECH.slice(from, from + chunkBytes)));
      this.#at += chunkBytes;
    }
  }

  of(code: NoticeCode, stage?: Notice['stage']): Notice[] {
    return this.notices.filter((notice) => notice.code === code && (!stage || notice.stage === stage));
  }

  async end(): Promise<void> {
    this.live.abort();
    await this.wait(60);
    expect(this.clock.pendingTimers, 'timers that outlive the session').toBe(0);
  }
}

/** The clock of the room that is being played in. */
let clock = new VirtualClock();

export function later<Value>(value: Value, delayMs: number): Promise<Value> {
  return new Promise((resolve) => clock.setTimeout(() => resolve(value), delayMs));
}
