/** Deepgram's JavaScript SDK with Flux; only its address is changed. */
import { DeepgramClient } from '@deepgram/sdk';
import { afterEach, expect, test } from 'vitest';
import { encodePcm, type EmulatorServer, speakScript, startEmulator } from '../../src/testing/index.ts';

/** A message as it came, loosely typed: what is judged here is the emulator. */
interface Message {
  type: string;
  event?: string;
  transcript?: string;
  [field: string]: unknown;
}

let emulator: EmulatorServer;
let dispose: (() => void) | undefined;

afterEach(async () => {
  dispose?.();
  await emulator.close();
});

async function connect(apiKey: string) {
  emulator = await startEmulator({ maxPace: Infinity });
  const http = emulator.url.replace('ws', 'http');
  const environment = { base: http, production: emulator.url, agent: emulator.url, agentRest: http };
  const socket = await new DeepgramClient({ apiKey, environment }).listen.v2.connect({
    model: 'flux-general-en',
    encoding: 'linear16',
    sample_rate: 16_000,
    eager_eot_threshold: 0.5,
    eot_threshold: 0.8,
    keyterm: ['one', 'two'],
    reconnectAttempts: 0,
  });
  const messages: Message[] = [];
  const errors: unknown[] = [];
  const heard = new EventTarget();
  const tell = () => heard.dispatchEvent(new Event('news'));
  socket.on('message', (message) => {
    messages.push(message as unknown as Message);
    tell();
  });
  let closedWith: number | undefined;
  socket.on('error', (error) => {
    errors.push(error);
    tell();
  });
  socket.on('close', ({ code }) => {
    closedWith = code;
    tell();
  });
  dispose = () => socket.close();
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => heard.addEventListener('news', resolve, { once: true }));
  };
  socket.connect();
  return { socket, messages, errors, until, closedWith: () => closedWith };
}

test('it streams, configures, ends a turn, and closes clean', async () => {
  const { socket, messages, errors, until, closedWith } = await connect('some-key');
  await until(() => messages.length > 0);
  expect(messages[0]).toMatchObject({ type: 'Connected', sequence_id: 0 });
  socket.sendConfigure({ type: 'Configure', thresholds: { eot_threshold: 0.9 } });
  const steps = [{ say: [1, 2, 3] }, { pauseMs: 1_500 }, { say: [4] }, { pauseMs: 300 }];
  const audio = encodePcm(speakScript(steps, { sampleRate: 16_000 }), 'linear16');
  for (let at = 0; at < audio.length; at += 2_560) socket.sendMedia(audio.subarray(at, at + 2_560));
  socket.sendForceEndTurn({ type: 'ForceEndTurn' });
  await until(() => messages.some(({ trigger }) => trigger === 'manual'));
  const ends = messages.filter(({ event }) => event === 'EndOfTurn');
  expect(ends).toMatchObject([
    { transcript: '0001 0002 0003', trigger: 'model', turn_index: 0 },
    { transcript: '0004', trigger: 'manual', turn_index: 1 },
  ]);
  expect(messages.find(({ type }) => type === 'ConfigureSuccess')).toMatchObject({
    thresholds: { eot_threshold: 0.9, eager_eot_threshold: 0.5 },
    keyterms: ['one', 'two'],
  });
  socket.sendCloseStream({ type: 'CloseStream' });
  await until(() => closedWith() !== undefined);
  expect(closedWith()).toBe(1005);
  expect(errors).toEqual([]);
  expect(emulator.attempts).toBe(1);
  expect(emulator.transcript()).toEqual(['0001', '0002', '0003', '0004']);
});

test('refuses it with a wrong key', async () => {
  const { messages, errors, until, closedWith } = await connect('wrong-key');
  await until(() => errors.length > 0 || closedWith() !== undefined);
  expect(messages).toEqual([]);
  expect(emulator.refusals[0]).toMatchObject({ status: 401 });
});
