/** A separate process, written like Deepgram's documentation; only the address points it at the emulator. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { count, encodePcm, speak, startEmulator } from '../../src/testing/index.ts';

async function run(
  url: string,
  apiKey: string,
  audio: Uint8Array,
): Promise<{ lines: string[]; exitCode: number }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'plain-ws.mjs')], {
    env: { ...process.env, DEEPGRAM_URL: url, DEEPGRAM_API_KEY: apiKey },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stdin.end(audio);
  const exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  return { lines: printed.trim().split('\n'), exitCode };
}

const audio = encodePcm(speak(count(1, 4), { sampleRate: 16_000 }), 'linear16');

test('a plain WebSocket program streams, is transcribed, and is closed with 1000', async () => {
  await using emulator = await startEmulator({ maxPace: Infinity });
  const { lines, exitCode } = await run(emulator.url, 'some-key', audio);
  expect(exitCode).toBe(0);
  expect(lines[0]).toBe(`request ${emulator.latest?.requestId}`);
  expect(lines.slice(-2)).toEqual(['Metadata', 'closed 1000']);
  const finals = lines.flatMap((line) => (line.startsWith('final ') ? line.slice(6).split(' ') : []));
  expect(finals.filter(Boolean)).toEqual(['0001', '0002', '0003', '0004']);
  expect(emulator.latest?.controlMessages[0]).toBe('{"type":"KeepAlive"}');
});

test('a plain WebSocket program can read the reason of a refusal', async () => {
  await using emulator = await startEmulator();
  expect((await run(emulator.url, 'invalid', audio)).lines[0]).toBe('refused 401 Invalid credentials.');
});
