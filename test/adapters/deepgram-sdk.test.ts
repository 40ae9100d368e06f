/** Apps of `@deepgram/sdk` with our transport lose no word. The SDK is the real one; time and network are virtual. */
import { describe, expect, test } from 'vitest';
// Loading code on demand would take real time.
import '../../src/static.ts';
import { finalWords, LISTEN_V1, listenTo, stage } from './sdk-stage.ts';

type Stage = ReturnType<typeof stage>;

const environmentOf = (url: string) => ({ base: url, production: url, agent: url, agentRest: url });

/** What may happen while somebody speaks. */
const INCIDENTS: Record<string, (stage: Stage) => Promise<void> | void> = {
  'a pause of 13 s': ({ wait }) => wait(13),
  'a cut': ({ network }) => network.cut(),
  'a close 1011': ({ emulator }) => emulator.closeAll(1011, 'NET-0001'),
  'an outage of 12 s': async ({ network, wait }) => {
    network.offline = true;
    network.cut();
    await wait(12);
    network.offline = false;
  },
  'a half-open link': ({ network }) => network.halfOpen(),
};

describe('an app written like the README of the SDK', () => {
  test.each(Object.entries(INCIDENTS))(
    'receives every word once, at its time, through %s',
    async (_, happen) => {
      const app = stage();
      const connection = await app.client.listen.v1.connect({ ...LISTEN_V1 });
      const heard = listenTo(connection);
      connection.connect();
      const opened = connection.waitForOpen();
      await app.until(() => heard.opens === 1);
      await opened;
      const send = (audio: Uint8Array<ArrayBuffer>) => connection.sendMedia(audio);
      for (let round = 0; round < 2; round += 1) {
        await app.speak(4.3, send);
        await happen(app);
        await app.speak(4.3, send);
      }
      app.finishWord(send);
      connection.sendCloseStream({ type: 'CloseStream' });
      await app.until(() => heard.closes.length > 0);
      const words = finalWords(heard.messages);
      expect(words.map(({ word }) => word)).toEqual(app.spoken().map(({ word }) => word));
      app.spoken().forEach(({ start }, index) => expect(words[index]?.start).toBeCloseTo(start, 1));
      const metadata = heard.messages.filter(({ type }) => type === 'Metadata');
      expect(metadata).toHaveLength(1);
      expect(heard.messages.at(-1)).toBe(metadata[0]);
      expect(metadata[0]?.duration).toBeCloseTo(app.spoken().length * 0.6, 2);
      expect(heard.opens).toBe(1);
      expect(heard.closes).toEqual([expect.objectContaining({ code: 1000 })]);
      expect(heard.errors).toEqual([]);
    },
  );

  test('gives the same words in `for await`, to the end', async () => {
    const app = stage();
    const connection = await app.client.listen.v1.connect({ ...LISTEN_V1 });
    connection.connect();
    await app.wait(0.2);
    await connection.waitForOpen();
    const messages: never[] = [];
    const reading = (async () => {
      for await (const message of connection as unknown as AsyncIterable<never>) messages.push(message);
      return 'ended';
    })();
    await app.speak(3, (audio) => connection.sendMedia(audio));
    app.network.cut();
    await app.speak(3, (audio) => connection.sendMedia(audio));
    connection.sendCloseStream({ type: 'CloseStream' });
    await app.until(() => !connection.readyState || connection.readyState === 3);
    expect(await reading).toBe('ended');
    expect(finalWords(messages).map(({ word }) => word)).toEqual(app.spoken().map(({ word }) => word));
  });
});

/** The points at which the SDK and a transport meet. */
describe('the transport of the SDK', () => {
  async function connect(options: Parameters<typeof stage>[0] = {}, args: object = {}) {
    const app = stage(options);
    const connection = await app.client.listen.v1.connect({ ...LISTEN_V1, ...args });
    return { ...app, connection, heard: listenTo(connection) };
  }

  async function open(options?: Parameters<typeof stage>[0], args?: object) {
    const app = await connect(options, args);
    app.connection.connect();
    await app.until(() => app.heard.opens === 1);
    return app;
  }

  test('opens nothing before `connect()`, and then at once, without audio', async () => {
    const { connection, network, wait, heard } = await connect();
    await wait(1);
    expect(network.links).toHaveLength(0);
    connection.connect();
    await wait(0.2);
    expect(network.links).toHaveLength(1);
    expect(heard.opens).toBe(1);
    expect(connection.readyState).toBe(1);
  });

  test('takes host, parameters and key from the SDK', async () => {
    const { network } = await open({}, { keyterm: ['one', 'two'], punctuate: 'true' });
    const url = new URL(network.latest?.url ?? '');
    expect(url.host).toBe('api.deepgram.com');
    expect(url.pathname).toBe('/v1/listen');
    expect(url.searchParams.getAll('keyterm')).toEqual(['one', 'two']);
    expect(url.searchParams.get('punctuate')).toBe('true');
    expect(network.latest?.url).not.toContain('dg-secret');
  });

  test('a wrong key rejects `waitForOpen()`', async () => {
    const app = await connect({ auth: { apiKey: 'wrong-key' } });
    app.connection.connect();
    const opening = app.connection.waitForOpen().then(
      () => 'opened',
      () => 'rejected',
    );
    await app.wait(1);
    expect(await opening).toBe('rejected');
    expect(app.network.links).toHaveLength(1);
    expect(app.heard.errors).toHaveLength(1);
    expect(app.heard.opens).toBe(0);
  });

  test('parameters that cannot work reject `waitForOpen()` with the remedy', async () => {
    const app = await connect({}, { utterance_end_ms: 200 });
    app.connection.connect();
    await expect(app.connection.waitForOpen()).rejects.toMatchObject({
      message: expect.stringContaining('1000 or more') as string,
    });
  });

  test('reports open after 80 % of the timeout if the server is unreachable, and gives every word later', async () => {
    const app = await connect({}, { connectionTimeoutInSeconds: 5 });
    app.network.offline = true;
    app.connection.connect();
    await app.wait(3.9);
    expect(app.heard.opens).toBe(0);
    await app.wait(0.2);
    expect(app.heard.opens).toBe(1);
    await app.speak(4.2, (audio) => app.connection.sendMedia(audio));
    app.network.offline = false;
    app.connection.sendCloseStream({ type: 'CloseStream' });
    await app.until(() => app.heard.closes.length > 0);
    expect(finalWords(app.heard.messages).map(({ word }) => word)).toEqual(
      app.spoken().map(({ word }) => word),
    );
    expect(app.heard.opens).toBe(1);
  });

  test('stays open for the SDK through an outage, so that nothing waits in its queue', async () => {
    const { connection, network, wait, speak } = await open();
    network.offline = true;
    network.cut();
    await wait(5);
    await speak(1, (audio) => connection.sendMedia(audio));
    expect(connection.readyState).toBe(1);
    expect(connection.socket.bufferedAmount).toBe(0);
  });

  test('a second `connect()` ends the first session and begins a new one', async () => {
    const { connection, sessions, wait, network } = await open();
    connection.connect();
    connection.connect();
    await wait(1);
    expect(sessions).toHaveLength(2);
    expect(network.liveLinks).toHaveLength(1);
    expect((await sessions[0]?.close())?.outcome).toBe('aborted');
  });

  test('KeepAlives and empty media of the app are not sent', async () => {
    const { connection, emulator, wait, sessions } = await open();
    const notices: string[] = [];
    sessions[0]?.notices$.subscribe(({ code }) => notices.push(code));
    for (let second = 0; second < 5; second += 1) {
      connection.sendKeepAlive({ type: 'KeepAlive' });
      connection.sendMedia(new Uint8Array(0));
      connection.sendMedia(new Blob([]));
      await wait(1);
    }
    // At the beginning, and every three seconds.
    expect(emulator.connections[0]?.controlMessages).toEqual(Array(2).fill('{"type":"KeepAlive"}'));
    expect(emulator.connections).toHaveLength(1);
    expect(notices).toEqual([]);
  });

  test('media of an unknown kind throws where the app sends it, and later audio is transcribed', async () => {
    const { connection, emulator, wait } = await open();
    expect(() => connection.sendMedia(5 as never)).toThrow(TypeError);
    connection.sendMedia(new Uint8Array(320));
    await wait(1);
    expect(emulator.connections).toHaveLength(1);
    expect(emulator.connections[0]?.receivedBytes).toBeGreaterThanOrEqual(320);
  });

  test('media of every kind is copied and kept in order', async () => {
    const { connection, next, wait, until, heard, spoken, finishWord } = await open();
    const reused = Buffer.alloc(200);
    for (let chunk = 0; chunk < 12; chunk += 1) {
      const bytes = next(100);
      if (chunk % 4 === 0) connection.sendMedia(new Blob([bytes]));
      else if (chunk % 4 === 1) connection.sendMedia(bytes.buffer);
      else if (chunk % 4 === 2) connection.sendMedia(new Int16Array(bytes.buffer));
      else {
        reused.set(bytes);
        connection.sendMedia(reused);
        reused.fill(0);
      }
    }
    await wait(0.2);
    finishWord((audio) => connection.sendMedia(audio));
    connection.sendCloseStream({ type: 'CloseStream' });
    await until(() => heard.closes.length > 0);
    expect(finalWords(heard.messages).map(({ word }) => word)).toEqual(spoken().map(({ word }) => word));
  });

  test('Finalize is sent after the audio, and is answered', async () => {
    const { connection, speak, heard, wait } = await open();
    await speak(1.1, (audio) => connection.sendMedia(audio));
    connection.sendFinalize({ type: 'Finalize' });
    await wait(1);
    expect(heard.messages.filter(({ from_finalize }) => from_finalize === true)).toHaveLength(1);
  });

  test('a stale Finalize is dropped at a reconnect', async () => {
    const { connection, speak, network, emulator, wait } = await open();
    await speak(1, (audio) => connection.sendMedia(audio));
    network.offline = true;
    network.cut();
    connection.sendFinalize({ type: 'Finalize' });
    await wait(8);
    network.offline = false;
    await wait(40);
    expect(emulator.connections.at(-1)?.controlMessages).not.toContain('{"type":"Finalize"}');
  });

  test('CloseStream drains, and `close` comes last, once, with 1000', async () => {
    const { connection, heard, speak, until, finishWord, wait } = await open();
    await speak(2, (audio) => connection.sendMedia(audio));
    finishWord((audio) => connection.sendMedia(audio));
    connection.sendCloseStream({ type: 'CloseStream' });
    expect(connection.readyState).toBe(1);
    await until(() => heard.closes.length > 0);
    await wait(5);
    expect(heard.closes).toEqual([expect.objectContaining({ code: 1000 })]);
    expect(heard.messages.at(-1)?.type).toBe('Metadata');
    expect(connection.readyState).toBe(3);
  });

  test('`close()` ends everything at once', async () => {
    const { connection, heard, speak, network, wait } = await open();
    await speak(1, (audio) => connection.sendMedia(audio));
    connection.close();
    const { length } = heard.messages;
    await wait(5);
    expect(heard.closes).toHaveLength(1);
    expect(heard.messages).toHaveLength(length);
    expect(network.liveLinks).toHaveLength(0);
  });

  test.each([0, 0.2])('an abort signal ends everything, %d s after `connect()`', async (seconds) => {
    const abort = new AbortController();
    const { connection, network, wait, heard, clock } = await connect({}, { abortSignal: abort.signal });
    connection.connect();
    await wait(seconds);
    abort.abort();
    await wait(30);
    expect(network.liveLinks).toHaveLength(0);
    expect(heard.closes).toMatchObject([{ code: 1000 }]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a final failure after open is a `close` with its code and reason, not an error', async () => {
    const { connection, heard, network, emulator, until } = await open();
    emulator.refuse(401, { times: 9 });
    network.cut();
    await until(() => heard.closes.length > 0);
    expect(heard.closes).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('401') as string }),
    ]);
    expect(heard.errors).toEqual([]);
    expect(connection.readyState).toBe(3);
  });

  test('calls an `auth` function for each attempt', async () => {
    let asked = 0;
    const { network, wait } = await open({
      auth: () => {
        asked += 1;
        return { apiKey: `fresh-key-${asked}` };
      },
    });
    network.cut();
    await wait(5);
    expect(asked).toBe(2);
  });

  test('messages unknown to this package are sent unchanged, after the audio before them', async () => {
    const { connection, emulator, wait } = await open();
    connection.socket.send('{"type":"SomethingNew"}');
    await wait(0.5);
    expect(emulator.connections[0]?.controlMessages).toContain('{"type":"SomethingNew"}');
  });

  test('unknown messages of the server reach the app unchanged, and an invalid one ends nothing', async () => {
    const { connection, heard, network, emulator, speak, wait } = await open();
    emulator.malformed();
    await speak(2, (audio) => connection.sendMedia(audio));
    await wait(1);
    expect(heard.messages.map(({ type }) => type)).toContain('SomethingNew');
    expect(connection.readyState).toBe(1);
    expect(network.links).toHaveLength(1);
    expect(heard.errors).toEqual([]);
  });

  test('a custom server keeps its host, its path and its query', async () => {
    const app = stage({}, {}, { environment: environmentOf('wss://stt.example.org:8443/deepgram') });
    const connection = await app.client.listen.v1.connect({ ...LISTEN_V1 });
    connection.connect();
    await app.wait(0.2);
    const { origin, pathname, searchParams } = new URL(app.network.latest?.url ?? '');
    expect(`${origin}${pathname}`).toBe('wss://stt.example.org:8443/deepgram/v1/listen');
    expect(searchParams.get('model')).toBe('nova-3');
  });

  test('request ids stay those of the connections', async () => {
    const { connection, heard, speak, network } = await open();
    await speak(3, (audio) => connection.sendMedia(audio));
    network.cut();
    await speak(3, (audio) => connection.sendMedia(audio));
    const ids = new Set(
      heard.messages.map(({ metadata }) => (metadata as { request_id?: string } | undefined)?.request_id),
    );
    expect(ids.size).toBe(2);
  });

  test('`resilientTransport()` refuses options that cannot work, at once', () => {
    expect(() => stage({ keepAliveMs: 20_000 })).toThrow('keepAliveMs is 20000');
  });
});
