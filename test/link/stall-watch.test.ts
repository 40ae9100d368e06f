import { describe, expect, test, vi } from 'vitest';
import { StallWatch } from '../../src/link/stall-watch.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const PATIENCE_MS = 10_000;

/** A connection on which audio goes out in real time, and what the watch says of it. */
class Line {
  readonly clock = new VirtualClock();
  readonly stalledAtMs: number[] = [];
  readonly watch = new StallWatch(this.clock, PATIENCE_MS, () => this.stalledAtMs.push(this.clock.now()));

  /** `share` of the time is filled with audio. */
  speak(seconds: number, share = 1): void {
    for (let passed = 0; passed < seconds * 1000; passed += 100) {
      this.watch.sent(100 * share, this.clock.now());
      this.clock.advance(100);
    }
  }

  /** What a healthy server says every second. */
  talk(seconds: number, { advances = true } = {}): void {
    for (let passed = 0; passed < seconds; passed += 1) {
      this.speak(1);
      this.watch.heard();
      if (advances) this.watch.advanced();
    }
  }
}

describe('a link is condemned', () => {
  test('when audio flowed for the whole patience and nothing came back [G11]', () => {
    const line = new Line();
    line.speak(20);
    expect(line.stalledAtMs[0]).toBe(PATIENCE_MS);
    expect(line.watch.hasStalled).toBe(true);
  });

  test('counted from the first audio after the last answer, not from the opening', () => {
    const line = new Line();
    line.talk(30);
    line.speak(20);
    expect(line.stalledAtMs[0]).toBe(40_000);
  });

  test('when a server talks on and never advances, after twice the patience', () => {
    const line = new Line();
    line.talk(30, { advances: false });
    expect(line.stalledAtMs[0]).toBeGreaterThanOrEqual(2 * PATIENCE_MS);
    expect(line.stalledAtMs[0]).toBeLessThan(2 * PATIENCE_MS + 1_100);
  });

  test('for silence, though the transcript had stood still before, and had time left', () => {
    const line = new Line();
    line.talk(3);
    line.talk(8, { advances: false });
    line.speak(20);
    expect(line.stalledAtMs[0]).toBe(21_000);
  });

  test('sooner where the platform doubts it', () => {
    const line = new Line();
    line.speak(3);
    line.watch.doubt();
    line.speak(10);
    expect(line.stalledAtMs[0]).toBe(PATIENCE_MS / 2);
  });

  test('sooner where the doubt came before there was anything to wait for', () => {
    const line = new Line();
    line.talk(32);
    line.watch.doubt();
    line.speak(10);
    expect(line.stalledAtMs[0]).toBe(32_000 + PATIENCE_MS / 2);
  });

  test('at once where the doubt comes after half the patience', () => {
    const line = new Line();
    line.speak(7);
    line.watch.doubt();
    expect(line.stalledAtMs).toEqual([7_000]);
  });

  test('without any audio where an answer is owed', () => {
    const line = new Line();
    line.clock.advance(60_000);
    line.watch.owe(line.clock.now(), 7_000);
    line.clock.advance(60_000);
    expect(line.stalledAtMs).toEqual([67_000]);
  });

  test('when enough of a trickle has gone out, however long that takes', () => {
    const line = new Line();
    line.speak(60, 0.2);
    // Half of the patience, filled with audio at a fifth of real time.
    expect(line.stalledAtMs[0]).toBeGreaterThanOrEqual(25_000);
    expect(line.stalledAtMs[0]).toBeLessThanOrEqual(26_100);
  });
});

describe('a link is not condemned', () => {
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

  test('with an answer that takes the doubt away', () => {
    const line = new Line();
    line.speak(3);
    line.watch.doubt();
    line.watch.heard();
    line.watch.advanced();
    line.speak(9);
    expect(line.stalledAtMs).toEqual([]);
  });

  test('after it was stopped', () => {
    const line = new Line();
    line.speak(9);
    line.watch.stop();
    expect(line.clock.pendingTimers).toBe(0);
    line.clock.advance(60_000);
    expect(line.stalledAtMs).toEqual([]);
  });
});

test('a healthy stream is looked at once in a patience', () => {
  const line = new Line();
  const looks = vi.spyOn(line.clock, 'setTimeout');
  line.talk(300);
  expect(looks.mock.calls.length).toBeLessThan(60);
});

test('nothing is set anew for a frame: one timer at a time', () => {
  const line = new Line();
  line.speak(5);
  expect(line.clock.pendingTimers).toBe(1);
});

test('a wait a hair short of its end is at its end: no timer fires without time passing', () => {
  const line = new Line();
  line.speak(9.9);
  line.watch.sent(100, line.clock.now());
  line.clock.advance(99.6);
  // A platform may fire early by a fraction; asked then, the watch must not ask for nothing for ever.
  line.watch.doubt();
  expect(line.stalledAtMs.length).toBe(1);
});
