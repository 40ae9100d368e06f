import { describe, expect, test } from 'vitest';
import { expectTurnsToHold } from '../transcript/turn-rules.ts';
import { expectWholeTranscript, takeTurn, talk } from './flux-story.ts';

test('turns become transcripts, interim until they end, and one utterance each', async () => {
  const story = await talk();
  for (let turn = 0; turn < 3; turn += 1) await takeTurn(story);
  await story.close();
  expect(story.link.url).toContain('/v2/listen?model=flux-general-en');
  expectWholeTranscript(story);
  expect(story.finals.length).toBe(3);
  expect(story.utterances.map(({ text }) => text)).toEqual(story.finals.map(({ text }) => text));
  expect(new Set(story.transcripts.map(({ id }) => id)).size).toBe(3);
});

test('keeps one connection through pauses of 25 s, by pings', async () => {
  const story = await talk();
  for (let turn = 0; turn < 4; turn += 1) {
    await takeTurn(story);
    await story.pause(25);
  }
  await story.close();
  expect(story.network.links.length).toBe(1);
  expect(story.link.frames.some(({ kind }) => kind === 'ping')).toBe(true);
  expectWholeTranscript(story);
});

test('a browser, which has no pings, holds a connection through 3 minutes by silence that takes no time', async () => {
  const story = await talk({ weather: { platform: 'browser' } });
  await takeTurn(story);
  await story.pause(180);
  await takeTurn(story);
  await story.close();
  expect(story.network.links.length).toBe(1);
  expectWholeTranscript(story);
});

test('ends a turn whose source stops, by silence', async () => {
  const story = await talk();
  await story.speak(4);
  await story.finishWord();
  await story.pause(10);
  expect(story.utterances.length).toBe(1);
  await takeTurn(story);
  await story.close();
  expectWholeTranscript(story);
});

describe('loses no word and repeats none', () => {
  test.each([0.3, 1.7, 3.1, 4.3, 4.9, 5.5, 6.1])(
    'when the connection is cut %d s after a turn began',
    async (seconds) => {
      const story = await talk({ listen: { eager_eot_threshold: 0.4 } });
      await takeTurn(story);
      const cutAt = story.clock.now() + seconds * 1000;
      story.clock.setTimeout(() => story.network.cut(), cutAt - story.clock.now());
      await takeTurn(story);
      await takeTurn(story);
      await story.close();
      expect(story.network.links.length).toBe(2);
      expectWholeTranscript(story);
      expect(story.finals.length).toBe(3);
    },
  );

  test('when the connection is half-open in mid-turn, which is found in 4 s', async () => {
    const story = await talk();
    await takeTurn(story);
    await story.speak(2);
    const since = story.clock.now() / 1000;
    story.link.halfOpen();
    await story.speak(7);
    expect(story.attemptsAt.at(-1)! - since).toBeLessThan(4.5);
    await story.hush(2);
    await story.close();
    expectWholeTranscript(story);
  });

  test.each(['cut', 'halfOpen'] as const)('when it happens in a pause: %s', async (what) => {
    const story = await talk();
    await takeTurn(story);
    await story.pause(12);
    story.link[what]();
    await story.pause(13);
    await takeTurn(story);
    await takeTurn(story);
    await story.close();
    expect(story.network.links.length).toBe(2);
    expectWholeTranscript(story);
    expect(story.finals.length).toBe(3);
  });

  test.each([5, 40])('over an outage of %d s', async (seconds) => {
    const story = await talk();
    await takeTurn(story);
    await story.speak(2);
    story.server.blackhole(seconds * 1000);
    for (let turn = 0; turn < seconds / 6; turn += 1) await takeTurn(story);
    await takeTurn(story);
    await story.close();
    expectWholeTranscript(story);
  });

  test('in a monologue of 90 s, cut after 60', async () => {
    const story = await talk();
    await story.speak(60);
    story.network.cut();
    await story.speak(30);
    await story.close();
    expectWholeTranscript(story);
  });

  test('in a monologue that is longer than the log, if no connection is lost', async () => {
    const story = await talk({ log: { maxSeconds: 30 } });
    await story.speak(90);
    await story.close();
    expectWholeTranscript(story);
    expect(story.turns.filter(({ type }) => type === 'start').length).toBe(1);
  });

  test.each([0, 0.1, 0.3])('when the connection is cut %d s into the drain', async (seconds) => {
    const story = await talk({ weather: { latencyMs: 200 } });
    await takeTurn(story);
    await story.speak(3.2);
    story.clock.setTimeout(() => story.network.cut(), seconds * 1000);
    await story.close();
    expectWholeTranscript(story);
  });

  test('when the close comes without the last Updates', async () => {
    const story = await talk({ given: (server) => server.inflict('dropOnCloseStream results on 1') });
    await takeTurn(story);
    await story.speak(3);
    await story.close();
    expectWholeTranscript(story);
  });
});

test('announces the loss of a monologue that is longer than the log, and continues the turn', async () => {
  const story = await talk({ log: { maxSeconds: 30 } });
  await takeTurn(story);
  await story.speak(45);
  story.network.cut();
  await story.speak(10);
  await story.finishWord();
  await story.hush(2);
  await story.close();
  const drops = story.noticesOf('audio-dropped').map(({ evidence }) => evidence);
  // While there is no connection, a little more goes.
  expect(drops.map(({ reason }) => reason)).toEqual(['connection-lost', 'log-full']);
  const startSeconds = drops[0]!['startSeconds'] as number;
  const endSeconds = drops[1]!['endSeconds'] as number;
  expect(endSeconds - startSeconds).toBeGreaterThan(14);
  expect(endSeconds - startSeconds).toBeLessThan(18);
  expectTurnsToHold(story.turns);
  expect(story.turns.filter(({ type }) => type === 'end').map(({ id }) => id)).toEqual([1, 2]);
  const kept = story.spoken.filter(({ start, end }) => end <= startSeconds || start >= endSeconds);
  expect(story.heard.map(({ word }) => word)).toEqual(expect.arrayContaining(kept.map(({ word }) => word)));
  expect(story.report!.ledger.dropped / 1000).toBeCloseTo(endSeconds - startSeconds, 1);
});

test('a server that accepts the connection and never reports that it is ready has refused it', async () => {
  const story = await talk({ given: (server) => server.inflict('mute on next') });
  await takeTurn(story);
  await story.pause(20);
  expect(story.ends).toEqual(['not-ready']);
  await story.close();
  expectWholeTranscript(story);
});

test("reports the server's reason for the end of the connection", async () => {
  const story = await talk({
    weather: { platform: 'node' },
    keepAliveMs: 5_000,
    server: { fluxIdleTimeoutMs: 4_000 },
  });
  await takeTurn(story);
  await story.pause(10);
  expect(story.ends).toContain('client-silent');
  expect(story.noticesOf('connection-lost')[0]!.evidence['serverMessage']).toContain('INACTIVE_CLIENT');
  await takeTurn(story);
  await story.close();
  expectWholeTranscript(story);
});

test.each([1, 2, 4, 8])(
  'reports %d messages that were lost, and replays the turn whose end was among them',
  async (count) => {
    const story = await talk();
    await takeTurn(story);
    await story.speak(4);
    await story.finishWord();
    // The end of the turn comes 0.7 s after its last word.
    await story.hush(0.6);
    story.server.loseMessages(count);
    await story.hush(2);
    await takeTurn(story);
    await story.close();
    expect(story.noticesOf('messages-missing')[0]!.evidence).toEqual({ count });
    expectWholeTranscript(story);
    expect(story.finals.length).toBe(3);
  },
);
