/** The logs of a process together stay within their limit, and which of them drop audio for it. */
import { beforeEach, expect, test } from 'vitest';
import { AudioTimeline, type Drop } from '../../src/audio/audio-timeline.ts';
import { LogMemory, logMemoryOf } from '../../src/audio/log-memory.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const RATE = 1_000;
const PROCESS_BYTES = 10_000;

let clock: VirtualClock;
let drops: (Drop & { session: number })[];

beforeEach(() => {
  clock = new VirtualClock();
  drops = [];
});

class Session {
  readonly timeline: AudioTimeline;

  constructor(session: number) {
    this.timeline = new AudioTimeline(
      clock,
      {
        rate: RATE,
        frameBytes: 1,
        maxSeconds: 60,
        maxBytes: 1e6,
        maxProcessBytes: PROCESS_BYTES,
      },
      { onDrop: (drop) => drops.push({ ...drop, session }), onWaiting: () => undefined },
    );
  }

  hear(seconds: number): void {
    for (let ms = 0; ms < seconds * 1000; ms += 100) this.timeline.append(new Uint8Array(100), 100, 0);
  }
}

test('many logs in an outage hold no more than the process may, and what is dropped is announced with its reason [G2 G6]', () => {
  const sessions = Array.from({ length: 5 }, (_, session) => new Session(session));
  for (let second = 0; second < 10; second += 1) {
    for (const session of sessions) session.hear(1);
    expect(logMemoryOf(clock).bytes).toBeLessThanOrEqual(PROCESS_BYTES);
  }
  for (const { timeline } of sessions) {
    timeline.announce();
    const { accepted, dropped, pending } = timeline.snapshot();
    expect(accepted).toBe(dropped + pending);
    expect(pending).toBeGreaterThanOrEqual(PROCESS_BYTES / 5 - 500);
  }
  expect(new Set(drops.map(({ reason }) => reason))).toEqual(new Set(['process-full']));
});

test('a session within its share loses nothing to one that holds more', () => {
  const [large, small] = [new Session(1), new Session(2)];
  large.hear(9.5);
  small.hear(4.5);
  large.hear(1);
  large.timeline.announce();
  expect(new Set(drops.map(({ session }) => session))).toEqual(new Set([1]));
  expect(small.timeline.snapshot().pending).toBe(4_500);
});

test('a log that refuses has no room where the process has none', () => {
  const [large, other] = [new Session(1), new Session(2)];
  large.hear(9);
  other.hear(0.5);
  expect(large.timeline.hasRoom(400)).toBe(true);
  expect(large.timeline.hasRoom(600)).toBe(false);
  expect(other.timeline.hasRoom(600)).toBe(true);
});

test('releases audio that is confirmed, dropped or closed', () => {
  const sessions = [new Session(1), new Session(2)] as const;
  for (const session of sessions) session.hear(2);
  sessions[0].timeline.confirm(1_900);
  sessions[1].timeline.skipTo(1_500);
  expect(logMemoryOf(clock)).toMatchObject({ bytes: 600, logs: 2 });
  sessions[0].timeline.confirm(2_000);
  expect(logMemoryOf(clock)).toMatchObject({ bytes: 500, logs: 1 });
  sessions[1].timeline.close();
  expect(logMemoryOf(clock)).toMatchObject({ bytes: 0, logs: 0 });
});

test.each([
  [60, 40, false],
  [60, 41, true],
  [9, 41, false],
  [10, 41, true],
])(
  'of two logs with 60 bytes, one of %i is full with %i more where all may have 100: %s',
  (bytes, more, isFull) => {
    const memory = new LogMemory();
    memory.bytes = 60;
    memory.logs = 2;
    expect(memory.isExceededBy(bytes, more, 100)).toBe(isFull);
  },
);
