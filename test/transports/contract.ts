/**
 * What every transport must do, whatever its platform: the library relies on each line of it. A platform hands in how to
 * reach an emulator, and what it can see; the suite is the same for all of them.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Credentials, Handshake, Socket, SocketEnd, Transport } from '../../src/transports/transport.ts';
import type { RemoteEmulator } from './remote-emulator.ts';

export interface Platform {
  transport: Transport;
  startServer(): Promise<RemoteEmulator>;
  /** An address at which nobody listens. */
  unreachableUrl: string;
  /** Whether status and headers of a handshake are shown: a browser hides them. */
  showsHandshake: boolean;
}

const QUERY = '/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true';

/** Records everything a socket says, in order. */
class Ear {
  readonly events: string[] = [];
  readonly texts: string[] = [];
  readonly ends: SocketEnd[] = [];
  handshake: Handshake | undefined;
  #waiting: (() => void)[] = [];

  readonly handlers = {
    opened: (handshake: Handshake) => {
      this.handshake = handshake;
      this.#hear('opened');
    },
    message: (text: string) => {
      this.texts.push(text);
      this.#hear('message');
    },
    binary: (bytes: number) => this.#hear(`binary ${bytes}`),
    ended: (end: SocketEnd) => {
      this.ends.push(end);
      this.#hear('ended');
    },
  };

  /** Resolves when an event has been heard. */
  async until(event: string, isThere = () => this.events.includes(event)): Promise<void> {
    while (!isThere()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  get end(): SocketEnd | undefined {
    return this.ends[0];
  }

  #hear(event: string): void {
    this.events.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

export function describeTransport(name: string, platform: Platform): void {
  describe(`${name} keeps the contract of transports`, () => {
    let server: RemoteEmulator;
    const sockets: Socket[] = [];

    beforeEach(async () => {
      server = await platform.startServer();
    });
    afterEach(async () => {
      for (const socket of sockets.splice(0)) socket.terminate();
      await server.close();
    });

    function open(url = server.url + QUERY, value = 'some-key', scheme: Credentials['scheme'] = 'token') {
      const ear = new Ear();
      const socket = platform.transport({ url, credentials: { scheme, value } }, ear.handlers);
      sockets.push(socket);
      return { ear, socket };
    }

    async function opened() {
      const made = open();
      await made.ear.until('opened');
      return made;
    }

    /** Waits for events that must not come. */
    const linger = () => new Promise((resolve) => setTimeout(resolve, 30));

    test('opens, later than the call, and shows what the platform shows', async () => {
      const { ear, socket } = open();
      expect(ear.events).toEqual([]);
      expect(socket.bufferedAmount).toBe(0);
      await ear.until('opened');
      const { requestId } = await server.latest();
      if (!platform.showsHandshake) expect(ear.handshake).toEqual({});
      else expect(ear.handshake?.headers).toMatchObject({ 'dg-request-id': requestId });
    });

    test('carries credentials, and not in the URL', async () => {
      const { ear } = open(undefined, await server.grantToken(), 'bearer');
      await ear.until('opened');
      const { scheme, query } = await server.latest();
      expect(scheme).toBe('bearer');
      expect(query).not.toContain('emulated');
    });

    test('carries text as text and bytes as bytes, in order', async () => {
      const { socket, ear } = await opened();
      socket.send(new Uint8Array(640));
      socket.send('{"type":"KeepAlive"}');
      socket.send(new Uint8Array(320));
      socket.send('{"type":"CloseStream"}');
      await ear.until('ended');
      expect((await server.latest()).received).toEqual([
        ['audio', 640],
        ['text', 20],
        ['audio', 320],
        ['text', 22],
      ]);
      expect(ear.texts.at(-1)).toContain('"Metadata"');
      expect(ear.ends).toMatchObject([{ code: 1000, reason: '' }]);
      expect(ear.events.at(-1)).toBe('ended');
    });

    test('has consumed the bytes when send returns: their buffer may be reused at once', async () => {
      const { socket, ear } = await opened();
      await server.listenIn();
      const larger = new Uint8Array(5_000);
      for (let round = 0; round < 200; round += 1) {
        const view = larger.subarray(100, 100 + 640).fill(round);
        socket.send(view);
        larger.fill(255);
      }
      socket.send('{"type":"CloseStream"}');
      await ear.until('ended');
      expect(await server.heard()).toEqual(Array.from({ length: 200 }, (_, round) => [round, round]));
    });

    test('reports a binary message, and nothing of its content', async () => {
      const { ear } = await opened();
      await server.strike({ kind: 'malformed' });
      await ear.until('binary 4');
      expect(ear.texts.length).toBeGreaterThan(10);
      expect(ear.ends).toEqual([]);
    });

    test.each([
      [1011, 'NET-0001: see https://dpgr.am/net0001'],
      [1008, 'DATA-0000'],
      [1000, ''],
      [4321, 'ö'],
    ])('shows code and reason of a close: %i %s', async (code, reason) => {
      const { ear } = await opened();
      await server.strike({ kind: 'close', code, reason });
      await ear.until('ended');
      await linger();
      expect(ear.ends).toMatchObject([{ code, reason }]);
    });

    test('shows a broken connection as 1006', async () => {
      const { ear, socket } = await opened();
      socket.send(new Uint8Array(640));
      await server.strike({ kind: 'cut' });
      await ear.until('ended');
      await linger();
      expect(ear.ends.length).toBe(1);
      expect(ear.end).toMatchObject({ code: 1006, reason: '' });
    });

    test.each([400, 401, 402, 403, 404, 429, 500, 503])(
      'shows a refusal with %i, as far as the platform does',
      async (status) => {
        await server.refuse(status, `no: ${status}`);
        const { ear } = open();
        await ear.until('ended');
        await linger();
        expect(ear.events).toEqual(['ended']);
        expect(ear.end).toMatchObject({ code: 1006, reason: '' });
        if (!platform.showsHandshake) return;
        const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
        const headers = { 'dg-error': `no: ${status}`, 'dg-request-id': requestId };
        expect(ear.end).toMatchObject({ status, headers });
        expect(JSON.parse(ear.end?.body ?? '')).toMatchObject({
          err_msg: `no: ${status}`,
          request_id: requestId,
        });
      },
    );

    test('an address at which nobody listens ends, once, with 1006', async () => {
      const { ear } = open(platform.unreachableUrl);
      await ear.until('ended');
      await linger();
      expect(ear.events).toEqual(['ended']);
      expect(ear.end).toMatchObject({ code: 1006, reason: '' });
      expect(ear.end?.status).toBe(undefined);
    });

    test('no end shows the secret', async () => {
      for (const url of [
        platform.unreachableUrl,
        `${server.url}/elsewhere`,
        `${server.url}${QUERY}&model=flux`,
      ]) {
        const { ear } = open(url, 'very-secret-key');
        await ear.until('ended');
        expect(JSON.stringify(ear.ends)).not.toContain('very-secret-key');
      }
    });

    test('close() ends with the code it was given, once', async () => {
      const { ear, socket } = await opened();
      socket.close(1000, '');
      socket.close(1000, '');
      await ear.until('ended');
      await linger();
      expect(ear.ends.length).toBe(1);
      expect(ear.end?.code).toBe(1000);
      // The server may learn of it later than the client.
      await expect
        .poll(async () => (await server.latest()).end, { timeout: 20_000 })
        .toEqual({ by: 'client', code: 1000 });
    });

    test('close() while opening ends without having opened', async () => {
      const { ear, socket } = open();
      socket.close(1000, '');
      await ear.until('ended');
      await linger();
      expect(ear.events).toEqual(['ended']);
    });

    test.each(['opening', 'open', 'closing', 'ended'])(
      'terminate() while %s ends once, soon, and throws nothing',
      async (state) => {
        if (state === 'opening') await server.hang();
        const { ear, socket } = open();
        if (state !== 'opening') await ear.until('opened');
        if (state === 'closing') {
          await server.strike({ kind: 'halfOpen' });
          socket.close(1000, '');
        }
        if (state === 'ended') {
          await server.strike({ kind: 'close', code: 1011, reason: 'over' });
          await ear.until('ended');
        }
        socket.terminate();
        expect(() => socket.terminate()).not.toThrow();
        await ear.until('ended');
        await linger();
        expect(ear.ends.length).toBe(1);
        expect(ear.events.at(-1)).toBe('ended');
      },
    );

    test('send() before opening and after the end does nothing', async () => {
      const { ear, socket } = open();
      expect(() => socket.send('{"type":"KeepAlive"}')).not.toThrow();
      await ear.until('opened');
      await server.strike({ kind: 'close', code: 1011, reason: '' });
      await ear.until('ended');
      expect(() => socket.send(new Uint8Array(10))).not.toThrow();
      expect(() => socket.close(1000, '')).not.toThrow();
      expect((await server.latest()).received).toEqual([]);
      await linger();
      expect(ear.events).toEqual(['opened', 'ended']);
    });

    test('bufferedAmount grows on a link that takes nothing', async () => {
      const { socket } = await opened();
      await server.strike({ kind: 'halfOpen' });
      for (let i = 0; i < 400 && socket.bufferedAmount === 0; i += 1) {
        socket.send(new Uint8Array(1024 * 1024));
        await new Promise((resolve) => setTimeout(resolve));
      }
      expect(socket.bufferedAmount).toBeGreaterThan(0);
    });
  });
}
