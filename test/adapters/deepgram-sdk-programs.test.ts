/** Programs written like the examples of `@deepgram/sdk`, with our transport and a network that breaks. They send and end in other ways than its README. */
import { expect, test } from 'vitest';
// Loading code on demand would take real time.
import '../../src/static.ts';
import { grantToken } from '../../src/testing/emulator/credentials.ts';
import { muxWav } from '../../src/testing/index.ts';
import { RATE } from '../system/voice.ts';
import { finalWords, LISTEN_V1, listenTo, type Message, stage } from './sdk-stage.ts';

type Stage = ReturnType<typeof stage>;

const FLUX = { model: 'flux-general-en', encoding: 'linear16', sample_rate: RATE } as const;
const fluxStage = () => stage({}, { fluxSampleRate: 'any' });

/** A file, as `createReadStream` gives it: as fast as it can be read. */
function readFile(app: Stage, seconds: number, send: (audio: Uint8Array<ArrayBuffer>) => void): void {
  for (let left = seconds * RATE; left > 0; left -= 32_768) send(app.next(Math.min(left, 32_768)));
  app.finishWord(send);
}

const turnsOf = (messages: readonly Message[], event: string) =>
  messages.filter((message) => message.event === event);
const wordsOf = (messages: readonly { words?: { word: string }[] }[]) =>
  messages.flatMap(({ words = [] }) => words.map(({ word }) => word));
const textOf = (words: readonly { word: string }[]) => words.map(({ word }) => word);

test('a file of ten minutes that is sent at once is transcribed to its end, through a cut and an outage', async () => {
  const app = stage();
  const connection = await app.client.listen.v1.createConnection({ ...LISTEN_V1 });
  const heard = listenTo(connection);
  connection.connect();
  await app.until(() => heard.opens === 1);
  readFile(app, 600, (audio) => connection.sendMedia(audio));
  connection.sendFinalize({ type: 'Finalize' });
  await app.wait(100);
  app.network.cut();
  await app.wait(50);
  app.network.offline = true;
  app.network.cut();
  await app.wait(30);
  app.network.offline = false;
  connection.sendCloseStream({ type: 'CloseStream' });
  await app.until(() => heard.closes.length > 0, 900);
  expect(textOf(finalWords(heard.messages))).toEqual(textOf(app.spoken()));
  expect(heard.closes).toEqual([expect.objectContaining({ code: 1000 })]);
});

test('a WAV file needs no encoding, on either API', async () => {
  const app = fluxStage();
  const { header } = muxWav(new Int16Array(0), { sampleRate: RATE });
  const listening = await app.client.listen.v1.createConnection({ model: 'nova-3', interim_results: 'true' });
  const turning = await app.client.listen.v2.createConnection({
    model: 'flux-general-en',
    eot_timeout_ms: 1_000,
  });
  const heard = { v1: listenTo(listening), v2: listenTo(turning) };
  listening.connect();
  turning.connect();
  await app.until(() => heard.v1.opens + heard.v2.opens === 2);
  const send = (audio: Uint8Array<ArrayBuffer>) => {
    listening.sendMedia(audio);
    turning.sendMedia(audio);
  };
  send(Uint8Array.from(header));
  readFile(app, 20, send);
  await app.wait(5);
  app.network.cut();
  await app.wait(30);
  listening.sendCloseStream({ type: 'CloseStream' });
  turning.sendCloseStream({ type: 'CloseStream' });
  await app.until(() => heard.v1.closes.length + heard.v2.closes.length === 2);
  expect(textOf(finalWords(heard.v1.messages))).toEqual(textOf(app.spoken()));
  expect(wordsOf(turnsOf(heard.v2.messages, 'EndOfTurn'))).toEqual(textOf(app.spoken()));
});

test('Flux with pings of the app until 30 s after the end of the audio', async () => {
  const app = fluxStage();
  const connection = await app.client.listen.v2.createConnection({ ...FLUX });
  const heard = listenTo(connection);
  connection.connect();
  await app.until(() => heard.opens === 1);
  readFile(app, 6, (audio) => connection.sendMedia(audio));
  for (let second = 0; second < 30; second += 5) {
    (connection as unknown as { ping(): void }).ping();
    await app.wait(5);
    if (second === 15) app.network.cut();
  }
  connection.sendCloseStream({ type: 'CloseStream' });
  await app.until(() => heard.closes.length > 0);
  expect(wordsOf(turnsOf(heard.messages, 'EndOfTurn'))).toEqual(textOf(app.spoken()));
  expect(heard.closes).toEqual([expect.objectContaining({ code: 1005 })]);
});

test('Flux with thresholds; `shouldReconnect` opens no connection', async () => {
  const app = fluxStage();
  const connection = await app.client.listen.v2.createConnection({
    ...FLUX,
    shouldReconnect: () => true,
    eot_threshold: 0.8,
    eager_eot_threshold: 0.5,
    eot_timeout_ms: 4_000,
  });
  const heard = listenTo(connection);
  connection.connect();
  await app.until(() => heard.opens === 1);
  await app.speak(3, (audio) => connection.sendMedia(audio));
  app.emulator.closeAll(1011);
  await app.speak(3, (audio) => connection.sendMedia(audio));
  app.finishWord((audio) => connection.sendMedia(audio));
  await app.wait(10);
  connection.sendCloseStream({ type: 'CloseStream' });
  await app.until(() => heard.closes.length > 0);
  expect(wordsOf(turnsOf(heard.messages, 'EndOfTurn'))).toEqual(textOf(app.spoken()));
  await app.wait(60);
  expect(heard.opens).toBe(1);
  expect(app.sessions).toHaveLength(1);
});

test('Flux where only the app ends turns: a ForceEndTurn from before a cut is sent again after it', async () => {
  const app = fluxStage();
  const connection = await app.client.listen.v2.createConnection({ ...FLUX, eot_threshold: 1 });
  const heard = listenTo(connection);
  connection.connect();
  await app.until(() => heard.opens === 1);
  const send = (audio: Uint8Array<ArrayBuffer>) => connection.sendMedia(audio);
  await app.speak(3, send);
  app.finishWord(send);
  app.network.cut();
  connection.sendForceEndTurn({ type: 'ForceEndTurn' });
  await app.wait(4);
  expect(turnsOf(heard.messages, 'EndOfTurn')).toMatchObject([{ trigger: 'manual', turn_index: 0 }]);
  await app.speak(3, send);
  app.finishWord(send);
  connection.sendCloseStream({ type: 'CloseStream' });
  await app.until(() => heard.closes.length > 0);
  expect(wordsOf(turnsOf(heard.messages, 'EndOfTurn'))).toEqual(textOf(app.spoken()));
});

test('Configure of /v1/listen is sent unchanged, and again at the start of each later connection', async () => {
  const app = stage();
  const connection = await app.client.listen.v1.createConnection({ ...LISTEN_V1 });
  const heard = listenTo(connection);
  connection.connect();
  await app.until(() => heard.opens === 1);
  const change = { type: 'Configure', keyterms: ['Deepgram', 'Nova-3'], features: { numerals: true } };
  connection.socket.send(JSON.stringify(change));
  await app.speak(3, (audio) => connection.sendMedia(audio));
  app.network.cut();
  await app.speak(3, (audio) => connection.sendMedia(audio));
  expect(app.emulator.connections.map(({ controlMessages }) => controlMessages)).toEqual([
    expect.arrayContaining([expect.stringContaining('Configure')]) as unknown,
    expect.not.arrayContaining([expect.stringContaining('Configure')]) as unknown,
  ]);
  const sent = app.emulator.connections[0]?.controlMessages.find((text) => text.includes('Configure'));
  expect(JSON.parse(sent ?? '')).toEqual(change);
  const { query } = app.emulator.connections[1]!;
  expect([...query.getAll('keyterm'), query.get('numerals')]).toEqual(['Deepgram', 'Nova-3', 'true']);
});

test('Configure keeps fields that are null', async () => {
  const app = fluxStage();
  const connection = await app.client.listen.v2.createConnection({ ...FLUX, keyterm: 'Deepgram' });
  const heard = listenTo(connection);
  connection.connect();
  await app.until(() => heard.opens === 1);
  const change = { type: 'Configure', keyterms: null, thresholds: { eot_threshold: 0.8 } };
  connection.socket.send(JSON.stringify(change));
  await app.speak(2, (audio) => connection.sendMedia(audio));
  app.network.cut();
  await app.speak(3, (audio) => connection.sendMedia(audio));
  const { query } = app.emulator.connections[1]!;
  expect([query.get('keyterm'), query.get('eot_threshold')]).toEqual(['Deepgram', '0.8']);
});

test('an access token goes out as Bearer; once it has expired, only `auth` opens connections', async () => {
  for (const hasAuth of [false, true]) {
    const token = () => grantToken(app.clock.wallTime());
    const auth = () => ({ accessToken: token().access_token });
    const app: Stage = stage(
      hasAuth ? { auth } : {},
      {},
      { apiKey: undefined, accessToken: () => token().access_token },
    );
    const connection = await app.client.listen.v1.connect({ ...LISTEN_V1 });
    const heard = listenTo(connection);
    connection.connect();
    await app.until(() => heard.opens === 1);
    await app.speak(31, (audio) => connection.sendMedia(audio));
    app.network.cut();
    await app.wait(3);
    if (hasAuth) connection.sendCloseStream({ type: 'CloseStream' });
    await app.until(() => heard.closes.length > 0);
    expect(app.emulator.connections.map(({ scheme }) => scheme)).toEqual(
      Array(hasAuth ? 2 : 1).fill('bearer'),
    );
    expect(heard.closes).toMatchObject([hasAuth ? { code: 1000 } : { reason: /401/ }]);
  }
});

test('with `reconnect: true` the SDK begins a new session when one has failed, and none where one was closed', async () => {
  const app = stage({}, {}, { reconnect: true });
  const connection = await app.client.listen.v1.connect({ ...LISTEN_V1, reconnectAttempts: 2 });
  const heard = listenTo(connection);
  connection.connect();
  await app.until(() => heard.opens === 1);
  await app.speak(2, (audio) => connection.sendMedia(audio));
  app.emulator.refuse(401, { times: 1 });
  app.network.cut();
  await app.wait(5);
  expect(app.sessions).toHaveLength(2);
  connection.sendCloseStream({ type: 'CloseStream' });
  await app.until(() => heard.closes.length > 1);
  await app.wait(60);
  expect(app.sessions).toHaveLength(2);
  expect(app.network.liveLinks).toHaveLength(0);
});
