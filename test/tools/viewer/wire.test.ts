import { expect, test } from 'vitest';
import { openSession } from './session.ts';

test('the silence is the time since the last frame, and never reaches the window of 10 s [G1]', async () => {
  const { wire, speak, wait, live } = openSession();
  expect(wire.silenceMs).toBeUndefined();
  await speak(1_000);
  await wait(2_000);
  expect(wire.silenceMs).toBeGreaterThanOrEqual(2_000);
  expect(wire.silenceMs).toBeLessThan(2_100);
  await wait(60_000);
  expect(wire.silenceMs).toBeLessThanOrEqual(3_000);
  expect(wire.longestSilenceMs).toBe(3_000);
  live.abort();
});

test('measures the same silence as the session and the server', async () => {
  const { wire, emulator, speak, wait, network, close } = openSession();
  await speak(1_000);
  await wait(4_000);
  network.cut();
  await speak(2_000);
  const report = await close();
  expect(wire.longestSilenceMs).toBeCloseTo(report.longestOutboundSilenceMs, -1);
  const seen = Math.max(...emulator.connections.slice(0, 1).map((each) => each.longestOutboundSilenceMs));
  expect(Math.abs(seen - wire.longestSilenceMs)).toBeLessThan(100);
});

test('there is no silence without a connection', async () => {
  const { wire, emulator, network, speak, live } = openSession();
  await speak(1_000);
  emulator.refuse(503, { times: 100 });
  network.cut();
  await speak(1_000);
  expect(wire.silenceMs).toBeUndefined();
  expect(wire.longestSilenceMs).toBeLessThan(3_000);
  live.abort();
});

test('does not report silence after CloseStream', async () => {
  const { wire, emulator, speak, wait, live } = openSession();
  await speak(1_000);
  emulator.stallResults();
  void live.close();
  await wait(4_500);
  expect(emulator.latest?.controlMessages.at(-1)).toContain('CloseStream');
  expect(emulator.openConnections).toHaveLength(1);
  expect(wire.silenceMs).toBeUndefined();
  expect(wire.longestSilenceMs).toBeLessThan(3_000);
  live.abort();
});

test('it can cut the connection, and the session recovers without a loss', async () => {
  const { wire, live, speak, close } = openSession();
  await speak(1_000);
  wire.cut();
  await speak(2_000);
  const report = await close();
  expect(report).toMatchObject({ outcome: 'drained', connections: 2 });
  expect(live.ledger.confirmed).toBe(live.ledger.accepted);
});

test('calls no listener after it was removed', async () => {
  const { wire, speak, live } = openSession();
  const kinds = new Set<string>();
  const stop = wire.listen(({ kind }) => kinds.add(kind));
  await speak(500);
  stop();
  kinds.clear();
  await speak(500);
  expect([...kinds]).toEqual([]);
  live.abort();
});
