import { beforeEach, describe, expect, test } from 'vitest';
import { FinalizeRequests } from '../../src/client/finalize-requests.ts';
import type { Link } from '../../src/link/link.ts';
import type { ControlMessage } from '../../src/link/link-session.ts';
import { finalizeMessage } from '../../src/protocol/listen-v1/client-messages.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { ReadTimeline } from '../audio/read-timeline.ts';

const RATE = 1_000;
const ANSWER_MS = 1_500;

let clock: VirtualClock;
let timeline: ReadTimeline;
let queue: ControlMessage[];
let requests: FinalizeRequests;

beforeEach(() => {
  clock = new VirtualClock();
  timeline = new ReadTimeline({
    rate: RATE,
    frameBytes: 2,
    maxBytes: 1e6,
    maxProcessBytes: Infinity,
    maxSeconds: 60,
    onDrop: () => undefined,
  });
  requests = new FinalizeRequests(clock, timeline, ANSWER_MS);
  accept(1_000);
  timeline.connect();
  attach();
});

/** A link that only records its control messages. */
function attach(): void {
  queue = [...requests.controls];
  requests.attach({
    control: (message: ControlMessage) => queue.push(message),
    withdraw: (message: ControlMessage) => (queue = queue.filter((each) => each !== message)),
  } as unknown as Link);
}

function accept(samples: number): void {
  timeline.add(new Uint8Array(samples * 2), samples);
}

/** Audio goes out first, then the messages behind it. */
function sendAll(): void {
  while (timeline.upcoming) timeline.sendNext();
  for (const message of queue.splice(0)) message.onSent();
}

/** The outcome of a promise that has one. */
async function outcomeOf(promise: Promise<boolean>): Promise<boolean | 'waiting'> {
  const turns = (async () => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    return 'waiting' as const;
  })();
  return Promise.race([promise, turns]);
}

test('resolves to true without a request where nothing is pending', async () => {
  timeline.confirm(1_000);
  expect(await outcomeOf(requests.request(finalizeMessage()))).toBe(true);
  expect(queue).toEqual([]);
});

test('an answer resolves the request', async () => {
  const request = requests.request(finalizeMessage());
  sendAll();
  expect(await outcomeOf(request)).toBe('waiting');
  requests.answered(0, 1);
  expect(await outcomeOf(request)).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('an answer from before the request was sent does not resolve it', async () => {
  const request = requests.request(finalizeMessage());
  requests.answered(0, 1);
  expect(await outcomeOf(request)).toBe('waiting');
});

test('resolves to false without an answer in time, and withdraws the request', async () => {
  const request = requests.request(finalizeMessage());
  clock.advance(1_000 + ANSWER_MS);
  expect(await outcomeOf(request)).toBe(false);
  expect(queue).toEqual([]);
});

test('the time for an answer begins when the request has been sent', async () => {
  const request = requests.request(finalizeMessage());
  clock.advance(2_000);
  sendAll();
  clock.advance(ANSWER_MS - 1);
  expect(await outcomeOf(request)).toBe('waiting');
  clock.advance(1);
  expect(await outcomeOf(request)).toBe(false);
});

test('settles when its audio was confirmed, without an answer', async () => {
  const request = requests.request(finalizeMessage());
  sendAll();
  timeline.confirm(1_000);
  clock.advance(ANSWER_MS);
  expect(await outcomeOf(request)).toBe(true);
});

test('an answer that comes after its time still shows where the audio ended, until the next connection', () => {
  expect(requests.answered(0, 1)).toBe(undefined);
  void requests.request(finalizeMessage());
  sendAll();
  clock.advance(ANSWER_MS);
  accept(500);
  expect(requests.answered(0, 1)).toBe(1_000);
  attach();
  expect(requests.answered(0, 1)).toBe(undefined);
});

describe('with several channels', () => {
  test('a request for all waits for all', async () => {
    const request = requests.request(finalizeMessage());
    sendAll();
    requests.answered(1, 2);
    expect(await outcomeOf(request)).toBe('waiting');
    requests.answered(1, 2);
    expect(await outcomeOf(request)).toBe('waiting');
    requests.answered(0, 2);
    expect(await outcomeOf(request)).toBe(true);
  });

  test('a request for one waits for that one', async () => {
    const request = requests.request(finalizeMessage(1), 1);
    sendAll();
    requests.answered(0, 2);
    expect(await outcomeOf(request)).toBe('waiting');
    requests.answered(1, 2);
    expect(await outcomeOf(request)).toBe(true);
  });

  test('answers go to the oldest request that lacks them', async () => {
    const all = requests.request(finalizeMessage());
    const second = requests.request(finalizeMessage(1), 1);
    sendAll();
    requests.answered(1, 2);
    requests.answered(1, 2);
    expect(await outcomeOf(second)).toBe(true);
    expect(await outcomeOf(all)).toBe('waiting');
    requests.answered(0, 2);
    expect(await outcomeOf(all)).toBe(true);
  });
});

describe('a new connection', () => {
  test('sends it again after the replayed audio, and ignores answers of the old connection', async () => {
    const request = requests.request(finalizeMessage());
    sendAll();
    requests.answered(1, 2);
    timeline.disconnect();
    timeline.connect();
    attach();
    expect(queue.length).toBe(1);
    sendAll();
    requests.answered(0, 2);
    expect(await outcomeOf(request)).toBe('waiting');
    requests.answered(1, 2);
    expect(await outcomeOf(request)).toBe(true);
  });

  test('does not queue a request twice', () => {
    void requests.request(finalizeMessage());
    attach();
    expect(queue.length).toBe(1);
  });
});

test('the end resolves all requests, and later ones at once', async () => {
  const request = requests.request(finalizeMessage());
  requests.close();
  expect(await outcomeOf(request)).toBe(false);
  expect(await outcomeOf(requests.request(finalizeMessage()))).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});
