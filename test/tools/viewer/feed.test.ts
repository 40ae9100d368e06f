import { Subject } from 'rxjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/index.ts';
import { liveFeed, recordingFeed } from '../../../src/tools/viewer/page/feed.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SECOND = Uint8Array.from({ length: 1_000 }, (_, i) => i % 251);

test('a held recording goes on where it stopped, and not a byte is missing', () => {
  const feed = recordingFeed(SECOND, { bytesPerSecond: 1_000, clock: systemClock, loops: false });
  const heard: number[] = [];
  let isOver = false;
  feed.audio$.subscribe({ next: (frame) => heard.push(...frame), complete: () => (isOver = true) });
  vi.advanceTimersByTime(320);
  feed.hold();
  const before = heard.length;
  vi.advanceTimersByTime(12_000);
  expect(heard.length).toBe(before);
  feed.release();
  vi.advanceTimersByTime(400);
  expect(isOver).toBe(false);
  vi.advanceTimersByTime(400);
  expect(isOver).toBe(true);
  expect(heard).toEqual([...SECOND]);
});

test('a second subscriber gets it from the beginning', () => {
  const feed = recordingFeed(SECOND, { bytesPerSecond: 1_000, clock: systemClock, loops: false });
  feed.audio$.subscribe();
  vi.advanceTimersByTime(500);
  const heard: number[] = [];
  feed.audio$.subscribe((frame) => heard.push(...frame));
  vi.advanceTimersByTime(2_000);
  expect(heard).toEqual([...SECOND]);
});

test('a recording that loops begins anew at its end, holds where it is, and shows how far it is', () => {
  const feed = recordingFeed(SECOND, { bytesPerSecond: 1_000, clock: systemClock, loops: true });
  const heard: number[] = [];
  feed.audio$.subscribe((frame) => heard.push(...frame));
  vi.advanceTimersByTime(2_320);
  feed.hold();
  vi.advanceTimersByTime(5_000);
  expect(feed.progress?.()).toEqual({ atMs: 350, lengthMs: 1_000, round: 3 });
  feed.release();
  vi.advanceTimersByTime(900);
  expect(feed.progress?.().round).toBe(4);
  expect(heard.slice(0, 3_000)).toEqual([...SECOND, ...SECOND, ...SECOND]);
});

test('a held microphone emits nothing', () => {
  const source$ = new Subject<Uint8Array>();
  const feed = liveFeed(source$);
  const heard: Uint8Array[] = [];
  feed.audio$.subscribe((frame) => heard.push(frame));
  source$.next(SECOND);
  feed.hold();
  source$.next(SECOND);
  feed.release();
  source$.next(SECOND);
  expect(heard).toHaveLength(2);
});
