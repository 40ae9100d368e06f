import { settle } from './clocks.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, asyncProperty, constant, double, oneof, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLiveTranscription, type Turn } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import type { SocketHandlers } from '../../src/index.ts';
import { expectTurnsToHold } from '../transcript/turn-rules.ts';
import { expectWholeTranscript, takeTurn, talk } from './flux-story.ts';

const types = (turns: Turn[]) => turns.map(({ type }) => type).filter((type) => type !== 'update');

test('an eager end, taken back when the speaker goes on, and the end', async () => {
  const story = await talk({ listen: { eager_eot_threshold: 0.3, eot_threshold: 0.9 } });
  await story.speak(2);
  await story.finishWord();
  await story.hush(0.7);
  await takeTurn(story, 2);
  await story.close();
  expect(types(story.turns)).toEqual(['start', 'eager-end', 'resumed', 'eager-end', 'end']);
  expect(new Set(story.turns.map(({ id }) => id))).toEqual(new Set([1]));
  expect(story.turns.at(-1)).toMatchObject({ trigger: 'model', text: story.finals[0]!.text });
  expectWholeTranscript(story);
});

test('a drop between the eager end and the end takes the eager end back at once', async () => {
  const story = await talk({ listen: { eager_eot_threshold: 0.3, eot_threshold: 0.9 } });
  await story.speak(2);
  await story.finishWord();
  await story.hush(0.7);
  expect(types(story.turns)).toEqual(['start', 'eager-end']);
  story.network.cut();
  await story.wait(0.05);
  expect(types(story.turns)).toEqual(['start', 'eager-end', 'resumed']);
  await story.hush(4);
  await story.close();
  expect(types(story.turns)).toEqual(['start', 'eager-end', 'resumed', 'eager-end', 'end']);
  expectWholeTranscript(story);
});

test('shows how far behind live a turn is, while the backlog of an outage is sent', async () => {
  const story = await talk();
  await story.speak(3);
  story.server.blackhole(20_000);
  await story.speak(20);
  await takeTurn(story);
  await story.hush(10);
  const again = story.turns.find(({ connection }) => connection === 2)!;
  expect(again.behindMs).toBeGreaterThan(15_000);
  await story.hush(150);
  await takeTurn(story);
  expect(story.turns.at(-1)).toMatchObject({ type: 'end' });
  expect(story.turns.at(-1)!.behindMs).toBeLessThan(2_500);
  await story.close();
  expectWholeTranscript(story);
});

describe('withdraws words that are not repeated', () => {
  test('when the audio of the turn is skipped', async () => {
    const story = await talk({ catchUp: 'live' });
    await story.speak(3);
    story.server.blackhole(8_000);
    await story.hush(30);
    expect(types(story.turns)).toEqual(['start', 'withdrawn']);
    await takeTurn(story);
    await story.close();
    expect(types(story.turns)).toEqual(['start', 'withdrawn', 'start', 'end']);
    expectTurnsToHold(story.turns);
  });

  test('when the source stops, and no silence is sent', async () => {
    const story = await talk({ fillSilence: false });
    await story.speak(3);
    await story.finishWord();
    await story.pause(20);
    expect(types(story.turns)).toEqual(['start', 'withdrawn']);
    expect(story.finals).toEqual([]);
    await takeTurn(story);
    await story.close();
    expect(types(story.turns)).toEqual(['start', 'withdrawn', 'start', 'end']);
    expectWholeTranscript(story);
  });

  test('when the session is aborted', async () => {
    const story = await talk();
    await story.speak(3);
    story.live.abort();
    expect(types(story.turns)).toEqual(['start', 'withdrawn']);
  });
});

describe('close() ends the last turn', () => {
  test.each([
    [true, 'manual'],
    [false, 'close'],
  ])('with forceEndTurn %s by %s', async (forceEndTurn, trigger) => {
    const story = await talk({ forceEndTurn });
    await story.speak(3);
    await story.close();
    expect(story.link.frames.some(({ text }) => text?.includes('ForceEndTurn'))).toBe(forceEndTurn);
    expect(story.turns.at(-1)).toMatchObject({ type: 'end', trigger });
    expect(story.network.links.length).toBe(1);
    expectWholeTranscript(story);
  });

  test('and asks only servers of Deepgram for it, by default', async () => {
    const story = await talk({ baseUrl: 'wss://deepgram.com.example.org' });
    await story.speak(3);
    await story.close();
    expect(story.link.frames.some(({ text }) => text?.includes('ForceEndTurn'))).toBe(false);
    expectWholeTranscript(story);
  });
});

describe('endTurn()', () => {
  test('ends the turn with its last words', async () => {
    const story = await talk();
    await story.speak(3);
    await story.finishWord();
    await story.hush(0.3);
    const ended = story.live.endTurn();
    await story.hush(0.5);
    expect(await ended).toBe(true);
    expect(story.turns.at(-1)).toMatchObject({ type: 'end', trigger: 'manual' });
    await takeTurn(story);
    await story.close();
    expectWholeTranscript(story);
  });

  test('is requested again on the connection after a cut', async () => {
    const story = await talk();
    await story.speak(3);
    await story.finishWord();
    await story.hush(0.3);
    story.network.cut();
    const ended = story.live.endTurn();
    await story.hush(5);
    expect(await ended).toBe(true);
    await story.close();
    expectWholeTranscript(story);
  });

  test('is true where there is no turn', async () => {
    const story = await talk();
    await story.hush(3);
    const ended = story.live.endTurn();
    await story.hush(1);
    expect(await ended).toBe(true);
    await story.close();
  });

  test('is refused where the server may not know it, and finalize() with Flux', async () => {
    const story = await talk({ forceEndTurn: false });
    await expect(story.live.endTurn()).rejects.toThrow(/forceEndTurn: true/);
    await expect(story.live.finalize()).rejects.toThrow(/Call endTurn\(\)/);
    story.live.abort();
  });
});

test('a capture of the service gives its turns', async () => {
  const path = join(import.meta.dirname, '../testing/flux-capture/frames.json');
  const { frames } = JSON.parse(readFileSync(path, 'utf8')) as { frames: string[] };
  const clock = new VirtualClock();
  let server!: SocketHandlers;
  let isEnded = false;
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    listen: { model: 'flux-general-en', encoding: 'linear16', sample_rate: 16_000 },
    clock,
    transport: (_, handlers) => {
      server = handlers;
      clock.setTimeout(() => handlers.opened({}), 1);
      return {
        bufferedAmount: 0,
        send: (message) => {
          isEnded ||= typeof message === 'string' && message.includes('CloseStream');
        },
        close: () => undefined,
        terminate: () => undefined,
      };
    },
  });
  const turns: Turn[] = [];
  const texts: string[] = [];
  live.turns$.subscribe((turn) => turns.push(turn));
  live.transcripts$.subscribe(({ final, text }) => final && texts.push(text));
  live.send(new Uint8Array(2_560));
  await settle();
  clock.advance(1);
  server.message(frames[0]!);
  let sentSeconds = 0.08;
  for (const frame of frames.slice(1)) {
    const { audio_window_end: heardTo = 0 } = JSON.parse(frame) as { audio_window_end?: number };
    for (; sentSeconds < heardTo; sentSeconds += 0.08) {
      live.send(new Uint8Array(2_560));
      clock.advance(80);
    }
    server.message(frame);
  }
  expectTurnsToHold(turns);
  expect(types(turns)).toEqual(['start', 'eager-end', 'end']);
  expect(turns.at(-1)).toMatchObject({ type: 'end', end: 20, id: 1 });
  expect(texts.length).toBe(1);
  expect(texts[0]).toMatch(/^We the people .* United States of America\.$/);
  expect(live.ledger.confirmed / 16_000).toBeCloseTo(20.92, 1);
  expect(isEnded).toBe(false);
  live.abort();
});

test('every word comes once and every turn has its end, for any losses of connections', async () => {
  const seconds = (min: number, max: number) => double({ min, max, noNaN: true });
  const act = oneof(
    record({ type: constant('turn' as const), for: seconds(0.5, 6) }),
    record({ type: constant('turn' as const), for: seconds(0.5, 6) }),
    record({ type: constant('phrase' as const), for: seconds(0.5, 4) }),
    record({ type: constant('pause' as const), for: seconds(0.1, 30) }),
    record({ type: constant('cut' as const), for: seconds(0, 5) }),
    record({ type: constant('halfOpen' as const), for: seconds(0, 5) }),
    record({ type: constant('blackhole' as const), for: seconds(0.1, 10) }),
    record({ type: constant('lose' as const), for: seconds(1, 8) }),
  );
  const setting = record({
    eager: oneof(constant(undefined), seconds(0.3, 0.6)),
    latencyMs: seconds(0, 200),
    platform: oneof(constant('node' as const), constant('browser' as const)),
    forceEndTurn: oneof(constant(true), constant(false)),
  });
  await assert(
    asyncProperty(setting, array(act, { minLength: 1, maxLength: 8 }), async (scene, acts) => {
      const { eager, latencyMs, platform, forceEndTurn } = scene;
      const story = await talk({
        listen: { eager_eot_threshold: eager },
        weather: { latencyMs, platform },
        forceEndTurn,
      });
      for (const step of acts) {
        if (step.type === 'turn') await takeTurn(story, step.for);
        else if (step.type === 'phrase') await story.speak(step.for).then(() => story.finishWord());
        else if (step.type === 'pause') await story.pause(step.for);
        else if (step.type === 'blackhole') story.server.blackhole(step.for * 1000);
        else if (step.type === 'lose') story.server.loseMessages(Math.ceil(step.for));
        else {
          const { type } = step;
          story.clock.setTimeout(
            () => (type === 'cut' ? story.network.cut() : story.network.halfOpen()),
            step.for * 1000,
          );
        }
      }
      await story.finishWord();
      await story.wait(6);
      await story.close();
      expectWholeTranscript(story);
    }),
    { numRuns: 60 },
  );
});
