import { describe, expect, test, vi } from 'vitest';
import { AdaptiveTimeout } from '../../src/adaptive-timeout.ts';
import type { Clock } from '../../src/clock.ts';
import {
  expectReply,
  noteAdvance,
  noteAudio,
  noteMessage,
  rest,
  shortenTimeout,
  type StallWatch,
  stopWatching,
} from '../../src/link/stall-watch.ts';
import { runningTimeOf } from '../../src/running-time.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const TIMEOUT_MS = 10_000;

function watchOf(clock: Clock, answerTimeout: AdaptiveTimeout, stalled = () => {}): StallWatch {
  return {
    clock,
    running: runningTimeOf(clock),
    answerTimeout,
    timeoutMs: answerTimeout.ms,
    hasAnswered: false,
    sentMs: 0,
    seenMs: 0,
    answerSince: undefined,
    answerSentMs: 0,
    advanceSince: undefined,
    advanceSentMs: 0,
    stallTimer: undefined,
    isStalled: false,
    stalled,
    run: undefined,
  };
}

/** A link with audio in real time, and the time of its stall. */
class Line {
  readonly clock = new VirtualClock();
  readonly stalledAtMs: number[] = [];
  readonly timeout = new AdaptiveTimeout(TIMEOUT_MS, 3 * TIMEOUT_MS);
  readonly watch = watchOf(this.clock, this.timeout, () => this.stalledAtMs.push(this.clock.now()));

  /** `share` of the time is filled with audio. */
  speak(seconds: number, share = 1): void {
    for (let passed = 0; passed < seconds * 1000; passed += 100) {
      noteAudio(this.watch, 100 * share, this.clock.now());
      this.clock.advance(100);
    }
  }

  /** A healthy server answers every second. */
  talk(seconds: number, { advances = true } = {}): void {
    for (let passed = 0; passed < seconds; passed += 1) {
      this.speak(1);
      noteMessage(this.watch, this.clock.now());
      if (advances) noteAdvance(this.watch);
    }
  }
}

describe('a link is stalled', () => {
  test('when audio flowed for the whole timeout and nothing came back [G11]', () => {
    const line = new Line();
    line.speak(20);
    expect(line.stalledAtMs[0]).toBe(TIMEOUT_MS);
    expect(line.watch.isStalled).toBe(true);
  });

  test('counted from the first audio after the last answer, not from the opening', () => {
    const line = new Line();
    line.talk(30);
    line.speak(20);
    expect(line.stalledAtMs[0]).toBe(40_000);
  });

  test('when a server sends messages but never advances, after twice the timeout', () => {
    const line = new Line();
    line.talk(30, { advances: false });
    expect(line.stalledAtMs[0]).toBeGreaterThanOrEqual(2 * TIMEOUT_MS);
    expect(line.stalledAtMs[0]).toBeLessThan(2 * TIMEOUT_MS + 1_100);
  });

  test('when nothing comes back, before the longer limit of a transcript that does not advance', () => {
    const line = new Line();
    line.talk(3);
    line.talk(8, { advances: false });
    line.speak(20);
    expect(line.stalledAtMs[0]).toBe(21_000);
  });

  test('sooner where the platform is offline', () => {
    const line = new Line();
    line.speak(3);
    shortenTimeout(line.watch);
    line.speak(10);
    expect(line.stalledAtMs[0]).toBe(TIMEOUT_MS / 2);
  });

  test('sooner where the platform was offline before any audio waited', () => {
    const line = new Line();
    line.talk(32);
    shortenTimeout(line.watch);
    line.speak(10);
    expect(line.stalledAtMs[0]).toBe(32_000 + TIMEOUT_MS / 2);
  });

  test('at once where the platform goes offline after half the timeout', () => {
    const line = new Line();
    line.speak(7);
    shortenTimeout(line.watch);
    line.clock.advance(0);
    expect(line.stalledAtMs).toEqual([7_000]);
  });

  test('after the timeout, of which time in which our own event loop stood still is no part', () => {
    const line = new Line();
    line.clock.setTimeout(() => line.watch.running.fired(5_000, line.clock.now()), 5_000);
    line.speak(4.9);
    line.clock.jump(2_000);
    line.speak(10);
    expect(line.stalledAtMs).toEqual([11_900]);
  });

  test('without any audio where a reply is expected', () => {
    const line = new Line();
    line.clock.advance(60_000);
    expectReply(line.watch, line.clock.now(), 7_000);
    line.clock.advance(60_000);
    expect(line.stalledAtMs).toEqual([67_000]);
  });

  test('when enough sparse audio was sent, however long that takes', () => {
    const line = new Line();
    line.speak(60, 0.2);
    // Half of the timeout, filled with audio at a fifth of real time.
    expect(line.stalledAtMs[0]).toBeGreaterThanOrEqual(25_000);
    expect(line.stalledAtMs[0]).toBeLessThanOrEqual(26_100);
    const thicker = new Line();
    thicker.speak(60, 0.3);
    expect(thicker.stalledAtMs[0]).toBeGreaterThanOrEqual(16_600);
    expect(thicker.stalledAtMs[0]).toBeLessThanOrEqual(17_700);
  });
});

describe('a link is not stalled', () => {
  test('while anything comes back', () => {
    const line = new Line();
    line.talk(300);
    expect(line.stalledAtMs).toEqual([]);
  });

  test('in a pause, however long', () => {
    const line = new Line();
    line.speak(2);
    line.clock.advance(3_600_000);
    expect(line.stalledAtMs).toEqual([]);
    expect(line.clock.pendingTimers).toBe(0);
  });

  test('with an answer after the platform was offline', () => {
    const line = new Line();
    line.speak(3);
    shortenTimeout(line.watch);
    noteMessage(line.watch, line.clock.now());
    noteAdvance(line.watch);
    line.speak(9);
    expect(line.stalledAtMs).toEqual([]);
  });

  test('by sparse audio without answers, though much audio was answered before', () => {
    const line = new Line();
    line.talk(30);
    line.speak(60, 0.05);
    expect(line.stalledAtMs).toEqual([]);
  });

  test('by answers to sparse audio that do not advance, though much audio was transcribed before', () => {
    const line = new Line();
    line.talk(30);
    for (let second = 0; second < 60; second += 1) {
      line.speak(1, 0.05);
      noteMessage(line.watch, line.clock.now());
    }
    expect(line.stalledAtMs).toEqual([]);
  });

  test('by an answer that came while our own event loop stood still', () => {
    const line = new Line();
    line.speak(9.9);
    // What came meanwhile is read after the timers that fell due.
    line.clock.setTimeout(() => noteMessage(line.watch, line.clock.now()), 3_000);
    line.clock.jump(3_000);
    line.speak(5);
    expect(line.stalledAtMs).toEqual([]);
  });

  test('by an answer that waits to be read at the deadline', () => {
    const line = new Line();
    line.speak(9.9);
    line.clock.setTimeout(() => noteMessage(line.watch, line.clock.now()), 100);
    line.speak(5);
    expect(line.stalledAtMs).toEqual([]);
  });

  test('after it was stopped', () => {
    const line = new Line();
    line.speak(9);
    stopWatching(line.watch);
    expect(line.clock.pendingTimers).toBe(0);
    line.clock.advance(60_000);
    expect(line.stalledAtMs).toEqual([]);
  });
});

test('checks a healthy stream once in a timeout', () => {
  const line = new Line();
  const looks = vi.spyOn(line.clock, 'setTimeout');
  line.talk(300);
  expect(looks.mock.calls.length).toBeLessThan(60);
});

test('a frame sets no timer: there is one at a time', () => {
  const line = new Line();
  line.speak(5);
  expect(line.clock.pendingTimers).toBe(1);
});

test('a pause stops the timer where all audio was answered, and the next frame sets it', () => {
  const line = new Line();
  line.talk(3);
  rest(line.watch);
  expect(line.clock.pendingTimers).toBe(0);
  line.speak(11);
  expect(line.stalledAtMs).toEqual([3_000 + TIMEOUT_MS]);
});

test.each([true, false])('a pause leaves the timer while audio waits, for any message: %s', (isSilent) => {
  const line = new Line();
  line.speak(6);
  if (!isSilent) noteMessage(line.watch, line.clock.now());
  rest(line.watch);
  expect(line.clock.pendingTimers).toBe(1);
});

test('a wait slightly before its end counts as ended: no timer fires without time passing', () => {
  const line = new Line();
  line.speak(9.9);
  const now = line.clock.now.bind(line.clock);
  // A platform may fire early by a fraction.
  vi.spyOn(line.clock, 'now').mockImplementation(() => now() - 0.4);
  line.clock.advance(100);
  expect(line.stalledAtMs).toHaveLength(1);
});

describe('the timeout', () => {
  test('doubles for the next connection where nothing ever came back, up to three times', () => {
    const line = new Line();
    line.speak(11);
    expect(line.timeout.ms).toBe(20_000);
    line.timeout.timedOut();
    expect(line.timeout.ms).toBe(30_000);
  });

  test('stays where a reply was expected without audio, and none came', () => {
    const line = new Line();
    expectReply(line.watch, line.clock.now(), 7_000);
    line.clock.advance(7_000);
    expect(line.stalledAtMs).toEqual([7_000]);
    expect(line.timeout.ms).toBe(TIMEOUT_MS);
  });

  test('stays after a slow later answer: only the first one shows how slow a server is', () => {
    const line = new Line();
    line.talk(3);
    line.speak(8);
    noteMessage(line.watch, line.clock.now());
    expect(line.timeout.ms).toBe(TIMEOUT_MS);
  });

  test('stays if a link had answered before it broke: the server is not slow [G11]', () => {
    const line = new Line();
    line.talk(3);
    line.speak(11);
    expect(line.stalledAtMs).toHaveLength(1);
    expect(line.timeout.ms).toBe(TIMEOUT_MS);
  });

  test('is twice what the first answer took, and shrinks with a quicker one', () => {
    const line = new Line();
    line.speak(8);
    noteMessage(line.watch, line.clock.now());
    expect(line.timeout.ms).toBe(16_000);
    const next = watchOf(line.clock, line.timeout);
    noteAudio(next, 1_000, line.clock.now());
    line.clock.advance(1_000);
    noteMessage(next, line.clock.now());
    expect(line.timeout.ms).toBe(TIMEOUT_MS);
  });

  test('that has shrunk is kept by the link on which it shrank [G11]', () => {
    const line = new Line();
    line.timeout.timedOut();
    line.watch.timeoutMs = line.timeout.ms;
    line.talk(1);
    line.speak(11);
    expect(line.stalledAtMs).toEqual([1_000 + TIMEOUT_MS]);
  });

  test('is not grown by a pause before the first answer', () => {
    const line = new Line();
    line.speak(1);
    line.clock.advance(60_000);
    noteMessage(line.watch, line.clock.now());
    expect(line.timeout.ms).toBe(TIMEOUT_MS);
  });
});

describe('a reply that is expected', () => {
  test('is due with the answer to earlier audio, but not before the minimum [G11]', () => {
    const line = new Line();
    line.speak(8);
    expectReply(line.watch, line.clock.now(), 9_000, 1_000);
    line.clock.advance(60_000);
    expect(line.stalledAtMs).toEqual([TIMEOUT_MS]);
    const late = new Line();
    late.speak(9.5);
    expectReply(late.watch, late.clock.now(), 9_000, 1_000);
    late.clock.advance(60_000);
    expect(late.stalledAtMs).toEqual([10_500]);
  });

  test('is not given more time because the platform is offline', () => {
    const line = new Line();
    expectReply(line.watch, line.clock.now(), 1_000);
    shortenTimeout(line.watch);
    line.clock.advance(60_000);
    expect(line.stalledAtMs).toEqual([1_000]);
  });

  test('has its whole time where little audio waits for an answer', () => {
    const line = new Line();
    line.speak(0.5);
    line.clock.advance(60_000);
    expectReply(line.watch, line.clock.now(), 9_000, 1_000);
    line.clock.advance(60_000);
    expect(line.stalledAtMs).toEqual([69_500]);
  });
});

describe('the delay of the first answer', () => {
  const answered = (line: Line) => vi.spyOn(line.timeout, 'answered');

  test('is the time since the audio that waits for it, if so much audio was sent', () => {
    const line = new Line();
    line.clock.advance(5_000);
    const delays = answered(line);
    noteAudio(line.watch, 5_000, line.clock.now());
    line.clock.advance(1_000);
    noteMessage(line.watch, line.clock.now());
    expect(delays.mock.calls).toEqual([[1_000]]);
  });

  test('leaves out the pauses of sparse audio, and audio before an answer that was not for audio', () => {
    const line = new Line();
    line.speak(2);
    expectReply(line.watch, line.clock.now(), TIMEOUT_MS);
    const delays = answered(line);
    noteMessage(line.watch, line.clock.now());
    expect(delays).not.toHaveBeenCalled();
    line.speak(3, 0.5);
    noteMessage(line.watch, line.clock.now());
    expect(delays.mock.calls).toEqual([[1_500]]);
  });

  test('is taken once on a link', () => {
    const line = new Line();
    const delays = answered(line);
    line.talk(3);
    expect(delays).toHaveBeenCalledTimes(1);
  });
});

test('a check ends the run of chunks only where it sets no timer, which the next chunk must set', () => {
  const line = new Line();
  const did: string[] = [];
  const run = { settle: () => void did.push('settled'), end: () => void did.push('ended') };
  const watch = Object.assign(line.watch, { run });
  noteAudio(watch, 100, line.clock.now());
  noteMessage(watch, line.clock.now());
  noteAdvance(watch);
  watch.sentMs += 100;
  line.clock.advance(TIMEOUT_MS);
  expect(did).toEqual(['settled']);
  line.clock.advance(TIMEOUT_MS);
  expect(did).toEqual(['settled', 'settled', 'ended']);
});
