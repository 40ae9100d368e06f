/** Apps written after the README of `@deepgram/sdk`, unchanged but for the transport, on a virtual network. */
import { DeepgramClient } from '@deepgram/sdk';
import { resilientTransport, type ResilientTransportOptions } from '../../src/adapters/deepgram-sdk.ts';
import type { LiveTranscription } from '../../src/index.ts';
import {
  Emulator,
  type EmulatorOptions,
  numberedRecogniser,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';
import { CYCLE_SAMPLES, RATE, sampleOf, WORD_SAMPLES } from '../system/voice.ts';

export interface Message {
  type: string;
  start?: number;
  duration?: number;
  is_final?: boolean;
  event?: string;
  transcript?: string;
  turn_index?: number;
  words?: { word: string; start?: number; end?: number }[];
  channel?: { alternatives: { transcript: string; words: { word: string; start: number; end: number }[] }[] };
  [field: string]: unknown;
}

const STEP_MS = 20;

/** A virtual network with a client of the SDK on it. */
export function stage(
  options: ResilientTransportOptions = {},
  server: EmulatorOptions = {},
  app: ConstructorParameters<typeof DeepgramClient>[0] = {},
) {
  const clock = new VirtualClock();
  const emulator = new Emulator({ clock, recogniser: numberedRecogniser, ...server });
  const network = new VirtualNetwork(emulator);
  const sessions: LiveTranscription[] = [];
  const transportFactory = resilientTransport({
    seed: 1,
    ...options,
    clock,
    transport: network.transport,
    onSession: (live) => sessions.push(live),
  });
  const client = new DeepgramClient({ apiKey: 'dg-secret-7f3a9c', transportFactory, ...app });
  /** Advances the time and settles promises. */
  const wait = async (seconds: number) => {
    for (let leftMs = seconds * 1000; leftMs > 1e-6; leftMs -= STEP_MS) {
      await clock.advanceAsync(Math.min(leftMs, STEP_MS));
    }
  };
  let position = 0;
  const next = (samples: number) => {
    const audio = Int16Array.from({ length: samples }, (_, index) => sampleOf(position + index));
    position += samples;
    return new Uint8Array(audio.buffer);
  };
  return {
    clock,
    emulator,
    network,
    sessions,
    client,
    wait,
    next,
    /** The next seconds of the speech, in real time. */
    speak: async (seconds: number, send: (audio: Uint8Array<ArrayBuffer>) => void) => {
      for (let left = Math.round(seconds * RATE); left > 0; left -= STEP_MS) {
        await clock.advanceAsync(STEP_MS);
        send(next((RATE * STEP_MS) / 1000));
      }
    },
    /** The rest of the word and the gap after it. */
    finishWord: (send: (audio: Uint8Array<ArrayBuffer>) => void) =>
      send(next(CYCLE_SAMPLES - (position % CYCLE_SAMPLES))),
    spoken: () =>
      Array.from(
        { length: Math.floor((position + CYCLE_SAMPLES - WORD_SAMPLES) / CYCLE_SAMPLES) },
        (_, index) => ({
          word: String(index + 1).padStart(4, '0'),
          start: (index * CYCLE_SAMPLES) / RATE,
        }),
      ),
    until: async (isSo: () => boolean, withinSeconds = 120) => {
      for (let left = withinSeconds; left > 0 && !isSo(); left -= STEP_MS / 1000) await wait(STEP_MS / 1000);
      if (!isSo()) throw new Error(`It was not so within ${withinSeconds} s.`);
    },
  };
}

/** The events that a connection of the SDK gives its app. */
export function listenTo(connection: {
  on(event: 'open' | 'close' | 'error' | 'message', callback: (value?: never) => void): void;
}) {
  const heard = { opens: 0, messages: [] as Message[], errors: [] as unknown[], closes: [] as unknown[] };
  connection.on('open', () => void (heard.opens += 1));
  connection.on('message', (message) => heard.messages.push(message as unknown as Message));
  connection.on('error', (error) => heard.errors.push(error));
  connection.on('close', (event) => heard.closes.push(event));
  return heard;
}

/** The words of all final results. */
export function finalWords(messages: readonly Message[]) {
  return messages
    .filter(({ type, is_final }) => type === 'Results' && is_final)
    .flatMap(({ channel }) => channel?.alternatives[0]?.words ?? []);
}

export const LISTEN_V1 = {
  model: 'nova-3',
  language: 'en',
  encoding: 'linear16',
  sample_rate: RATE,
  interim_results: 'true',
  endpointing: 300,
} as const;
