/** The relay example, installed from the packed library, with a real Redis; either process is killed. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { count, type EmulatorServer, encodePcm, speak, startEmulator } from '../../src/testing/index.ts';
import { NO_REDIS, RedisServer } from '../store/redis-server.ts';
import { Workshop } from './workshop.ts';

const SAMPLE_RATE = 16_000;
const FRAME_MS = 100;

interface Caption {
  seq?: number;
  text: string;
  final: boolean;
}

describe.skipIf(NO_REDIS)(`the relay${NO_REDIS ? `: ${NO_REDIS}` : ''}`, () => {
  const workshop = new Workshop();
  let redis: RedisServer;
  let emulator: EmulatorServer;
  let environment: Record<string, string>;
  let url: string;
  const transcribers: { child: ChildProcess; said: string }[] = [];

  beforeAll(async () => {
    await workshop.install('relay');
    redis = await RedisServer.start();
    emulator = await startEmulator();
    environment = { REDIS_URL: redis.url, DEEPGRAM_URL: emulator.url, DEEPGRAM_API_KEY: 'any-key-will-do' };
    url = await workshop.serve('relay', 'node', ['ingest.mjs'], environment);
    transcriber();
    transcriber();
  });
  afterAll(async () => {
    workshop.close();
    await emulator.close();
    await redis.dispose();
  });

  function transcriber(): void {
    const child = workshop.start('relay', 'node', ['transcriber.mjs'], environment);
    const each = { child, said: '' };
    child.stdout?.on('data', (text: Buffer) => (each.said += text.toString()));
    transcribers.push(each);
  }

  /** Speaks words in real time; answers the texts of the finals, in the order of their numbers. */
  async function speakTo(id: string, words: number, during: (atMs: number) => void): Promise<string[]> {
    const audio = encodePcm(speak(count(1, words), { sampleRate: SAMPLE_RATE }), 'linear16');
    const finals: string[] = [];
    const socket = new WebSocket(`${url.replace('http', 'ws')}/calls/${id}`);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.on('open', resolve));
    socket.on('message', (data: Buffer) => {
      const { seq, text, final } = JSON.parse(data.toString()) as Caption;
      if (final && seq !== undefined) finals[seq - 1] = text;
    });
    const bytesPerFrame = (FRAME_MS * SAMPLE_RATE * 2) / 1000;
    const startedAt = performance.now();
    for (let at = 0; at < audio.length; at += bytesPerFrame) {
      during((at / bytesPerFrame) * FRAME_MS);
      socket.send(audio.subarray(at, at + bytesPerFrame));
      await setTimeout(Math.max(0, startedAt + (at / bytesPerFrame + 1) * FRAME_MS - performance.now()));
    }
    socket.send('end');
    await closed;
    return finals.flatMap((text) => text.split(' '));
  }

  const ownerOf = (id: string) => transcribers.find(({ said }) => said.includes(`${id}: owned by`));
  const words = (length: number) => count(1, length).map((number) => String(number).padStart(4, '0'));

  test.each([
    ['killed', 'SIGKILL'],
    ['asked to end', 'SIGTERM'],
  ] as const)(
    'a transcriber that is %s in mid-speech is replaced, and no word is lost',
    async (_, signal) => {
      const id = `call-${signal}`;
      let isDone = false;
      const heard = await speakTo(id, 20, (atMs) => {
        const owner = ownerOf(id);
        if (isDone || atMs < 4_000 || !owner) return;
        isDone = true;
        owner.child.kill(signal);
        transcriber();
      });
      expect(isDone).toBe(true);
      expect(heard).toEqual(words(20));
    },
  );
});
