import { expect, test } from 'vitest';
import {
  blackhole,
  close,
  cut,
  dropOnCloseStream,
  duplicateResults,
  flap,
  halfOpen,
  loseMessages,
  malformed,
  mute,
  reorderResults,
  slow,
  stallResults,
  throttle,
} from '../../../../src/testing/emulator/faults.ts';
import type { Emulator } from '../../../../src/testing/emulator/emulator.ts';
import { count, speak } from '../../../../src/testing/recognisers/tone-speaker.ts';
import { BareClient, spelled } from '../client.ts';
import { FluxClient, SAMPLE_RATE as sampleRate, silence } from './client.ts';

type AnyFault = Parameters<Emulator['onConnection']>[1];

const speech = speak(count(1, 6), { sampleRate });

const faulty = (...faults: AnyFault[]) =>
  new FluxClient('', {}, (emulator) => emulator.onConnection(1, ...faults));

const sequence = (client: FluxClient) => client.messages.map(({ sequence_id: id }) => id);

test('mute on the next connection: it never sends Connected, answers pings, and does not close', () => {
  const client = new FluxClient('', {}, (emulator) => emulator.inflict('mute on next'));
  client.stream(speech);
  client.connection.receivePing();
  client.send({ type: 'CloseStream' });
  client.clock.advance(300_000);
  expect(client.texts).toEqual([]);
  expect(client.closed).toBeUndefined();
  expect(client.connection.received.at(-2)?.kind).toBe('ping');
  expect(client.emulator.openConnections).toHaveLength(1);
});

test('mute in mid-turn: it sends nothing, goes on reading, and sends again when it is healed', () => {
  const client = faulty(mute({ afterAudioMs: 1_000 }));
  client.stream(speech);
  const { length } = client.texts;
  client.stream(silence(120));
  expect(client.texts).toHaveLength(length);
  expect(client.connection.receivedAudioMs).toBe(123_000);
  client.emulator.clearFaults();
  client.stream(silence(1));
  expect(client.texts.length).toBeGreaterThan(length);
});

test('mute on /v1/listen: no result, and no close', () => {
  const client = new BareClient('interim_results=true', {}, (emulator) => emulator.inflict('mute on next'));
  client.stream(speech);
  client.clock.advance(60_000);
  expect([client.texts, client.closed]).toEqual([[], undefined]);
});

test('messages that are lost leave a hole in sequence_id', () => {
  const client = faulty(loseMessages(2, { afterAudioMs: 1_000 }));
  client.stream(silence(3));
  const holes = sequence(client).filter((id, i, all) => i > 0 && id !== (all[i - 1] ?? 0) + 1);
  expect(holes).toHaveLength(1);
  expect(sequence(client).at(-1)).toBe(client.texts.length + 1);
});

test('duplicated results come twice, and reordered ones in pairs the wrong way round', () => {
  const twice = faulty(duplicateResults());
  twice.stream(silence(1));
  expect(sequence(twice)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4]);
  const reordered = faulty(reorderResults());
  reordered.clock.advance(0);
  reordered.stream(silence(1));
  expect(sequence(reordered)).toEqual([0, 2, 1, 4, 3]);
});

test.each([
  ['results', 2],
  ['metadata', 4],
] as const)('a drop on CloseStream, before %s, cuts the drain there', (before, updates) => {
  const client = new FluxClient('', { maxPace: 1, burstMs: 0 }, (emulator) =>
    emulator.onConnection(1, dropOnCloseStream(before)),
  );
  client.connection.receiveBinary(new Uint8Array(silence(1).buffer));
  client.clock.advance(500);
  client.send({ type: 'CloseStream' });
  client.clock.advance(5_000);
  expect(client.closed?.code).toBe(1006);
  expect(client.turns('Update')).toHaveLength(updates);
});

test.each<[string, AnyFault, number | undefined]>([
  ['cut', cut({ afterAudioMs: 1_000 }), 1006],
  ['close', close(1011, '', { afterMs: 1_000 }), 1011],
  ['flap', flap(), 1011],
  ['halfOpen', halfOpen({ afterMs: 1_000 }), undefined],
])('%s strikes as it does on /v1/listen', (_, fault, code) => {
  const client = faulty(fault);
  client.stream(speech);
  const { length } = client.texts;
  client.stream(silence(90));
  expect(client.closed?.code).toBe(code);
  expect(client.texts).toHaveLength(length);
});

test.each<[string, AnyFault]>([
  ['stallResults', stallResults({ afterMs: 500, forMs: 1_500 })],
  ['throttle', throttle(0.5, { forMs: 2_000 })],
  ['slow', slow(700)],
  ['blackhole', blackhole({ afterMs: 500, forMs: 1_500 })],
  ['malformed', malformed({ afterMs: 500 })],
])('%s loses nothing of a turn', (_, fault) => {
  const client = faulty(fault);
  client.stream(speech);
  client.stream(silence(2));
  client.clock.advance(10_000);
  expect(client.emulator.transcript()).toEqual(spelled(count(1, 6)));
  expect(client.texts.filter((text) => text.includes('"event":"EndOfTurn"'))).toHaveLength(1);
});
