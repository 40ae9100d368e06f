import { VirtualClock } from '../../../src/testing/clock/virtual-clock.ts';
import type { Connection } from '../../../src/testing/emulator/connection.ts';
import { Emulator } from '../../../src/testing/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../src/testing/emulator/options.ts';
import { encodePcm } from '../../../src/testing/media/pcm.ts';

/** Any message of the server, loosely typed: the tests check the messages themselves, not our types. */
export interface Message {
  type: string;
  is_final?: boolean;
  speech_final?: boolean;
  from_finalize?: boolean;
  start?: number;
  duration?: number;
  channel_index?: number[];
  channel?: { alternatives: { transcript: string; words: { word: string; start: number; end: number }[] }[] };
  [field: string]: unknown;
}

export const SAMPLE_RATE = 8_000;
const QUERY = `encoding=linear16&sample_rate=${SAMPLE_RATE}&model=nova-3`;

/** A simple client of the emulator's core, in virtual time: it sends what a test says. */
export class BareClient {
  readonly clock: VirtualClock;
  readonly emulator: Emulator;
  readonly connection: Connection;
  readonly messages: Message[] = [];
  readonly texts: string[] = [];
  binaryCount = 0;
  /** Whether the server reads what is sent. */
  isRead = true;
  closed: { atMs: number; code: number; reason: string } | undefined;

  constructor(
    query = '',
    options: EmulatorOptions = {},
    prepare: (emulator: Emulator) => void = () => undefined,
  ) {
    this.clock = new VirtualClock();
    this.emulator = new Emulator({ clock: this.clock, ...options });
    prepare(this.emulator);
    const url = `/v1/listen?${query.includes('encoding=') || query.startsWith('container') ? query : `${QUERY}&${query}`}`;
    const outcome = this.emulator.handshake({ url, authorization: 'Token some-key' });
    if (outcome.kind !== 'accept')
      throw new Error(`the handshake was not accepted: ${JSON.stringify(outcome)}`);
    this.connection = this.emulator.open(outcome, {
      text: (json) => {
        this.texts.push(json);
        if (!json.startsWith('{"type":"')) return;
        try {
          const message: unknown = JSON.parse(json);
          if (isMessage(message)) this.messages.push(message);
        } catch {
          // Broken on purpose.
        }
      },
      binary: () => (this.binaryCount += 1),
      close: (code, reason) => (this.closed = { atMs: this.clock.now(), code, reason }),
      cut: () => (this.closed = { atMs: this.clock.now(), code: 1006, reason: '' }),
      halfOpen: () => undefined,
      pause: () => (this.isRead = false),
      resume: () => (this.isRead = true),
    });
  }

  /** Sends audio as a microphone would: 20 ms every 20 ms. */
  stream(audio: Int16Array, samplesPerSecond = SAMPLE_RATE): void {
    const frame = Math.round(samplesPerSecond / 50);
    for (let at = 0; at < audio.length; at += frame) {
      this.connection.receiveBinary(encodePcm(audio.subarray(at, at + frame), 'linear16'));
      this.clock.advance(20);
    }
  }

  /** Sends it all at one moment. */
  burst(audio: Int16Array): void {
    this.connection.receiveBinary(encodePcm(audio, 'linear16'));
  }

  send(message: object): void {
    this.connection.receiveText(JSON.stringify(message));
  }

  /** Waits, holding the connection with a KeepAlive every three seconds. */
  keepAlive(forMs: number): void {
    for (let waited = 0; waited < forMs && !this.closed; waited += 3_000) {
      this.send({ type: 'KeepAlive' });
      this.clock.advance(Math.min(3_000, forMs - waited));
    }
  }

  of(type: string): Message[] {
    return this.messages.filter((message) => message.type === type);
  }

  get finals(): Message[] {
    return this.of('Results').filter((message) => message.is_final);
  }

  get interims(): Message[] {
    return this.of('Results').filter((message) => !message.is_final);
  }

  words(channel = 0): string[] {
    const finals = this.finals.filter((final) => final.channel_index?.[0] === channel);
    return finals.flatMap((final) => wordsOf(final));
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'type' in value;
}

export function wordsOf(message: Message): string[] {
  return (message.channel?.alternatives[0]?.words ?? []).map((word) => word.word);
}

export function spelled(numbers: readonly number[]): string[] {
  return numbers.map((number) => String(number).padStart(4, '0'));
}

export function silence(seconds: number): Int16Array {
  return new Int16Array(seconds * SAMPLE_RATE);
}
