/** The aligner alone: every sample is at its place, for any order of frames. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Aligner, type AlignerSettings } from '../../src/telephony/aligner.ts';

const FRAME_MS = 20;
const SETTINGS: AlignerSettings = {
  encoding: 'mulaw',
  sampleRate: 1_000,
  tracks: 2,
  frameMs: 100,
  reorderMs: 100,
  fillMs: 2_000,
};
const SILENCE = 0xff;

/** At 1000 samples a second a millisecond is a sample. Each sample names its track and its frame. */
function frame(track: number, index: number): Uint8Array {
  return new Uint8Array(FRAME_MS).fill(track * 100 + (index % 100));
}

function bench(settings: Partial<AlignerSettings> = {}) {
  const log: string[] = [];
  const chunks: { at: number; bytes: Uint8Array }[] = [];
  const aligner = new Aligner(
    { ...SETTINGS, ...settings },
    {
      chunk: (chunk) => chunks.push(chunk),
      gap: (fromMs, toMs) => log.push(`gap ${fromMs}-${toMs}`),
      clockRestarted: () => log.push('restarted'),
      stray: () => log.push('stray'),
      late: () => log.push('late'),
      doubled: () => log.push('doubled'),
    },
  );
  const say = (track: number, index: number, ms = index * FRAME_MS) =>
    aligner.take(track, ms, frame(track, index));
  /** What came out on a channel, sample by sample. */
  const heard = (channel: number, channels: number = settings.tracks ?? SETTINGS.tracks) =>
    chunks.flatMap(({ bytes }) => [...bytes].filter((_, i) => i % channels === channel));
  return { aligner, say, log, chunks, heard };
}

const mono = (settings: Partial<AlignerSettings> = {}) => bench({ tracks: 1, ...settings });
const frames = (track: number, ...indices: number[]) => indices.flatMap((index) => [...frame(track, index)]);
const silence = (ms: number) => Array.from({ length: ms }, () => SILENCE);

test('frames of two tracks in any order, some missing, some twice, come out at their places, each on its channel', () => {
  const message = fc.record({
    track: fc.nat(1),
    index: fc.nat(60),
    lateMs: fc.integer({ min: 0, max: 79 }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 150 }), (messages) => {
      const { aligner, say, log, chunks, heard } = bench();
      const inOrder = messages.toSorted(
        (a, b) => a.index * FRAME_MS + a.lateMs - b.index * FRAME_MS - b.lateMs,
      );
      for (const { track, index } of inOrder) say(track, index);
      aligner.flush();
      const last = Math.max(-1, ...messages.map(({ index }) => index));
      for (const track of [0, 1]) {
        const came = new Set(messages.filter((each) => each.track === track).map(({ index }) => index));
        const expected = Array.from({ length: last + 1 }, (_, i) =>
          came.has(i) ? [...frame(track, i)] : silence(FRAME_MS),
        );
        expect(heard(track)).toEqual(expected.flat());
      }
      const distinct = new Set(messages.map(({ track, index }) => track * 100 + index)).size;
      expect(log).toEqual(Array.from({ length: messages.length - distinct }, () => 'doubled'));
      expect(chunks.map(({ at }) => at)).toEqual(chunks.map((_, i) => i * 100));
      expect(chunks.slice(0, -1).every(({ bytes }) => bytes.length === 200)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

describe('release', () => {
  test('waits for the other track no longer than the reorder time', () => {
    const { say, chunks } = bench();
    for (let i = 0; i < 9; i += 1) say(0, i);
    expect(chunks).toHaveLength(0);
    say(0, 9);
    expect(chunks).toHaveLength(1);
  });

  test('does not wait at all when both tracks are whole', () => {
    const { say, chunks } = bench();
    for (let i = 0; i < 5; i += 1) {
      say(1, i);
      say(0, i);
    }
    expect(chunks).toHaveLength(1);
  });

  test('of settled audio adds no silence, and keeps the frames of the other track', () => {
    const { aligner, say, heard } = bench();
    for (const track of [0, 1]) for (let i = 0; i < 3; i += 1) say(track, i);
    say(0, 3);
    aligner.releaseSettled();
    expect(heard(0)).toEqual(frames(0, 0, 1, 2));
    say(1, 3);
    aligner.flush();
    expect(heard(1)).toEqual(frames(1, 0, 1, 2, 3));
  });

  test('keeps memory small however long one track is silent', () => {
    const { aligner, chunks, say } = bench();
    for (let i = 0; i < 5_000; i += 1) say(0, i);
    expect(chunks).toHaveLength(999);
    aligner.flush();
    expect(aligner.filledSamples).toBe(100_000);
  });
});

describe('holes', () => {
  test('up to the limit are silence; longer ones are announced, and take no time', () => {
    const { aligner, say, log, heard } = mono();
    say(0, 0);
    for (const [i, ms] of [2_020, 2_040, 2_060, 5_000, 5_020, 5_040].entries()) say(0, 1 + i, ms);
    aligner.flush();
    expect(log).toEqual(['gap 2080-5000']);
    expect(heard(0)).toEqual([...frames(0, 0), ...silence(2_000), ...frames(0, 1, 2, 3, 4, 5, 6)]);
  });

  test('a frame that comes when its hole was filled is late, one that comes again is doubled, even after its release', () => {
    const { say, log } = mono();
    for (const i of [0, 1, 3, 4, 5, 6, 7, 8, 9, 10]) say(0, i);
    say(0, 2);
    say(0, 3);
    expect(log).toEqual(['late', 'doubled']);
  });

  test('timestamps off by a millisecond or two make neither holes nor overlaps', () => {
    const { aligner, say, heard } = mono();
    for (const [i, ms] of [0, 21, 39, 61, 80].entries()) say(0, i, ms);
    aligner.flush();
    expect(heard(0)).toEqual(frames(0, 0, 1, 2, 3, 4));
  });
});

test('timestamps off by three milliseconds cut nothing out of the audio, after a lost frame either', () => {
  const times = fc.array(fc.record({ offMs: fc.integer({ min: -3, max: 3 }), isLost: fc.boolean() }), {
    minLength: 2,
    maxLength: 40,
  });
  fc.assert(
    fc.property(times, (messages) => {
      const { aligner, say, heard } = mono();
      for (const [i, { offMs, isLost }] of messages.entries()) {
        if (!isLost || i % 5 !== 4) say(0, i, Math.max(0, i * FRAME_MS + offMs));
      }
      aligner.flush();
      const sent = messages.flatMap(({ isLost }, i) => (isLost && i % 5 === 4 ? [] : frames(0, i)));
      expect(heard(0).filter((sample) => sample !== SILENCE)).toEqual(sent);
    }),
    { numRuns: 300 },
  );
});

describe('timestamps that jump', () => {
  test('once are ignored: one bad number does not silence the rest of the call', () => {
    const { aligner, say, log, heard } = mono();
    say(0, 0);
    say(0, 1, 86_400_000);
    say(0, 1);
    say(0, 2);
    aligner.flush();
    expect(log).toEqual(['stray']);
    expect(heard(0)).toEqual(frames(0, 0, 1, 2));
  });

  test('back, on both tracks, are a new count: the audio goes on where it was, and no frame is lost', () => {
    const { aligner, say, log, heard } = bench();
    for (let i = 0; i < 100; i += 1) for (const track of [0, 1]) say(track, i);
    for (let i = 100; i < 110; i += 1) for (const track of [0, 1]) say(track, i, (i - 100) * FRAME_MS);
    aligner.flush();
    expect(log).toEqual(['restarted']);
    for (const track of [0, 1]) {
      expect(heard(track).slice(2_000)).toEqual(
        frames(track, ...Array.from({ length: 10 }, (_, i) => 100 + i)),
      );
    }
  });

  test('ahead, on both tracks, lose no frame', () => {
    const { aligner, say, log, heard } = bench();
    for (let i = 0; i < 5; i += 1) for (const track of [0, 1]) say(track, i);
    for (let i = 5; i < 15; i += 1) for (const track of [0, 1]) say(track, i, 60_000 + i * FRAME_MS);
    aligner.flush();
    expect(log).toEqual(['gap 100-60100']);
    for (const track of [0, 1]) {
      expect(heard(track)).toEqual(frames(track, ...Array.from({ length: 15 }, (_, i) => i)));
    }
  });
});

test('two-byte samples are interleaved whole', () => {
  const { aligner, chunks } = bench({ encoding: 'linear16' });
  aligner.take(0, 0, Uint8Array.of(1, 2, 3, 4));
  aligner.take(1, 0, Uint8Array.of(5, 6));
  aligner.flush();
  expect([...(chunks[0]?.bytes ?? [])]).toEqual([1, 2, 5, 6, 3, 4, 0, 0]);
});

test('another stream goes on where it would be by the clock, and what is missing is filled or announced', () => {
  const { aligner, say, log, heard } = mono();
  say(0, 0);
  aligner.restartAfter(500);
  say(0, 1, 0);
  aligner.restartAfter(30_000);
  say(0, 2, 0);
  say(0, 3, 20);
  say(0, 4, 40);
  aligner.flush();
  expect(log).toEqual(['gap 540-30540']);
  expect(heard(0)).toEqual([...frames(0, 0), ...silence(500), ...frames(0, 1, 2, 3, 4)]);
});
