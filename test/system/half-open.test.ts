import { expect, test } from 'vitest';
import { cut, halfOpen, stallResults, throttle } from '../../src/testing/index.ts';
import { tell } from './story.ts';

test('a half-open link is found within 11 s, and nothing is lost [G3 G11]', async () => {
  const story = await tell();
  await story.speak(10);
  story.network.halfOpen();
  const brokeAt = story.clock.now() / 1000;
  await story.speak(25);
  expect(story.ends).toEqual(['stalled']);
  expect(story.attemptsAt.at(-1)).toBeGreaterThan(brokeAt + 8);
  expect(story.attemptsAt.at(-1)).toBeLessThan(brokeAt + 11);
  await story.close();
  story.expectEveryWordOnce();
});

test('a half-open link is found in a browser, too, whose sockets show no error [G11]', async () => {
  const story = await tell({
    weather: { platform: 'browser' },
    given: (server) => server.onConnection(1, halfOpen({ afterAudioMs: 5_000 })),
  });
  await story.speak(30);
  await story.close();
  expect(story.ends).toEqual(['stalled']);
  story.expectEveryWordOnce();
});

test('a server that takes audio and answers nothing is found as well [G11]', async () => {
  const story = await tell({
    given: (server) => server.onConnection(1, stallResults({ afterAudioMs: 5_000 })),
  });
  await story.speak(30);
  await story.close();
  expect(story.ends).toEqual(['stalled']);
  story.expectEveryWordOnce();
});

test('a pause is not mistaken for a broken link [G11]', async () => {
  const story = await tell();
  await story.speak(6.3);
  await story.pause(120);
  await story.speak(1);
  await story.pause(120);
  await story.speak(6);
  await story.close();
  expect(story.ends).toEqual([]);
  story.expectEveryWordOnce();
});

test('does not take a server that sends only finals for a broken link [G11]', async () => {
  const story = await tell({ listen: { interim_results: false } });
  await story.speak(30);
  await story.hush(60);
  await story.speak(30);
  await story.close();
  expect(story.ends).toEqual([]);
  story.expectEveryWordOnce();
});

test('a broken link of a server that sends only finals is found [G3 G11]', async () => {
  const story = await tell({ listen: { interim_results: false } });
  await story.speak(10);
  story.network.halfOpen();
  await story.speak(30);
  expect(story.ends).toEqual(['stalled']);
  await story.close();
  story.expectEveryWordOnce();
});

test('a link that breaks during a pause is found when audio flows again [G3 G11]', async () => {
  const story = await tell();
  await story.speak(6);
  await story.pause(10);
  story.network.halfOpen();
  await story.pause(30);
  const spokeAt = story.clock.now() / 1000;
  await story.speak(20);
  expect(story.attemptsAt.at(-1)).toBeLessThan(spokeAt + 11);
  await story.close();
  story.expectEveryWordOnce();
});

test('waits for a slow server: loses nothing, and gives no link up [G2 G11]', async () => {
  const story = await tell({
    given: (server) => server.onConnection(1, throttle(0.6, { afterAudioMs: 2_000 })),
  });
  await story.speak(60);
  story.server.throttle(1.25);
  await story.close();
  expect(story.ends).toEqual([]);
  story.expectEveryWordOnce();
});

test('does not drop audio at risk on a slow server, although the log is full [G2]', async () => {
  const story = await tell({
    log: { maxSeconds: 10 },
    given: (server) => server.onConnection(1, throttle(0.5, { afterAudioMs: 1_000 })),
  });
  await story.speak(60);
  expect(story.live.ledger.dropped).toBe(0);
  expect(story.live.ledger.pending).toBeGreaterThan(20_000);
  story.server.throttle(1.25);
  await story.close();
  story.expectEveryWordOnce();
});

test('audio at risk is dropped, and announced, when its connection ends [G2]', async () => {
  const story = await tell({
    log: { maxSeconds: 10 },
    given: (server) =>
      server.onConnection(1, throttle(0.5, { afterAudioMs: 1_000 }), cut({ afterAudioMs: 40_000 })),
  });
  await story.speak(60);
  await story.close();
  expect(story.noticesOf('audio-dropped')[0]?.evidence['reason']).toBe('connection-lost');
  story.expectOnlyAnnouncedLost();
});

test('an uplink too slow for the audio keeps its KeepAlive and its order [G1 G3]', async () => {
  const story = await tell({ weather: { uplinkBytesPerSecond: 1_900 } });
  await story.speak(60);
  story.network.conditions.uplinkBytesPerSecond = 10_000;
  await story.speak(20);
  await story.close();
  story.expectEveryWordOnce();
  story.expectCleanWire();
});
