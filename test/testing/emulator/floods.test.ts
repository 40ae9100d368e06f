/** Floods of audio, messages, connections and watchers. The emulator delays, refuses or forgets them. */
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { VirtualClock } from '../../../src/testing/clock/virtual-clock.ts';
import { MEGABYTE, memoryTaken, OPCODE, QUERY, Stage, until } from './hostile-stage.ts';

const stage = new Stage();

describe('floods', () => {
  test('of audio stop the reading, and the silence of the client does not count meanwhile', async () => {
    const clock = new VirtualClock();
    await stage.restart({ clock });
    const hasStoppedReading = stage.watchForBackPressure();
    const client = await stage.upgraded();
    const frame = Buffer.concat([
      Buffer.from([0x82, 0x80 | 126, 0x0c, 0x80, 0, 0, 0, 0]),
      Buffer.alloc(3_200),
    ]);
    const taken = await memoryTaken(async () => {
      const sent = await client.flood(
        Buffer.concat(Array.from({ length: 100 }, () => frame)),
        200 * MEGABYTE,
        hasStoppedReading,
      );
      expect(sent).toBeLessThan(40 * MEGABYTE);
    });
    expect(taken).toBeLessThan(80);
    expect(stage.emulator.latest?.receivedAudioMs).toBeLessThan(60_000);
    // A quarter of a minute has to be processed before there is room again: longer than a silent client would be borne.
    const before = stage.emulator.latest?.receivedAudioMs ?? 0;
    clock.advance(12_500);
    expect(stage.emulator.openConnections).toHaveLength(1);
    clock.advance(2_500);
    await until(() => (stage.emulator.latest?.receivedAudioMs ?? 0) > before);
  });

  test.each([
    ['faulty messages', OPCODE.text, '{"type":"Nonsense"}'.padEnd(1_900)],
    ['pings', OPCODE.ping, 'x'.repeat(125)],
  ])(
    'of %s from a client that reads nothing are read no further, until it is cut',
    async (_, opcode, payload) => {
      const clock = new VirtualClock();
      await stage.restart({ clock });
      const hasStoppedReading = stage.watchForBackPressure();
      const client = await stage.upgraded();
      client.socket.pause();
      client.frame(opcode, Buffer.from(payload));
      const head =
        payload.length < 126
          ? [0x80 | payload.length]
          : [0x80 | 126, payload.length >> 8, payload.length & 0xff];
      const frame = Buffer.concat([Buffer.from([0x80 | opcode, ...head, 0, 0, 0, 0]), Buffer.from(payload)]);
      const taken = await memoryTaken(async () => {
        const sent = await client.flood(
          Buffer.concat(Array.from({ length: 200 }, () => frame)),
          200 * MEGABYTE,
          hasStoppedReading,
        );
        expect(sent).toBeLessThan(60 * MEGABYTE);
      });
      expect(taken).toBeLessThan(150);
      clock.advance(30_001);
      expect(stage.emulator.openConnections).toEqual([]);
      expect(stage.emulator.latest?.end).toMatchObject({ by: 'network' });
    },
  );

  test('of connections: two thousand at once, each answered, all gone when they are cut', {
    timeout: 120_000,
  }, async () => {
    // They send no audio, and a busy machine needs more than the usual ten seconds to open them all.
    await stage.restart({ maxConnections: 1_900, idleTimeoutMs: 60_000 });
    const sockets = Array.from(
      { length: 2_000 },
      () =>
        new WebSocket(`${stage.emulator.url}/v1/listen?${QUERY}`, {
          headers: { authorization: 'Token key' },
        }),
    );
    const outcomes = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<string>((resolve) => {
            socket.on('open', () => resolve('open'));
            socket.on('unexpected-response', (request, { statusCode }) => {
              resolve(String(statusCode));
              request.destroy();
            });
            socket.on('error', () => undefined);
          }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'open')).toHaveLength(1_900);
    expect(outcomes.filter((outcome) => outcome === '429')).toHaveLength(100);
    const closed = sockets
      .filter(({ readyState }) => readyState === WebSocket.OPEN)
      .map((socket) => once(socket, 'close'));
    stage.emulator.cut();
    await Promise.all(closed);
    expect(stage.emulator.openConnections).toEqual([]);
    // What is remembered of them is bounded, too.
    expect(stage.emulator.connections).toHaveLength(1_000);
    await stage.expectItServes();
  });

  test('of ended connections are forgotten, the oldest first', async () => {
    await stage.restart({ maxRemembered: 20 });
    for (let i = 0; i < 60; i += 1) {
      const client = await stage.upgraded();
      client.destroy();
      await client.closed();
    }
    await stage.expectItServes();
    expect(stage.emulator.connections).toHaveLength(20);
    expect(stage.emulator.latest?.attempt).toBe(61);
  });

  test('of watchers of the control page are refused, and one that reads nothing is dropped', async () => {
    const watchers = Array.from({ length: 40 }, () => stage.raw());
    for (const watcher of watchers) watcher.request('GET /control/events HTTP/1.1', 'Host: localhost');
    await Promise.all(watchers.map((watcher) => until(() => watcher.received.length > 0)));
    const statuses = watchers.map(({ text }) => text.split(' ')[1]);
    expect(statuses.filter((status) => status === '200')).toHaveLength(32);
    expect(statuses.filter((status) => status === '503')).toHaveLength(8);
  });
});
