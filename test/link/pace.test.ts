import { expect, test } from 'vitest';
import { type Pace, startPace, waitMs } from '../../src/pace.ts';

function paceOf(samplesPerSecond: number, catchUpRate: number, now: number): Pace {
  const pace = { tokens: 0, tokensAt: 0, tokensPerMs: 0, maxTokens: 0 };
  startPace(pace, samplesPerSecond, catchUpRate, now);
  return pace;
}

test('live audio never waits [G10]', () => {
  const pace = paceOf(1_000, 1.2, 0);
  for (let now = 0; now < 60_000; now += 20) {
    expect(waitMs(pace, now, 1)).toBeLessThanOrEqual(0);
    pace.tokens -= 20;
  }
});

test('a backlog goes at the catch-up rate, in the long run exactly [G10]', () => {
  for (const frame of [20, 250, 400]) {
    const pace = paceOf(1_000, 1.2, 0);
    let now = 0;
    let sent = 0;
    while (now < 100_000) {
      const delayMs = waitMs(pace, now, 1);
      if (delayMs > 0) now += delayMs;
      else {
        pace.tokens -= frame;
        sent += frame;
      }
    }
    expect(sent / now).toBeGreaterThan(1.19);
    expect(sent / now).toBeLessThan(1.21);
  }
});

test('a tenth of a second is sent at once after any pause, and more waits for its time [G10]', () => {
  const pace = paceOf(2_000, 1.2, 0);
  for (const now of [0, 10_000]) {
    expect(waitMs(pace, now, 1)).toBe(0);
    pace.tokens -= 199;
    expect(waitMs(pace, now, 1)).toBe(0);
    pace.tokens -= 1;
    expect(waitMs(pace, now, 1)).toBeCloseTo(0, 1);
    pace.tokens -= 240;
    expect(waitMs(pace, now, 1)).toBeCloseTo(100, 1);
  }
});
