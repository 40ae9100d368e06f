import { expect, test } from 'vitest';
import { tell } from './story.ts';

test('a speaker who pauses for 25 s, again and again, keeps one connection [G1]', async () => {
  const story = await tell();
  for (let turn = 0; turn < 4; turn += 1) {
    await story.speak(6);
    await story.pause(25);
  }
  await story.speak(6);
  await story.close();
  expect(story.network.links.length).toBe(1);
  story.expectEveryWordOnce();
  story.expectCleanWire();
});

test('a KeepAlive goes out 3 s after the last frame, then every 3 s, and never as audio [G1 G4]', async () => {
  const story = await tell();
  await story.speak(6);
  const lastFrameAt = story.clock.now();
  await story.pause(20);
  const keepAlives = story.link.frames.filter(({ text }) => text === '{"type":"KeepAlive"}');
  expect(keepAlives.map(({ atMs, kind }) => [atMs - lastFrameAt, kind])).toEqual(
    [3, 6, 9, 12, 15, 18].map((second) => [second * 1000, 'text']),
  );
  story.live.abort();
});

test('no KeepAlive is spent while audio flows [G1]', async () => {
  const story = await tell();
  await story.speak(60);
  expect((await story.close()).keepAlives).toBe(0);
});

test.each([1_000, 2_000, 5_000])('keepAliveMs %i is kept to the millisecond [G1]', async (keepAliveMs) => {
  const story = await tell({ keepAliveMs });
  await story.speak(6);
  await story.pause(60);
  await story.close();
  expect(story.link.longestOutboundSilenceMs).toBe(keepAliveMs);
});

test('a connection opened early is held through 14 s without a word [G1]', async () => {
  const story = await tell({ connect: 'eager', server: { keepAliveHolds: 'always' } });
  await story.pause(14);
  expect(story.path).toBe('connecting > idle-keepalive');
  await story.speak(6);
  await story.close();
  expect(story.network.links.length).toBe(1);
  story.expectEveryWordOnce();
  story.expectCleanWire();
});

test('where KeepAlive holds only connections with audio, an early one may end, and audio reconnects [G3 G7]', async () => {
  const story = await tell({ connect: 'eager', server: { keepAliveHolds: 'after-audio' } });
  await story.pause(600);
  expect(story.network.links.length).toBeLessThan(10);
  const spokeAt = story.clock.now() / 1000;
  await story.speak(6);
  expect(story.attemptsAt.at(-1)).toBeLessThan(spokeAt + 0.5);
  await story.close();
  story.expectEveryWordOnce();
});

test('after a pause of an hour the next word is transcribed [G3]', async () => {
  const story = await tell({ server: { noAudioTimeoutMs: false } });
  await story.speak(6);
  await story.pause(3_600);
  await story.speak(6);
  await story.close();
  expect(story.network.links.length).toBe(1);
  story.expectEveryWordOnce();
  story.expectCleanWire();
});

test('does not reconnect after NET-0002 until there is audio again [G3 G7]', async () => {
  const story = await tell();
  await story.speak(3);
  await story.hush(5);
  await story.pause(1_200);
  await story.speak(6);
  await story.close();
  story.expectEveryWordOnce();
  story.expectCleanWire();
});

test('disconnectAfterIdleMs closes the connection with CloseStream, and the next audio connects again [G3 G5]', async () => {
  const story = await tell({ disconnectAfterIdleMs: 30_000 });
  await story.speak(6);
  await story.pause(60);
  expect(story.path).toBe('dormant > connecting > streaming > idle-keepalive > draining > dormant');
  expect(story.server.latest?.end).toMatchObject({ by: 'server', code: 1000 });
  expect(story.server.openConnections.length).toBe(0);
  await story.pause(600);
  expect(story.network.links.length).toBe(1);
  await story.speak(6);
  await story.close();
  expect(story.network.links.length).toBe(2);
  story.expectEveryWordOnce();
  story.expectCleanWire();
});

test('audio that comes while an idle connection is being given back is not forgotten [G3]', async () => {
  for (const lateMs of [0, 20, 40, 60, 80]) {
    const story = await tell({ disconnectAfterIdleMs: 10_000, weather: { latencyMs: 30 } });
    await story.speak(6);
    await story.pause(13 + lateMs / 1000);
    await story.speak(6);
    await story.close();
    story.expectEveryWordOnce();
  }
});

test('a user who pauses sends nothing and holds the connection [G1 G2]', async () => {
  const story = await tell();
  await story.speak(6);
  story.live.pause();
  const { accepted } = story.live.ledger;
  story.allowRefusals();
  for (let frame = 0; frame < 20; frame += 1) story.send(new Int16Array(20));
  expect(new Set(story.refusals.map(({ reason }) => reason))).toEqual(new Set(['paused']));
  expect(story.live.ledger.accepted).toBe(accepted);
  await story.pause(25);
  story.live.resume();
  await story.speak(6);
  await story.close();
  expect(story.network.links.length).toBe(1);
  story.expectEveryWordOnce();
  story.expectCleanWire();
});

test('a laptop that slept for an hour finds out at once, and loses nothing it had accepted [G1 G3 G11]', async () => {
  const story = await tell();
  await story.speak(10.25);
  await story.sleep(3_600);
  const wokeAt = story.clock.now() / 1000;
  await story.speak(20);
  expect(story.attemptsAt.at(-1)).toBeLessThan(wokeAt + 11);
  await story.close();
  expect(story.heardText).toBe(story.spokenText);
});

test('a KeepAlive that comes late is reported [G1]', async () => {
  const story = await tell({ server: { idleTimeoutMs: 60_000 } });
  await story.speak(6);
  await story.pause(4);
  await story.sleep(20);
  await story.wait(1);
  expect(story.noticesOf('timer-late').length).toBeGreaterThan(0);
  story.live.abort();
});

test('an idle link that a proxy cuts each minute, and that comes back each time, is no outage', async () => {
  const story = await tell();
  await story.speak(6.3);
  for (let minute = 0; minute < 40; minute += 1) {
    await story.pause(60);
    story.network.cut();
  }
  await story.pause(15);
  expect(story.noticesOf('connection-suspended')).toEqual([]);
  expect(story.path).not.toContain('suspended');
  expect(story.status.phase).toBe('open');
  await story.speak(6);
  await story.close();
  story.expectEveryWordOnce();
});
