/** What the loop runs on: an emulator whose network a key cuts, or Deepgram; a recording, or the standard input. */
import { readFile } from 'node:fs/promises';
import { emitKeypressEvents } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { refuse, startEmulator, startVosk } from 'rx-deepgram/testing';

const SAMPLE_RATE = 16_000;
const FRAME_MS = 80;
const CUT_MS = 4_000;

export async function openStage() {
  const { DEEPGRAM_API_KEY: apiKey = 'any-key-will-do', DEEPGRAM_URL } = process.env;
  const isHosted = 'DEEPGRAM_API_KEY' in process.env;
  const emulated = isHosted || DEEPGRAM_URL ? undefined : await emulate();
  const baseUrl = emulated?.url ?? DEEPGRAM_URL;
  const stopped = new AbortController();
  if (process.stdin.isTTY) {
    emitKeypressEvents(process.stdin);
    process.stdin.setRawMode(true).on('keypress', (_, { name, ctrl }) => {
      if (name === 'c' && !ctrl) emulated?.cut();
      else if (name === 'q' || ctrl) stopped.abort();
    });
    print(`(${emulated ? 'c cuts the network, ' : ''}q ends)`);
  }
  process.once('SIGINT', () => stopped.abort());
  return {
    server: { auth: { apiKey }, ...(baseUrl && { baseUrl }), ...(emulated && { forceEndTurn: true }) },
    audio: process.argv[2] === '-' ? process.stdin : play(stopped.signal),
    print,
    close: async () => {
      process.stdin.destroy();
      await emulated?.close();
    },
  };
}

/** Flux as played by an emulator on this machine, with a real recogniser. */
async function emulate() {
  const vosk = await startVosk();
  let cutUntil = 0;
  const faultsOf = () => (Date.now() < cutUntil ? [refuse(503)] : []);
  const emulator = await startEmulator({ recogniser: vosk.recogniser, faultsOf });
  return {
    url: emulator.url,
    cut: () => {
      cutUntil = Date.now() + CUT_MS;
      emulator.cut();
    },
    close: () => Promise.all([emulator.close(), vosk.close()]),
  };
}

/** Recordings at the pace of speech, with a pause after each. @param {AbortSignal} signal */
async function* play(signal) {
  const folder = new URL('recordings/', import.meta.resolve('rx-deepgram/package.json'));
  const frameBytes = (2 * SAMPLE_RATE * FRAME_MS) / 1000;
  const startedAt = performance.now();
  let frames = 0;
  for (const number of ['0870', '0880', '0890', '0920', '0930']) {
    // After 44 bytes of header, the samples.
    const samples = (await readFile(new URL(`austen-${number}.wav`, folder))).subarray(44);
    const audio = Buffer.concat([samples, Buffer.alloc(2 * 2 * SAMPLE_RATE)]);
    for (let at = 0; at < audio.length && !signal.aborted; at += frameBytes) {
      frames += 1;
      await setTimeout(startedAt + frames * FRAME_MS - performance.now());
      yield audio.subarray(at, at + frameBytes);
    }
  }
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}
