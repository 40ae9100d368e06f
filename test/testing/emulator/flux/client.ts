import { VirtualClock } from '../../../../src/testing/clock/virtual-clock.ts';
import type { Connection } from '../../../../src/testing/emulator/connection.ts';
import { Emulator } from '../../../../src/testing/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../../src/testing/emulator/options.ts';
import { encodePcm } from '../../../../src/testing/media/pcm.ts';

/** A message of the server as it is on the wire. */
export interface FluxMessage {
  type: string;
  sequence_id: number;
  event?: string;
  turn_index?: number;
  audio_window_start?: number;
  audio_window_end?: number;
  transcript?: string;
  words?: { word: string; confidence: number; start: number; end: number }[];
  end_of_turn_confidence?: number;
  trigger?: string;
  [field: string]: unknown;
}

export const SAMPLE_RATE = 8_000;
const QUERY = `model=flux-general-en&encoding=linear16&sample_rate=${SAMPLE_RATE}`;

/** A simple Flux client in virtual time: it sends what a test says, and records the messages. */
export class FluxClient {
  readonly clock = new VirtualClock();
  readonly emulator: Emulator;
  readonly connection: Connection;
  readonly texts: string[] = [];
  closed: { atMs: number; code: number } | undefined;

  constructor(
    query = '',
    options: EmulatorOptions = {},
    prepare: (emulator: Emulator) => void = () => undefined,
  ) {
    this.emulator = new Emulator({ clock: this.clock, ...options });
    prepare(this.emulator);
    const url = `/v2/listen?${query.includes('model=') ? query : `${QUERY}&${query}`}`;
    const outcome = this.emulator.handshake({ url, authorization: 'Token some-key' });
    if (outcome.kind !== 'accept') throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
    const end = (code: number) => (this.closed = { atMs: this.clock.now(), code });
    this.connection = this.emulator.open(outcome, {
      text: (json) => this.texts.push(json),
      binary: () => undefined,
      close: end,
      cut: () => end(1006),
      halfOpen: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
    });
  }

  /** Sends audio as a microphone would: so much at a time, in real time. */
  stream(audio: Int16Array, chunkMs = 20): void {
    const frame = (SAMPLE_RATE * chunkMs) / 1000;
    for (let at = 0; at < audio.length; at += frame) {
      this.connection.receiveBinary(encodePcm(audio.subarray(at, at + frame), 'linear16'));
      this.clock.advance(chunkMs);
    }
  }

  send(message: object): void {
    this.connection.receiveText(JSON.stringify(message));
  }

  get messages(): FluxMessage[] {
    return this.texts.map((text) => JSON.parse(text) as FluxMessage);
  }

  of(type: string): FluxMessage[] {
    return this.messages.filter((message) => message.type === type);
  }

  /** The TurnInfo messages of one event. */
  turns(event: string): FluxMessage[] {
    return this.of('TurnInfo').filter((message) => message.event === event);
  }

  /** State events in order, as `StartOfTurn 0`. */
  get story(): string[] {
    return this.of('TurnInfo')
      .filter(({ event }) => event !== 'Update')
      .map(({ event, turn_index: index, trigger }) =>
        [event, index, trigger].filter((each) => each !== undefined).join(' '),
      );
  }
}

export function silence(seconds: number): Int16Array {
  return new Int16Array(seconds * SAMPLE_RATE);
}
