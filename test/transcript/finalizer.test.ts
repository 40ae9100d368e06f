import { beforeEach, describe, expect, test } from 'vitest';
import { AudioTimeline } from '../../src/audio/audio-timeline.ts';
import { Finalizer } from '../../src/transcript/finalizer.ts';
import type { ControlMessage, Uplink } from '../../src/link/uplink.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const RATE = 1_000;
const ANSWER_MS = 1_500;

let clock: VirtualClock;
let timeline: AudioTimeline;
let queue: ControlMessage[];
let finalizer: Finalizer;

beforeEach(() => {
  clock = new VirtualClock();
  timeline = new AudioTimeline({
    rate: RATE,
    frameBytes: 2,
    maxBytes: 1e6,
    maxSeconds: 60,
    onDrop: () => undefined,
  });
  queue = [];
  const uplink = {
    control: (message: ControlMessage) => queue.push(message),
    withdraw: (message: ControlMessage) => (queue = queue.filter((each) => each !== message)),
  };
  finalizer = new Finalizer(clock, timeline, uplink as unknown as Uplink, ANSWER_MS);
  accept(1_000);
  timeline.connect();
});

function accept(samples: number): void {
  timeline.append(new Uint8Array(samples * 2), samples);
}

/** The uplink's turn: audio first, then what waits behind it. */
function sendAll(): void {
  while (timeline.next) timeline.advance();
  for (const message of queue.splice(0)) message.onSent();
}

/** What a promise has come to, if it has. */
async function outcomeOf(promise: Promise<boolean>): Promise<boolean | 'waiting'> {
  const turns = (async () => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    return 'waiting' as const;
  })();
  return Promise.race([promise, turns]);
}

test('nothing pending is final already, and nothing is said', async () => {
  timeline.confirm(1_000);
  expect(await outcomeOf(finalizer.request(undefined))).toBe(true);
  expect(queue).toEqual([]);
});

test('an answer settles it', async () => {
  const request = finalizer.request(undefined);
  sendAll();
  expect(await outcomeOf(request)).toBe('waiting');
  finalizer.finalized(0, 1);
  expect(await outcomeOf(request)).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('an answer that comes before it was sent is not its own', async () => {
  const request = finalizer.request(undefined);
  finalizer.finalized(0, 1);
  expect(await outcomeOf(request)).toBe('waiting');
});

test('no answer in time is false, and the request is taken back', async () => {
  const request = finalizer.request(undefined);
  clock.advance(1_000 + ANSWER_MS);
  expect(await outcomeOf(request)).toBe(false);
  expect(queue).toEqual([]);
});

test('the time for an answer begins when the request has been sent', async () => {
  const request = finalizer.request(undefined);
  clock.advance(2_000);
  sendAll();
  clock.advance(ANSWER_MS - 1);
  expect(await outcomeOf(request)).toBe('waiting');
  clock.advance(1);
  expect(await outcomeOf(request)).toBe(false);
});

test('what was confirmed meanwhile is final, answer or not', async () => {
  const request = finalizer.request(undefined);
  sendAll();
  timeline.confirm(1_000);
  clock.advance(ANSWER_MS);
  expect(await outcomeOf(request)).toBe(true);
});

test('an answer that comes after its time still says where the audio ended, until the next connection', () => {
  expect(finalizer.finalized(0, 1)).toBe(undefined);
  void finalizer.request(undefined);
  sendAll();
  clock.advance(ANSWER_MS);
  accept(500);
  expect(finalizer.finalized(0, 1)).toBe(1_000);
  finalizer.attach();
  expect(finalizer.finalized(0, 1)).toBe(undefined);
});

describe('with several channels', () => {
  test('a request for all waits for all', async () => {
    const request = finalizer.request(undefined);
    sendAll();
    finalizer.finalized(1, 2);
    expect(await outcomeOf(request)).toBe('waiting');
    finalizer.finalized(1, 2);
    expect(await outcomeOf(request)).toBe('waiting');
    finalizer.finalized(0, 2);
    expect(await outcomeOf(request)).toBe(true);
  });

  test('a request for one waits for that one', async () => {
    const request = finalizer.request(1);
    sendAll();
    finalizer.finalized(0, 2);
    expect(await outcomeOf(request)).toBe('waiting');
    finalizer.finalized(1, 2);
    expect(await outcomeOf(request)).toBe(true);
  });

  test('answers go to the oldest request that lacks them', async () => {
    const all = finalizer.request(undefined);
    const second = finalizer.request(1);
    sendAll();
    finalizer.finalized(1, 2);
    finalizer.finalized(1, 2);
    expect(await outcomeOf(second)).toBe(true);
    expect(await outcomeOf(all)).toBe('waiting');
    finalizer.finalized(0, 2);
    expect(await outcomeOf(all)).toBe(true);
  });
});

describe('a new connection', () => {
  test('says it again, behind the replayed audio, and forgets what the old one answered', async () => {
    const request = finalizer.request(undefined);
    sendAll();
    finalizer.finalized(1, 2);
    timeline.disconnect();
    timeline.connect();
    finalizer.attach();
    expect(queue.length).toBe(1);
    sendAll();
    finalizer.finalized(0, 2);
    expect(await outcomeOf(request)).toBe('waiting');
    finalizer.finalized(1, 2);
    expect(await outcomeOf(request)).toBe(true);
  });

  test('does not say twice what is still queued', () => {
    void finalizer.request(undefined);
    finalizer.attach();
    expect(queue.length).toBe(1);
  });
});

test('the end settles what waits, and whatever is asked later', async () => {
  const request = finalizer.request(undefined);
  finalizer.close();
  expect(await outcomeOf(request)).toBe(false);
  expect(await outcomeOf(finalizer.request(undefined))).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});
