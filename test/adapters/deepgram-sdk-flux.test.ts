/** The same for Flux, `listen.v2` of `@deepgram/sdk`. */
import { expect, test } from 'vitest';
// Loading code on demand would take real time.
import '../../src/static.ts';
import { RATE } from '../system/voice.ts';
import { listenTo, type Message, stage } from './sdk-stage.ts';

type Stage = ReturnType<typeof stage>;

async function open(app: Stage) {
  const connection = await app.client.listen.v2.connect({
    model: 'flux-general-en',
    encoding: 'linear16',
    sample_rate: RATE,
    eot_timeout_ms: 1_000,
  });
  const heard = listenTo(connection);
  connection.connect();
  await app.until(() => heard.opens === 1);
  return { connection, heard, send: (audio: Uint8Array<ArrayBuffer>) => connection.sendMedia(audio) };
}

const turnsOf = (messages: readonly Message[], event: string) =>
  messages.filter((message) => message.type === 'TurnInfo' && message.event === event);

const INCIDENTS: Record<
  string,
  (app: Stage, send: (audio: Uint8Array<ArrayBuffer>) => void) => Promise<void> | void
> = {
  'a pause of 70 s': async ({ finishWord, wait }, send) => {
    // Silence is put in where the source pauses: within a word it would split it.
    finishWord(send);
    await wait(70);
  },
  'a cut': ({ network }) => network.cut(),
  'a close 1011': ({ emulator }) => emulator.closeAll(1011),
  'an outage of 12 s': async ({ network, wait }) => {
    network.offline = true;
    network.cut();
    await wait(12);
    network.offline = false;
  },
  'a half-open link': ({ network }) => network.halfOpen(),
};

test.each(Object.entries(INCIDENTS))(
  'receives every word once, with consecutive turn numbers, through %s',
  async (_, happen) => {
    const app = stage({}, { fluxSampleRate: 'any' });
    const { connection, heard, send } = await open(app);
    for (let round = 0; round < 2; round += 1) {
      await app.speak(4.3, send);
      await happen(app, send);
      await app.speak(4.3, send);
    }
    app.finishWord(send);
    await app.wait(1);
    connection.sendCloseStream({ type: 'CloseStream' });
    await app.until(() => heard.closes.length > 0);
    const ends = turnsOf(heard.messages, 'EndOfTurn');
    const words = ends.flatMap((message) => message.words ?? []);
    expect(words.map(({ word }) => word)).toEqual(app.spoken().map(({ word }) => word));
    expect(ends.map(({ turn_index }) => turn_index)).toEqual(ends.map((_turn, index) => index));
    expect(turnsOf(heard.messages, 'StartOfTurn').map(({ turn_index }) => turn_index)).toEqual(
      ends.map((_turn, index) => index),
    );
    expect(heard.messages.filter(({ type }) => type === 'Connected')).toHaveLength(1);
    const sequence = heard.messages.map(({ sequence_id }) => sequence_id).filter((id) => id !== undefined);
    expect(sequence).toEqual(sequence.map((_id, index) => index));
    const windowEnds = heard.messages
      .map(({ audio_window_end }) => audio_window_end as number)
      .filter(Boolean);
    expect(windowEnds.at(-1)).toBeLessThanOrEqual(app.spoken().length * 0.6 + 0.6);
    expect(heard.closes).toEqual([expect.objectContaining({ code: 1005 })]);
    expect(heard.errors).toEqual([]);
  },
);

test('turn numbers continue after a reconnect, and an interrupted turn does not start again', async () => {
  const app = stage({}, { fluxSampleRate: 'any' });
  const { connection, heard, send } = await open(app);
  const silence = async () => {
    app.finishWord(send);
    for (let step = 0; step < 100; step += 1) {
      await app.wait(0.02);
      send(new Uint8Array(40));
    }
  };
  await app.speak(3, send);
  await silence();
  await app.speak(2, send);
  app.network.cut();
  await app.speak(3, send);
  await silence();
  await app.speak(3, send);
  await silence();
  connection.sendCloseStream({ type: 'CloseStream' });
  await app.until(() => heard.closes.length > 0);
  expect(app.emulator.connections).toHaveLength(2);
  const ends = turnsOf(heard.messages, 'EndOfTurn');
  expect(ends.map(({ turn_index }) => turn_index)).toEqual([0, 1, 2]);
  expect(turnsOf(heard.messages, 'StartOfTurn').map(({ turn_index }) => turn_index)).toEqual([0, 1, 2]);
  expect(ends.flatMap((message) => message.words ?? []).map(({ word }) => word)).toEqual(
    app.spoken().map(({ word }) => word),
  );
});

test('Configure is answered once, and each later connection begins with the changed parameters', async () => {
  const app = stage({}, { fluxSampleRate: 'any' });
  const { connection, heard, send } = await open(app);
  await app.speak(1, send);
  connection.sendConfigure({ type: 'Configure', thresholds: { eot_threshold: 0.9 } });
  connection.sendConfigure({ type: 'Configure', keyterms: ['one'] });
  await app.speak(1, send);
  app.network.cut();
  await app.speak(6, send);
  const [, second] = app.emulator.connections;
  expect(second?.controlMessages).toEqual([]);
  const { searchParams } = new URL(app.network.latest?.url ?? '');
  expect(searchParams.get('eot_threshold')).toBe('0.9');
  expect(searchParams.getAll('keyterm')).toEqual(['one']);
  expect(heard.messages.filter(({ type }) => type === 'ConfigureSuccess')).toHaveLength(2);
});

test('an invalid Configure is answered by the server', async () => {
  const app = stage({}, { fluxSampleRate: 'any' });
  const { connection, heard, send } = await open(app);
  await app.speak(1, send);
  connection.sendConfigure({ type: 'Configure', thresholds: { eot_threshold: 7 } });
  await app.speak(1, send);
  expect(heard.messages.filter(({ type }) => type === 'ConfigureFailure')).toHaveLength(1);
  expect(app.emulator.connections).toHaveLength(1);
});

test('ForceEndTurn ends the turn', async () => {
  const app = stage({}, { fluxSampleRate: 'any' });
  const { connection, heard, send } = await open(app);
  await app.speak(2.2, send);
  connection.sendForceEndTurn({ type: 'ForceEndTurn' });
  await app.wait(1);
  expect(turnsOf(heard.messages, 'EndOfTurn')).toMatchObject([{ trigger: 'manual', turn_index: 0 }]);
});

test('`ping()` of the app is accepted and has no effect', async () => {
  const app = stage({}, { fluxSampleRate: 'any' });
  const { connection } = await open(app);
  expect(() => (connection as unknown as { ping(): void }).ping()).not.toThrow();
});
