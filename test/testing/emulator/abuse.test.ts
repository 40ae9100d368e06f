/** Hostile input: the emulator survives it in bounded memory, and serves the next client. */
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/testing/network/random.ts';
import type { HostileClient } from './hostile-client.ts';
import { MEGABYTE, memoryTaken, OPCODE, Stage, until } from './hostile-stage.ts';

const stage = new Stage();

describe('frames', () => {
  test.each([
    [
      'unmasked',
      1002,
      (client: HostileClient) => client.frame(OPCODE.text, Buffer.from('{}'), { masked: false }),
    ],
    [
      'compressed, which was not agreed on',
      1002,
      (client: HostileClient) => client.frame(OPCODE.text, Buffer.from('{}'), { rsv: 0x40 }),
    ],
    ['of a reserved opcode', 1002, (client: HostileClient) => client.frame(5, Buffer.from('x'))],
    [
      'of invalid UTF-8',
      1007,
      (client: HostileClient) => client.frame(OPCODE.text, Buffer.from([0xc3, 0x28])),
    ],
    ['a ping too long', 1002, (client: HostileClient) => client.frame(OPCODE.ping, Buffer.alloc(126))],
    [
      'a continuation of nothing',
      1002,
      (client: HostileClient) => client.frame(OPCODE.continued, Buffer.from('x')),
    ],
    [
      'a close with a code that does not exist',
      1002,
      (client: HostileClient) => client.frame(OPCODE.close, Buffer.from([0x03, 0xed])),
    ],
    ['longer than any number', 1009, (client: HostileClient) => client.frame(OPCODE.binary, 2 ** 52)],
  ])('%s: closed with %i', async (_, code, send) => {
    const client = await stage.upgraded();
    send(client);
    client.socket.end();
    await client.closed();
    expect(client.closeCode).toBe(code);
    await stage.nobodyIsConnected();
    await stage.expectItServes();
  });

  test('garbage, of any kind', async () => {
    const random = seededRandom(20261121);
    for (let round = 0; round < 200; round += 1) {
      const client = await stage.upgraded();
      client.socket.write(Uint8Array.from({ length: 1 + Math.floor(random() * 600) }, () => random() * 256));
      client.socket.end();
      await client.closed();
    }
    await stage.nobodyIsConnected();
    await stage.expectItServes();
  });

  test('of a hundred megabytes are refused by their header, and not kept', async () => {
    const client = await stage.upgraded();
    const taken = await memoryTaken(async () => {
      client.frame(OPCODE.binary, 100 * MEGABYTE);
      await client.flood(Buffer.alloc(MEGABYTE), 100 * MEGABYTE);
      client.socket.end();
    });
    expect(taken).toBeLessThan(60);
    await stage.expectItServes();
  });

  test('in a hundred thousand fragments end the connection before they fill the memory', async () => {
    const client = await stage.upgraded();
    client.frame(OPCODE.binary, Buffer.from('x'), { fin: false });
    const fragment = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x78]);
    await client.flood(Buffer.concat(Array.from({ length: 1_000 }, () => fragment)), 700_000);
    client.socket.end();
    await client.closed();
    expect(client.closeCode).toBe(1008);
    await stage.expectItServes();
  });

  test('of control messages, deep, long, or named like a prototype, are answered with short errors', async () => {
    const client = await stage.upgraded();
    const deep = '['.repeat(100_000);
    for (const text of [
      deep,
      `{"type":"${'x'.repeat(MEGABYTE)}"}`,
      '{"__proto__":{"type":"CloseStream"}}',
      '{"type":"constructor"}',
    ]) {
      client.frame(OPCODE.text, Buffer.from(text));
    }
    while ((client.text.match(/SchemaError/g) ?? []).length < 4) await once(client.socket, 'data');
    expect(client.received.length).toBeLessThan(20_000);
    expect(stage.emulator.latest?.controlMessages.every((text) => text.length < 11_000)).toBe(true);
    await stage.expectItServes();
  });

  test('of a false WAV header do not start thousands of recognisers', async () => {
    const client = await stage.upgraded('multichannel=true');
    const header = Buffer.alloc(2_000);
    header.write('RIFF');
    header.write('WAVEfmt ', 8);
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(6, 20);
    header.writeUInt16LE(65_535, 22);
    header.writeUInt32LE(0xffff_ffff, 24);
    header.writeUInt16LE(8, 34);
    header.write('data', 36);
    client.frame(OPCODE.binary, header);
    client.frame(OPCODE.binary, Buffer.alloc(70_000));
    while (client.closeCode === undefined) await once(client.socket, 'data');
    expect(client.closeCode).toBe(1008);
    await stage.expectItServes();
  });
});

describe('handshakes', () => {
  test.each([
    ['a URL of 100 kB', [`GET /v1/listen?x=${'x'.repeat(100_000)} HTTP/1.1`, 'Host: localhost'], '431'],
    [
      'a header of 100 kB',
      ['GET /v1/listen HTTP/1.1', 'Host: localhost', `X: ${'x'.repeat(100_000)}`],
      '431',
    ],
    ['no HTTP at all', ['\u0016\u0003\u0001\u0002'], '400'],
    [
      'an address that is none',
      ['GET // HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade'],
      '400',
    ],
    ['a path with bad escapes', ['GET /%ff%zz HTTP/1.1', 'Host: x'], '404'],
    [
      'a WebSocket version of old',
      [
        'GET /v1/listen HTTP/1.1',
        'Host: x',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 7',
        'Authorization: Token k',
      ],
      '400',
    ],
    [
      'an upgrade to something else',
      ['GET /v1/listen HTTP/1.1', 'Host: x', 'Upgrade: h2c', 'Connection: Upgrade', 'Authorization: Token k'],
      '400',
    ],
    [
      'an upgrade by POST',
      [
        'POST /v1/listen HTTP/1.1',
        'Host: x',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Version: 13',
        'Authorization: Token k',
      ],
      '405',
    ],
    [
      'a body that contradicts itself',
      ['POST /v1/auth/grant HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Transfer-Encoding: chunked'],
      '400',
    ],
  ])('%s is refused', async (_, lines, status) => {
    const client = stage.raw();
    client.request(...lines);
    await client.closed();
    expect(client.text.split(' ')[1]).toBe(status);
    expect(stage.emulator.openConnections).toEqual([]);
    await stage.expectItServes();
  });

  test('that never come to an end are ended', async () => {
    await stage.restart({ handshakeTimeoutMs: 200 });
    const silent = stage.raw();
    const slow = stage.raw();
    slow.socket.write('GET /v1/listen HTTP/1.1\r\nHost: loc');
    const trickling = stage.raw();
    trickling.socket.write('POST /v1/auth/grant HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    await Promise.all([silent.closed(), slow.closed(), trickling.closed()]);
    expect(slow.text.split(' ')[1]).toBe('408');
    await stage.expectItServes();
  });

  test('that are broken off, or half closed, leave nothing behind', async () => {
    for (let round = 0; round < 50; round += 1) {
      const client = stage.raw();
      client.socket.write('GET /v1/listen?mod');
      if (round % 2 === 0) client.socket.end();
      else client.socket.resetAndDestroy();
      await client.closed();
    }
    stage.emulator.hang();
    const waiting = stage.raw();
    waiting.request(
      'GET /v1/listen HTTP/1.1',
      'Host: x',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Authorization: Token k',
    );
    await until(() => stage.emulator.attempts > 0);
    waiting.socket.end();
    await waiting.closed();
    await stage.expectItServes();
  });
});

describe('bodies of a hundred megabytes', () => {
  test.each(['/v1/auth/grant', '/control/faults', '/control/faults/cut', '/'])(
    'POST %s is cut short',
    async (path) => {
      const client = stage.raw();
      const taken = await memoryTaken(async () => {
        client.request(
          `POST ${path} HTTP/1.1`,
          'Host: localhost',
          'Content-Type: application/json',
          `Content-Length: ${100 * MEGABYTE}`,
        );
        const sent = await client.flood(Buffer.alloc(MEGABYTE, 0x20), 100 * MEGABYTE);
        await client.closed();
        expect(sent).toBeLessThan(40 * MEGABYTE);
      });
      expect(taken).toBeLessThan(60);
      await stage.expectItServes();
    },
  );
});
