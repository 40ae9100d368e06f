/** Flux on a real socket. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startEmulator } from '../../../../src/testing/emulator/server.ts';
import { encodePcm } from '../../../../src/testing/media/pcm.ts';
import { speakScript } from '../../../../src/testing/recognisers/tone-speaker.ts';

const audio = encodePcm(
  speakScript([{ say: [1, 2] }, { pauseMs: 2_000 }, { say: [3] }], { sampleRate: 8_000 }),
  'linear16',
);

function connect(url: string, model = 'flux-general-en'): WebSocket {
  const address = `${url}/v2/listen?model=${model}&encoding=linear16&sample_rate=8000`;
  const socket = new WebSocket(address, { headers: { authorization: 'Token some-key' } });
  socket.on('error', () => undefined);
  return socket;
}

test('a plain WebSocket gets Connected first, then its turns, and a close without a code', async () => {
  await using emulator = await startEmulator({ maxPace: Infinity });
  const socket = connect(emulator.url);
  const types: string[] = [];
  socket.on('message', (data: Buffer) => {
    const { type, event } = JSON.parse(data.toString()) as { type: string; event?: string };
    if (event !== 'Update') types.push(event ?? type);
  });
  await once(socket, 'open');
  socket.send(audio);
  socket.send('{"type":"CloseStream"}');
  const [code] = (await once(socket, 'close')) as [number];
  expect([code, types]).toEqual([1005, ['Connected', 'StartOfTurn', 'EndOfTurn', 'StartOfTurn']]);
  const answer = await fetch(`${emulator.controlUrl}control/state`);
  expect(await answer.json()).toMatchObject({ connections: [{ transcript: '0001 0002 0003' }] });
  const log = await (await fetch(`${emulator.controlUrl}control/log`)).text();
  expect(log).toContain('EndOfTurn: 0001 0002');
  expect(log).not.toContain('Update');
});

test('a mute server answers pings', async () => {
  await using emulator = await startEmulator();
  emulator.inflict('mute on next');
  const socket = connect(emulator.url);
  let messages = 0;
  socket.on('message', () => (messages += 1));
  await once(socket, 'open');
  socket.send(audio);
  socket.ping();
  await once(socket, 'pong');
  expect(messages).toBe(0);
});

test('a refused model is 403, and plain HTTP on the path is 400', async () => {
  await using emulator = await startEmulator();
  const refused = new Promise<number | undefined>((resolve) => {
    connect(emulator.url, 'nova-3').on('unexpected-response', (_, response) => resolve(response.statusCode));
  });
  expect(await refused).toBe(403);
  expect((await fetch(`${emulator.url.replace('ws', 'http')}/v2/listen`)).status).toBe(400);
});
