/** Losses that were once possible; each test names one. */
import { expect, test } from 'vitest';
import { createLiveTranscription, type Environment } from '../../src/index.ts';
import { Emulator, stallResults, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';
import { tell } from './story.ts';

test('a long pause with half a word pending does not use up the retry budget [G7]', async () => {
  const story = await tell({ giveUpAfterMs: 120_000 });
  await story.speak(10);
  await story.pause(1_000);
  expect(story.status.phase).not.toBe('failed');
  story.live.abort();
});

test('sends the next word at once after NET-0002 in a long pause [G3 G7]', async () => {
  const story = await tell();
  await story.speak(10);
  await story.pause(615);
  const spokeAt = story.clock.now() / 1000;
  await story.speak(35);
  expect(story.noticesOf('connection-suspended')).toEqual([]);
  expect(story.attemptsAt.filter((at) => at > spokeAt + 0.5)).toEqual([]);
  story.live.abort();
});

test('two cuts, minutes apart in one long pause, are no long outage [G7]', async () => {
  const story = await tell();
  await story.speak(10);
  await story.pause(20);
  story.network.cut();
  await story.pause(200);
  story.network.cut();
  await story.wait(1);
  await story.speak(3);
  expect(story.path).not.toContain('suspended');
  story.live.abort();
});

test('a word too short for a result, then a minute of pause, does not count as undecodable audio [G7]', async () => {
  const story = await tell({ server: { keepAliveHolds: 'after-results' } });
  await story.speak(0.6);
  await story.pause(90);
  expect(story.status.phase).not.toBe('failed');
  await story.speak(10);
  await story.close();
  story.expectEveryWordOnce();
});

test('one NET-0000 after a refused handshake does not count as two [G7]', async () => {
  const story = await tell({
    stallMs: 60_000,
    given: (server) => {
      server.refuse(503);
      server.onConnection(2, stallResults());
    },
  });
  await story.speak(40);
  expect(story.ends).toEqual(['server-unavailable', 'server-silent']);
  expect(story.status.phase).not.toBe('failed');
  await story.close();
  story.expectEveryWordOnce();
});

test('sparse audio without results is no broken link [G11]', async () => {
  const story = await tell();
  for (let frame = 0; frame < 40; frame += 1) {
    await story.pause(2.6);
    await story.speak(0.2);
  }
  expect(story.ends).toEqual([]);
  story.live.abort();
});

test('one word every six seconds is enough to find a broken link [G11]', async () => {
  const story = await tell();
  await story.speak(3);
  story.network.halfOpen();
  for (let turn = 0; turn < 5; turn += 1) {
    await story.speak(2.4);
    await story.pause(4);
  }
  expect(story.ends).toEqual(['stalled']);
  story.live.abort();
});

test('close() settles though a Blob never gives its bytes [G9]', async () => {
  const story = await tell();
  await story.speak(3);
  const blob = new Blob([new Uint8Array(40)]);
  blob.arrayBuffer = () => new Promise(() => undefined);
  story.live.send(blob);
  await story.close(30);
});

test('a full log that refuses drops nothing [G2]', async () => {
  const story = await tell({ log: { overflow: 'refuse' } });
  story.allowRefusals();
  story.network.offline = true;
  await story.speak(100);
  expect(story.refusals.length).toBeGreaterThan(1_900);
  expect(story.live.ledger.dropped).toBe(0);
  story.live.abort();
});

test('the pace of a replay keeps to its limit over every four seconds [G10]', async () => {
  const story = await tell();
  await story.speak(10);
  story.network.offline = true;
  story.network.cut();
  await story.speak(30);
  story.network.offline = false;
  await story.speak(30);
  story.expectCleanWire({ maxPace: 1.25 });
  story.live.abort();
});

test('a close after an idle end is not taken for drained because an earlier drain was [G9]', async () => {
  const story = await tell({
    disconnectAfterIdleMs: 10_000,
    server: { faultsOf: (attempt) => (attempt > 1 ? [stallResults()] : []) },
  });
  await story.speak(6);
  await story.pause(20);
  await story.speak(6);
  const report = await story.close();
  expect(report).toMatchObject({ outcome: 'deadline' });
  expect(report.ledger.pending).toBeGreaterThan(0);
});

test('a close within an idle drain is not taken for drained, where audio came behind it [G9]', async () => {
  const story = await tell({
    disconnectAfterIdleMs: 4_000,
    weather: { latencyMs: 500 },
    server: { faultsOf: (attempt) => (attempt > 1 ? [stallResults()] : []) },
  });
  await story.speak(6);
  while (story.status.state !== 'draining') await story.wait(0.1);
  await story.speak(0.2);
  const report = await story.close();
  expect(report).toMatchObject({ outcome: 'deadline' });
  expect(report.ledger.pending).toBeGreaterThan(0);
});

test('many offline events do not end a link that answers [G11]', async () => {
  let network!: Parameters<Environment>[0];
  const story = await tell({
    environment: (hints) => {
      network = hints;
      return () => undefined;
    },
  });
  for (let flicker = 0; flicker < 4; flicker += 1) {
    await story.speak(2);
    network.offline();
    await story.speak(1);
    network.online();
  }
  await story.speak(10);
  expect(story.ends).toEqual([]);
  story.live.abort();
});

/** Time does not move while timers without delay are set again and again. */
class WatchedClock extends VirtualClock {
  #at = 0;
  #set = 0;
  override setTimeout(callback: () => void, delayMs: number): unknown {
    if (this.now() !== this.#at) this.#set = 0;
    this.#at = this.now();
    if ((this.#set += 1) > 1_000) throw new Error(`timers without end at ${this.now()} ms`);
    return super.setTimeout(callback, delayMs);
  }
}

test('a silence slightly shorter than the KeepAlive interval causes no timer loop [G1]', async () => {
  for (let fraction = 0.01; fraction < 1; fraction += 0.01) {
    const clock = new WatchedClock();
    const network = new VirtualNetwork(new Emulator({ clock }));
    const live = createLiveTranscription({
      auth: { apiKey: 'key' },
      listen: { encoding: 'linear16', sample_rate: 1_000 },
      clock,
      transport: network.transport,
    });
    live.send(new Uint8Array(40));
    await clock.advanceAsync(33_333 / 7 + fraction);
    live.send(new Uint8Array(40));
    await clock.advanceAsync(10_000);
    live.abort();
  }
});

test('finalize() is asked again on the next connection, behind the same audio [G3 G4]', async () => {
  const story = await tell();
  await story.speak(5.4);
  await story.finishWord();
  const answer = story.live.finalize();
  story.network.cut();
  await story.wait(1);
  await story.speak(6);
  expect(await answer).toBe(true);
  expect(story.link.frames.filter(({ text }) => text?.includes('Finalize')).length).toBe(1);
  await story.close();
  story.expectEveryWordOnce();
});

test('abort() in answer to a notice of the very connection that opens leaves nothing [G5]', async () => {
  const story = await tell();
  story.allowRefusals();
  await story.speak(5.3);
  story.network.offline = true;
  story.network.cut();
  await story.speak(5);
  story.live.notices$.subscribe(({ code }) => void (code === 'catching-up' && story.live.abort()));
  story.network.offline = false;
  for (let waited = 0; waited < 20 && story.status.phase !== 'closed'; waited += 0.02) await story.wait(0.02);
  await story.close(0.2);
});
