/** A data plane between a clock, a socket and a listener that are not real, and all that it wrote and said, in order. */
import { expect } from 'vitest';
import { DataPlane, type DataPlaneListener, type DataPlaneSettings } from '../../src/audio/data-plane.ts';
import type { Socket } from '../../src/transports/transport.ts';
import { VirtualClock } from '../../src/testing/index.ts';

export const PATIENCE_MS = 5_000;

/** Four bytes are a millisecond. */
export const RAW = { kind: 'raw', sampleRate: 2_000, frameBytes: 2, silentByte: 0 } as const;
export const PACKETS = { kind: 'packets' } as const;
export const CONTAINER = { kind: 'container' } as const;

export const audio = (ms: number) => new Uint8Array(4 * ms);

/** A final of one word that takes all of it. */
export const final = (seconds: number, more: object = {}) =>
  JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    start: 0,
    duration: seconds,
    is_final: true,
    channel: { alternatives: [{ transcript: 'a', words: [{ word: 'a', start: 0, end: seconds }] }] },
    ...more,
  });

export class PlaneBench {
  readonly clock = new VirtualClock();
  /** All that was said and written, in order; audio as how much there is of it. */
  said: unknown[] = [];
  /** The audio that was written. */
  written: Uint8Array[] = [];
  readonly causes: unknown[] = [];
  readonly listener: DataPlaneListener;
  readonly socket: Socket & { bufferedAmount: number };

  constructor() {
    const say = (what: string) => () => void this.said.push(what);
    this.listener = {
      audioPending: say('pending'),
      audioIdle: say('idle'),
      stalled: say('stalled'),
      message: () => undefined,
      transcript: ({ text, start, end }) => this.said.push(`'${text}' ${start}–${end}`),
      utterance: ({ text, endedBy }) => this.said.push(`utterance '${text}' by ${endedBy}`),
      audioConfirmed: say('confirmed'),
      drained: say('drained'),
      notice: (code, evidence, cause) => {
        this.said.push({ [code]: evidence });
        if (cause !== undefined) this.causes.push(cause);
      },
    };
    this.socket = {
      bufferedAmount: 0,
      send: (message) => {
        this.said.push(typeof message === 'string' ? message : `${message.length} bytes`);
        if (typeof message !== 'string') this.written.push(message);
      },
      close: () => expect.unreachable(),
      terminate: () => expect.unreachable(),
    };
  }

  build(settings: Partial<DataPlaneSettings> = {}): DataPlane {
    const defaults: DataPlaneSettings = {
      clock: this.clock,
      format: RAW,
      log: { maxSeconds: 60, maxBytes: 1e6 },
      keepAliveMs: 3_000,
      stallMs: 10_000,
      drainMs: 10_000,
      finalizeMs: 1_500,
      finalizeAfterMs: Infinity,
      primerMs: 0,
      catchUp: 'all',
      catchUpRate: 1.5,
    };
    return new DataPlane({ ...defaults, ...settings }, this.listener);
  }

  /** With a connection, on which some audio has gone out. */
  buildLive(sentMs: number): DataPlane {
    const plane = this.build();
    plane.attach(this.socket);
    plane.accept(audio(sentMs));
    return plane;
  }

  /** With the code for it, which is loaded when it is needed. */
  async buildLoaded(format: typeof PACKETS | typeof CONTAINER, settings = {}): Promise<DataPlane> {
    const plane = this.build({ ...settings, format });
    await plane.read(PATIENCE_MS);
    return plane;
  }

  /** All that is said and written meanwhile. */
  during(act: () => unknown): unknown[] {
    this.said = [];
    act();
    return this.said;
  }
}
