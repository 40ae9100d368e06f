/** The voice agent, installed from the packed library, through a cut and an outage. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePcm, type EmulatorServer, speakScript, startEmulator } from '../../src/testing/index.ts';
import { Workshop } from './workshop.ts';

const FRAME_MS = 80;
const FRAME_BYTES = 2 * 16 * FRAME_MS;
const PATIENCE_MS = 40_000;

const workshop = new Workshop();
let emulator: EmulatorServer;
beforeAll(async () => {
  await workshop.install('agent');
  emulator = await startEmulator();
});
afterAll(async () => {
  workshop.close();
  await emulator.close();
});

test('it answers each turn once, through a cut, and not what was said long ago', async () => {
  const agent = spawn(process.execPath, ['agent.mjs', '-'], {
    cwd: workshop.folderOf('agent'),
    env: { ...process.env, DEEPGRAM_URL: emulator.url },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  createInterface({ input: agent.stdout }).on('line', (line) => said.push(line));
  const ended = new Promise<number | null>((resolve) => agent.on('exit', resolve));
  const until = async (line: string | RegExp) => {
    for (const atMs = Date.now(); Date.now() < atMs + PATIENCE_MS; await setTimeout(50)) {
      if (said.some((each) => each.match(line))) return;
    }
    throw new Error(`The agent never said ${String(line)}:\n${said.join('\n')}`);
  };
  const say = async (...words: number[]) => {
    const steps = [...words.map((word) => ({ say: [word] })), { pauseMs: 1_600 }];
    const audio = encodePcm(speakScript(steps, { sampleRate: 16_000 }), 'linear16');
    const startedAt = performance.now();
    for (let at = 0; at < audio.length; at += FRAME_BYTES) {
      agent.stdin.write(audio.subarray(at, at + FRAME_BYTES));
      await setTimeout(startedAt + (at / FRAME_BYTES + 1) * FRAME_MS - performance.now());
    }
  };

  await say(1, 2);
  await until('agent  You said 2 words, and the last was “0002”.');
  const cut = say(3, 4, 5);
  await setTimeout(1_000);
  emulator.cut();
  await cut;
  await until('agent  You said 3 words, and the last was “0005”.');
  // Unheard for so long, it is stale when it is heard.
  emulator.blackhole(8_000);
  await say(6, 7);
  await until(/said \d+ s ago: not answered/);
  agent.stdin.end();
  expect(await ended).toBe(0);
  expect(said.filter((line) => line.startsWith('user'))).toEqual([
    'user   0001 0002',
    'user   0003 0004 0005',
    'user   0006 0007',
  ]);
  expect(said.filter((line) => line.startsWith('agent'))).toHaveLength(2);
});
