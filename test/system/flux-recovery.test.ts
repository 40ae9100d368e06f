/**
 * How soon an interrupted turn continues, compared with a perfect client, which reconnects at once and replays at the highest
 * pace.
 */
import { expect, test } from 'vitest';
import { createLiveTranscription, type Socket } from '../../src/index.ts';
import { Emulator, numberedRecogniser, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';
import { settle } from './clocks.ts';
import { bytesOf, RATE, sampleOf } from './voice.ts';

const LISTEN = { model: 'flux-general-en', encoding: 'linear16', sample_rate: RATE } as const;
const FRAME_MS = 20;
const FRAME_SAMPLES = (RATE * FRAME_MS) / 1000;
/** Deepgram takes no more. */
const PERFECT_PACE = 1.25;
const GOAL_MS = 150;

/** Turns of 4 s, with 2 s of silence behind each. */
function frameAt(frame: number): Uint8Array {
  const turnFrames = 6_000 / FRAME_MS;
  const inTurn = frame % turnFrames;
  const spoken = Math.floor(frame / turnFrames) * 200 + inTurn;
  const isSilent = inTurn >= 4_000 / FRAME_MS;
  const samples = Array.from({ length: FRAME_SAMPLES }, (_, index) =>
    isSilent ? 0 : sampleOf(spoken * FRAME_SAMPLES + index),
  );
  return bytesOf(Int16Array.from(samples));
}

interface Message {
  event?: string;
  transcript?: string;
  audio_window_end?: number;
}

interface Client {
  network: VirtualNetwork;
  send(audio: Uint8Array): void;
  /** When words first came on the second connection. */
  recoveredAt(): number | undefined;
  end(): void;
}

function networkOf(clock: VirtualClock): VirtualNetwork {
  const server = new Emulator({ clock, recogniser: numberedRecogniser, fluxSampleRate: 'any' });
  return new VirtualNetwork(server, { latencyMs: 20, handshakeDelayMs: 160 });
}

function ours(clock: VirtualClock, seed: number): Client {
  const network = networkOf(clock);
  const { transport } = network;
  const live = createLiveTranscription({ auth: { apiKey: 'a-key' }, listen: LISTEN, clock, seed, transport });
  let recoveredAt: number | undefined;
  live.turns$.subscribe(({ connection }) => {
    if (connection === 2) recoveredAt ??= clock.now();
  });
  return {
    network,
    send: (audio) => void live.send(audio),
    recoveredAt: () => recoveredAt,
    end: () => live.abort(),
  };
}

function perfect(clock: VirtualClock): Client {
  const network = networkOf(clock);
  const frames: Uint8Array[] = [];
  let socket: Socket | undefined;
  let connections = 0;
  let next = 0;
  /** The first frame that may hold a word of no turn that has ended; of the connection, the first that it got. */
  let confirmed = 0;
  let origin = 0;
  let mayGoAt = 0;
  let timer: unknown;
  let recoveredAt: number | undefined;
  const pump = () => {
    if (!socket) return;
    for (; next < frames.length; next += 1) {
      if (clock.now() < mayGoAt) {
        timer = clock.setTimeout(pump, mayGoAt - clock.now());
        return;
      }
      mayGoAt = Math.max(mayGoAt, clock.now()) + FRAME_MS / PERFECT_PACE;
      socket.send(frames[next]!);
    }
  };
  const connect = () => {
    const opening = network.transport(
      {
        url: `wss://api.deepgram.com/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=${RATE}`,
        credentials: { scheme: 'token', value: 'a-key' },
      },
      {
        opened: () => {
          socket = opening;
          connections += 1;
          next = origin = confirmed;
          mayGoAt = clock.now();
          clock.clearTimeout(timer);
          pump();
        },
        message: (text) => {
          const { event, transcript, audio_window_end: end = 0 } = JSON.parse(text) as Message;
          // In silence no word can begin any more a second before the window's end.
          const settledTo =
            event === 'EndOfTurn' ? end : event === 'Update' && transcript === '' ? end - 1 : 0;
          confirmed = Math.max(confirmed, origin + Math.floor((settledTo * 1000) / FRAME_MS));
          if (connections === 2 && transcript) recoveredAt ??= clock.now();
        },
        binary: () => undefined,
        ended: () => {
          socket = undefined;
          connect();
        },
      },
    );
  };
  connect();
  return {
    network,
    send: (audio) => {
      frames.push(audio);
      pump();
    },
    recoveredAt: () => recoveredAt,
    end: () => {
      clock.clearTimeout(timer);
      network.offline = true;
    },
  };
}

test('the first words of the interrupted turn come within 150 ms of a perfect client’s, wherever it was cut', async () => {
  const clock = new VirtualClock();
  // Into the third turn, from its first word to the silence in which it ends.
  const trials = Array.from({ length: 12 }, (_, index) => ({
    cutAt: 12_800 + index * 350,
    clients: [ours(clock, index), perfect(clock)] as const,
    cutMs: NaN,
  }));
  for (let frame = 0; frame * FRAME_MS < 24_000; frame += 1) {
    const audio = frameAt(frame);
    clock.advance(FRAME_MS);
    await settle();
    for (const trial of trials) {
      for (const client of trial.clients) client.send(audio);
      if (!(clock.now() >= trial.cutAt) || trial.cutMs > 0) continue;
      trial.cutMs = clock.now();
      for (const { network } of trial.clients) network.cut();
    }
  }
  const excess = trials.map(({ clients: [own, ideal] }) => own.recoveredAt()! - ideal.recoveredAt()!);
  for (const { clients } of trials) for (const client of clients) client.end();
  expect(Math.max(...excess)).toBeLessThan(GOAL_MS);
  // A client that were late by its design would be late each time.
  expect(excess.reduce((sum, each) => sum + each, 0) / excess.length).toBeLessThan(GOAL_MS / 2);
});
