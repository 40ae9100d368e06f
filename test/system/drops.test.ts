import { describe, expect, test } from 'vitest';
import { tell } from './story.ts';

const NET = (code: string) => `Something happened. See https://dpgr.am/${code}`;

test('a cut in mid-word loses nothing and repeats nothing [G3]', async () => {
  const story = await tell();
  await story.speak(10.26);
  story.network.cut();
  await story.speak(10);
  await story.close();
  expect(story.ends).toEqual(['network-lost']);
  story.expectEveryWordOnce();
});

test('a cut at any moment of two words loses and repeats nothing [G3]', async () => {
  for (let ms = 0; ms < 1_200; ms += 60) {
    const story = await tell();
    await story.speak(5 + ms / 1000);
    story.network.cut();
    await story.speak(6);
    await story.close();
    story.expectEveryWordOnce();
  }
});

describe('loses no word with any close code in mid-speech [G3 G7]', () => {
  test.each([
    [1011, NET('net0000')],
    [1011, NET('net0001')],
    [1011, 'no_audio_timeout NET-0002'],
    [1011, 'keepalive ping timeout'],
    [1011, 'something else'],
    [1011, ''],
    [1001, ''],
    [1012, ''],
    [1013, ''],
    [1005, ''],
    [1006, ''],
    [1000, ''],
    [4000, 'application'],
    [4999, ''],
    [1015, ''],
    [3000, ''],
  ])('%i %s', async (code, reason) => {
    const story = await tell();
    await story.speak(10.26);
    story.server.closeAll(code, reason);
    await story.speak(10);
    await story.close();
    expect(story.network.links.length).toBe(2);
    story.expectEveryWordOnce();
  });
});

describe('does not retry a request that the server refuses [G7]', () => {
  test.each([1002, 1003, 1007, 1008, 1009, 1010])('%i', async (code) => {
    const story = await tell();
    await story.speak(5);
    story.server.closeAll(code, 'no');
    await story.wait(1);
    expect(story.status).toMatchObject({ phase: 'failed', error: { reason: 'protocol-refused', code } });
    expect(story.network.links.length).toBe(1);
    expect((await story.close()).outcome).toBe('failed');
  });
});

test.each([5, 40])('an outage of %i s is caught up with [G3 G10]', async (seconds) => {
  const story = await tell();
  await story.speak(10);
  story.network.offline = true;
  story.network.cut();
  await story.speak(seconds);
  story.network.offline = false;
  await story.speak(10);
  await story.close();
  story.expectEveryWordOnce();
  story.expectCleanWire({ maxPace: 1.3 });
});

test('an outage in which connects hang is caught up with [G3]', async () => {
  const story = await tell({ given: (server) => server.onConnection(1) });
  await story.speak(10);
  story.server.hang({ times: 3 });
  story.network.cut();
  await story.speak(40);
  await story.close();
  expect(story.ends).toEqual(['network-lost', 'connect-timeout', 'connect-timeout', 'connect-timeout']);
  story.expectEveryWordOnce();
});

test('three cuts in a row, each before the recovery from the last, lose and repeat nothing [G3]', async () => {
  const story = await tell({ weather: { latencyMs: 60 } });
  await story.speak(10.1);
  for (let cut = 0; cut < 3; cut += 1) {
    story.network.cut();
    await story.speak(0.5);
  }
  await story.speak(10);
  await story.close();
  story.expectEveryWordOnce();
});

test('a cut during a replay loses and repeats nothing [G3]', async () => {
  const story = await tell();
  await story.speak(10);
  story.network.offline = true;
  story.network.cut();
  await story.speak(20);
  story.network.offline = false;
  await story.speak(14);
  story.network.cut();
  await story.speak(5);
  await story.close();
  story.expectEveryWordOnce();
});

test('a cut before the first final replays from the very beginning [G3]', async () => {
  const story = await tell();
  await story.speak(0.9);
  expect(story.finals).toEqual([]);
  story.network.cut();
  await story.speak(6);
  await story.close();
  expect(story.heard[0]).toMatchObject({ word: '0001', start: 0 });
  story.expectEveryWordOnce();
});

test('a cut at the moment of a final loses and repeats nothing [G3]', async () => {
  for (const offsetMs of [-40, -20, 0, 20, 40]) {
    const story = await tell();
    await story.speak(10);
    const finals = story.finals.length;
    while (story.finals.length === finals) await story.speak(0.02);
    if (offsetMs > 0) await story.speak(offsetMs / 1000);
    story.network.cut();
    await story.speak(6);
    await story.close();
    story.expectEveryWordOnce();
  }
});

test('repeats only the finals that the cut lost on their way [G3]', async () => {
  const story = await tell({ weather: { latencyMs: 400 } });
  for (let cut = 0; cut < 8; cut += 1) {
    await story.speak(4.34);
    story.network.cut();
  }
  await story.speak(6);
  await story.close();
  story.expectEveryWordOnce();
});

test('late events of old sockets change nothing [G5]', async () => {
  const story = await tell({ weather: { lateEvents: true, jitterMs: 30 } });
  for (let cut = 0; cut < 4; cut += 1) {
    await story.speak(5.5);
    story.network.cut();
  }
  await story.speak(25);
  const report = story.live.close();
  await story.wait(30);
  expect((await report).outcome).toBe('drained');
  expect(story.transcripts.some(({ text }) => text.includes('stale'))).toBe(false);
  story.expectEveryWordOnce();
});

test('an interim interrupted by a cut is replaced under the same id [G3]', async () => {
  const story = await tell();
  await story.speak(6.6);
  const shown = story.transcripts.at(-1);
  expect(shown?.final).toBe(false);
  story.network.cut();
  await story.speak(6);
  await story.close();
  const later = story.transcripts.slice(story.transcripts.indexOf(shown!) + 1);
  expect(later.find(({ id }) => id === shown!.id && later.length)?.final).toBeDefined();
  const left = new Map(story.transcripts.map((transcript) => [transcript.id, transcript]));
  expect([...left.values()].filter(({ final, text }) => !final && text !== '')).toEqual([]);
});

test('a connection lost in a pause is made again, and the pause is not mistaken for an outage [G3 G7]', async () => {
  const story = await tell();
  await story.speak(9);
  await story.pause(20);
  story.network.cut();
  await story.pause(10);
  await story.speak(9);
  await story.close();
  story.expectEveryWordOnce();
  story.expectCleanWire();
});
