import { expect, test } from 'vitest';
import { RATE, tell, type Story } from './story.ts';

async function outage(story: Story, seconds: number): Promise<void> {
  await story.speak(10);
  story.network.offline = true;
  story.network.cut();
  await story.speak(seconds);
  story.network.offline = false;
  await story.speak(10);
}

test('an outage longer than the log loses exactly what was announced [G2 G6]', async () => {
  const story = await tell();
  await outage(story, 120);
  await story.close();
  expect(story.live.ledger.dropped).toBeGreaterThan(55_000);
  expect(story.noticesOf('audio-dropped').map(({ evidence }) => evidence['reason'])).toContain('log-full');
  story.expectOnlyAnnouncedLost();
});

test('the log holds no more than its bytes, however long the outage [G6]', async () => {
  const story = await tell({ log: { maxBytes: 65_536 } });
  await outage(story, 100);
  expect(Math.max(story.live.ledger.pending)).toBeLessThanOrEqual(65_536 / 2 + RATE * 12);
  await story.close();
  story.expectOnlyAnnouncedLost();
});

test('announces drops in a row together, once a second [G2]', async () => {
  const story = await tell();
  await outage(story, 120);
  expect(story.noticesOf('audio-dropped').length).toBeLessThan(100);
  story.live.abort();
});

test('a full log that refuses reports it, and accepted audio is transcribed [G2 G6]', async () => {
  const story = await tell({ log: { overflow: 'refuse', maxSeconds: 20 } });
  story.allowRefusals();
  await outage(story, 60);
  expect(story.refusals[0]).toMatchObject({ reason: 'log-full' });
  expect(story.noticesOf('audio-refused').length).toBe(1);
  expect(story.live.ledger.dropped).toBe(0);
  await story.close();
  expect(story.live.ledger).toMatchObject({ pending: 0, dropped: 0 });
});

test('catchUp live goes straight to live, and announces what it skipped [G2]', async () => {
  const story = await tell({ catchUp: 'live' });
  await outage(story, 20);
  expect(story.live.ledger.pending).toBeLessThan(6_000);
  await story.close();
  expect(story.noticesOf('audio-dropped').map(({ evidence }) => evidence['reason'])).toEqual(['skipped']);
  story.expectOnlyAnnouncedLost();
});

test('catchUp lastSeconds keeps so much, and announces the rest [G2]', async () => {
  const story = await tell({ catchUp: { lastSeconds: 5 } });
  await outage(story, 30);
  await story.close();
  const [skipped] = story.droppedRanges;
  expect(skipped!.end - skipped!.start).toBeGreaterThan(20);
  story.expectOnlyAnnouncedLost();
});

test('a first connection that is slow to come is no outage: its backlog is sent under any policy [G3]', async () => {
  const story = await tell({ catchUp: 'live', weather: { handshakeDelayMs: 5_000 } });
  await story.speak(20);
  await story.close();
  story.expectEveryWordOnce();
});

test('a backlog is announced with its length and its end', async () => {
  const story = await tell();
  await outage(story, 20);
  const [notice] = story.noticesOf('catching-up');
  expect(notice?.evidence['backlogSeconds']).toBeGreaterThan(20);
  story.live.abort();
});

test('a backlog is caught up with, in the time that the rate allows [G10]', async () => {
  const story = await tell();
  await story.speak(10);
  story.network.offline = true;
  story.network.cut();
  await story.speak(10);
  story.network.offline = false;
  // The next attempt may come 10 s later, as long as the outage was: 20 s of backlog, at a fifth more than real time.
  await story.speak(120);
  expect(story.say(20).backlogMs).toBeLessThan(50);
  await story.close();
  story.expectEveryWordOnce();
});

test('an outage of 40 s loses nothing, with any jitter: attempts do not run out before the log does [G3]', async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const story = await tell({ seed });
    await story.speak(5);
    story.network.offline = true;
    story.network.cut();
    await story.speak(40);
    story.network.offline = false;
    await story.speak(40);
    expect(story.live.ledger.dropped, `with seed ${seed}`).toBe(0);
    story.live.abort();
  }
});
