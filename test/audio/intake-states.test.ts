/** What the intake says of itself: whether the source sends, what waits, the header of a connection; and tasks between chunks. */
import { describe, expect, test } from 'vitest';
import { Intake } from '../../src/audio/intake.ts';
import type { AudioFormat } from '../../src/protocol/protocol.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { concat, fmt, noise, riff } from './containers/muxers.ts';

const RAW = { kind: 'raw', sampleRate: 1_000, frameBytes: 2, silentByte: 0 } as const;

function open(format: AudioFormat = RAW) {
  const clock = new VirtualClock();
  const passed: number[] = [];
  const reports: unknown[] = [];
  const atEach = { passed: () => undefined as void };
  const sink = {
    append: (bytes: Uint8Array) => {
      passed.push(...bytes);
      atEach.passed();
    },
    setFormat: () => undefined,
    capturedAt: undefined,
  };
  const intake = new Intake(clock, format, sink, {
    report: (code, evidence) => void reports.push([code, evidence]),
  });
  return { clock, intake, passed, reports, atEach, settled: () => intake.settled(1_000) };
}

const samples = (...bytes: number[]) => Uint8Array.from(bytes);

describe('the source is sending', () => {
  test('for a second after its last chunk', () => {
    const { clock, intake } = open();
    expect(intake.isFlowing()).toBe(false);
    clock.advance(5_000);
    intake.push(samples(1, 2), undefined);
    clock.advance(1_000);
    expect(intake.isFlowing()).toBe(true);
    clock.advance(1);
    expect(intake.isFlowing()).toBe(false);
  });

  test('also while its chunks go out in a run', () => {
    const { clock, intake } = open();
    intake.push(samples(1, 2), undefined);
    clock.advance(5_000);
    expect(intake.isFlowing(3_999)).toBe(false);
    expect(intake.isFlowing(4_000)).toBe(true);
  });

  test('but not when it has ended', () => {
    const { intake } = open();
    intake.push(samples(1, 2), undefined);
    intake.finish();
    expect(intake.isFlowing(0)).toBe(false);
  });

  test('by the time when a chunk came, if it is passed on later', () => {
    const { clock, intake } = open();
    clock.advance(5_000);
    intake.push(samples(1, 2), undefined, 3_000);
    expect(intake.isFlowing()).toBe(false);
  });
});

test('audio that waits is counted in milliseconds, too', async () => {
  const { intake, settled } = open();
  intake.push(new Blob([new Uint8Array(400)]), undefined);
  expect([intake.waitingBytes, intake.waitingMs]).toEqual([400, 200]);
  await settled();
  expect(intake.waitingMs).toBe(0);
});

describe('positions and header', () => {
  test('raw audio has exact positions and no header', () => {
    const { intake } = open();
    expect([intake.isExact, intake.headerAt(0), intake.headerAt(100)]).toEqual([true, undefined, undefined]);
  });

  test('packets have estimated ones', async () => {
    const { intake, settled } = open({ kind: 'packets' });
    expect(intake.isExact).toBe(true);
    await settled();
    expect(intake.isExact).toBe(false);
  });

  test('a container has its header from the beginning, for every connection', async () => {
    const { intake, settled } = open({ kind: 'container' });
    expect(intake.headerAt(0)).toBeUndefined();
    await settled();
    const wav = riff(concat(fmt(), new TextEncoder().encode('data'), samples(255, 255, 255, 255), noise(64)));
    intake.push(wav, undefined);
    await settled();
    expect(intake.headerAt(0)).toBeDefined();
    expect(intake.headerAt(0)).toEqual(intake.headerAt(1_000));
  });
});

describe('a task between chunks', () => {
  test('is refused where no chunk is being passed on', () => {
    const { intake } = open();
    const done: string[] = [];
    expect(intake.defer(() => done.push('task'))).toBe(false);
    intake.push(samples(1, 2), undefined);
    expect(done).toEqual([]);
  });

  test('runs once, when the whole chunk was passed on', () => {
    const { intake, passed, atEach } = open();
    const done: number[] = [];
    atEach.passed = () => {
      if (passed.length > 2) return;
      expect(intake.defer(() => done.push(passed.length))).toBe(true);
      intake.push(samples(5, 6), undefined);
    };
    intake.push(samples(1, 2), undefined);
    expect(done).toEqual([4]);
    intake.push(samples(7, 8), undefined);
    expect(done).toEqual([4]);
  });

  test('may pass on audio before the chunks that came after it', async () => {
    const { intake, passed, settled } = open();
    let goOn = () => undefined as void;
    intake.before(async (pass) => {
      await new Promise<void>((resolve) => (goOn = resolve));
      pass(samples(1, 2), undefined);
    });
    intake.push(samples(3, 4), undefined);
    expect([passed, intake.isWaiting]).toEqual([[], true]);
    await Promise.resolve();
    goOn();
    await settled();
    expect(passed).toEqual([1, 2, 3, 4]);
  });
});

test('audio that comes after the end is reported', () => {
  const { intake, passed, reports } = open();
  intake.finish();
  intake.finish();
  intake.push(samples(1, 2), undefined);
  expect([passed, reports]).toEqual([[], [['audio-unreadable', { bytes: 2 }]]]);
});
