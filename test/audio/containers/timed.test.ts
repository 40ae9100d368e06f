/** Formats whose frames or fragments contain their duration. */
import { describe, expect, it } from 'vitest';
import { boundaries, demuxAll, durations, expectCutsNotToMatter, rejoined, totalMs } from './cutting.ts';
import {
  ADTS_FRAME_MS,
  adtsFrame,
  FLAC_FRAME_MS,
  flacFrame,
  flacHeader,
  id3Tag,
  MP3_FRAME_MS,
  mp3Frame,
  mp4FileHeader,
  mp4Fragment,
  mp4Header,
} from './frame-muxers.ts';
import { box, concat, noise, text } from './muxers.ts';

const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe.each([
  ['mp3', mp3Frame, MP3_FRAME_MS],
  ['adts', adtsFrame, ADTS_FRAME_MS],
] as const)('%s', (name, frame, frameMs) => {
  const frames = times(20, (i) => frame(noise(150, i).map((byte) => byte & 0x7f)));

  it('gives each frame with its time, as a place to start, and needs no header', () => {
    const { demuxer, header, pieces } = demuxAll(name, [concat(...frames)]);
    expect(header).toEqual(new Uint8Array());
    expect(demuxer.exact).toBe(true);
    expect(pieces.map(({ bytes }) => bytes)).toEqual(frames);
    expect(new Set(durations(pieces))).toEqual(new Set([frameMs]));
    expect(new Set(boundaries(pieces))).toEqual(new Set([true]));
  });

  it('counts no time for tags before, between and behind, and finds the next frame', () => {
    const tag = concat(
      text('TAG'),
      noise(125).map((byte) => byte & 0x7f),
    );
    const stream = concat(id3Tag(3_000), ...frames, tag, ...frames, tag);
    for (const chunks of [
      [stream],
      times(Math.ceil(stream.length / 97), (i) => stream.subarray(i * 97, (i + 1) * 97)),
    ]) {
      const demuxed = demuxAll(name, chunks);
      expect(totalMs(demuxed.pieces)).toBeCloseTo(40 * frameMs, 6);
      expect(demuxed.demuxer.exact).toBe(true);
      expect(rejoined(demuxed)).toEqual(stream);
      expect(demuxed.pieces[0]?.startsAtBoundary).toBe(true);
    }
  });

  it('finds the first frame behind a tag that is followed by padding', () => {
    const { demuxer, pieces } = demuxAll(name, [concat(id3Tag(30), new Uint8Array(500), ...frames)]);
    expect([demuxer.exact, totalMs(pieces)]).toEqual([true, 20 * frameMs]);
  });

  it('gives all bytes without times where the first bytes are no frame, or none comes for long', () => {
    const zeros = new Uint8Array(70_000);
    for (const stream of [zeros.subarray(0, 90), concat(...frames, zeros, ...frames)]) {
      const demuxed = demuxAll(name, [stream, zeros.subarray(0, 40)]);
      expect(demuxed.demuxer.exact).toBe(false);
      expect(rejoined(demuxed)).toEqual(concat(stream, zeros.subarray(0, 40)));
      expect(demuxed.pieces.at(-1)).toMatchObject({ startsAtBoundary: true, durationMs: undefined });
    }
  });

  it('comes out the same however it is cut', () => {
    expectCutsNotToMatter(name, concat(...frames.slice(0, 3), frames[3]!.subarray(0, 100)), 'pieces');
  });
});

describe('the headers of MPEG frames', () => {
  it.each([
    ['MPEG 1 layer I, 32 kHz, 64 kbit/s', [0xff, 0xff, 0x28, 0], 96, 12],
    ['MPEG 1 layer II, 48 kHz, 192 kbit/s', [0xff, 0xfd, 0xa4, 0], 576, 24],
    ['MPEG 1 layer III, 48 kHz, 128 kbit/s', [0xff, 0xfb, 0x94, 0], 384, 24],
    ['MPEG 1 layer III, 44.1 kHz, 128 kbit/s, padded', [0xff, 0xfb, 0x92, 0], 418, 1152 / 44.1],
    ['MPEG 2 layer III, 16 kHz, 32 kbit/s', [0xff, 0xf3, 0x48, 0], 144, 36],
    ['MPEG 2.5 layer III, 8 kHz, 16 kbit/s', [0xff, 0xe3, 0x28, 0], 144, 72],
    ['AAC, 44.1 kHz, two blocks', [0xff, 0xf9, 0x50, 0x80, 0x10, 0x1f, 0xfd], 128, 2048 / 44.1],
  ])('%s', (_, header, bytes, durationMs) => {
    const frame = new Uint8Array(bytes);
    frame.set(header);
    const { pieces } = demuxAll('mp3', [frame, frame]);
    expect(pieces.map((piece) => piece.bytes.length)).toEqual([bytes, bytes]);
    expect(pieces[0]?.durationMs).toBeCloseTo(durationMs, 6);
  });
});

describe('FLAC', () => {
  const frames = times(300, (i) => flacFrame(i, noise(90, i)));

  it('times each frame, of any number, and lets a replay start with it', () => {
    const { demuxer, header, pieces } = demuxAll('flac', [flacHeader(), concat(...frames)]);
    expect(header).toEqual(flacHeader());
    expect(demuxer.exact).toBe(true);
    expect(pieces.map(({ bytes }) => bytes)).toEqual(frames);
    expect(new Set(durations(pieces))).toEqual(new Set([FLAC_FRAME_MS]));
    expect(new Set(boundaries(pieces))).toEqual(new Set([true]));
  });

  it('passes on a frame before its end, with its whole duration', () => {
    const [first, second] = frames as [Uint8Array, Uint8Array];
    const { pieces } = demuxAll('flac', [
      concat(flacHeader(), first.subarray(0, 50)),
      concat(first.subarray(50), second),
    ]);
    expect(durations(pieces)).toEqual([FLAC_FRAME_MS, 0, FLAC_FRAME_MS]);
    expect(boundaries(pieces)).toEqual([true, false, true]);
  });

  it('does not take sound for a header', () => {
    const other = flacFrame(70);
    const { pieces } = demuxAll('flac', [
      concat(flacHeader(), flacFrame(0, other), flacFrame(1, other), flacFrame(2)),
    ]);
    expect(totalMs(pieces)).toBe(3 * FLAC_FRAME_MS);
  });

  it('gives all bytes without times where no frame is found', () => {
    const stream = concat(flacHeader(), ...frames.slice(0, 2), new Uint8Array(70_000));
    const demuxed = demuxAll('flac', [stream, noise(10)]);
    expect(demuxed.demuxer.exact).toBe(false);
    expect(rejoined(demuxed)).toEqual(concat(stream, noise(10)));
    expect(demuxAll('flac', [flacHeader(), noise(99)]).demuxer.exact).toBe(false);
  });

  it('comes out the same however it is cut', () => {
    expectCutsNotToMatter('flac', concat(flacHeader(), ...frames.slice(0, 4)), 'bytes');
  });
});

describe('MP4', () => {
  const fragment = (seed: number, ...rest: [number, (number | readonly number[])?, number?]) =>
    mp4Fragment(noise(500, seed), ...rest);

  it.each([
    ['by the default of the track', fragment(1, 10), 640],
    ['by one length for all samples', fragment(1, 10, 512), 320],
    ['by one length for each', fragment(1, 3, [160, 320, 480]), 60],
  ])('times a fragment %s', (_, bytes, durationMs) => {
    const { demuxer, header, pieces } = demuxAll('mp4', [mp4Header(), bytes, bytes]);
    expect(header).toEqual(mp4Header());
    expect(demuxer.exact).toBe(true);
    expect(durations(pieces)).toEqual([durationMs, durationMs]);
    expect(boundaries(pieces)).toEqual([true, true]);
  });

  it('times by the audio track', () => {
    const header = mp4Header([
      { id: 1, handler: 'vide' },
      { id: 2, ticksPerSecond: 48_000 },
    ]);
    const { pieces } = demuxAll('mp4', [header, fragment(1, 9, undefined, 1), fragment(2, 9, 960, 2)]);
    expect(durations(pieces)).toEqual([0, 180]);
  });

  it('gives no times without a track that has them', () => {
    for (const header of [mp4Header([{ handler: 'vide' }]), mp4Header([{ ticksPerSecond: 0 }])]) {
      const { demuxer, pieces } = demuxAll('mp4', [header, fragment(1, 10)]);
      expect([demuxer.exact, durations(pieces)]).toEqual([false, [undefined]]);
    }
  });

  it('passes on a file whose index comes first, timed by its share of bytes, and replays it from its beginning', () => {
    const header = concat(mp4FileHeader(32_000), box('mdat', new Uint8Array(8_000)).subarray(0, 8));
    const stream = concat(header, noise(8_000), box('free', noise(5)));
    for (const chunks of [[stream], [stream.subarray(0, 3_000), stream.subarray(3_000)]]) {
      const demuxed = demuxAll('mp4', chunks);
      expect([demuxed.demuxer.exact, demuxed.demuxer.problem]).toEqual([true, undefined]);
      expect(demuxed.header).toEqual(header);
      expect(totalMs(demuxed.pieces)).toBeCloseTo(2_000, 6);
      expect(boundaries(demuxed.pieces).lastIndexOf(true)).toBe(0);
      expect(Math.max(...demuxed.pieces.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(400);
      expect(rejoined(demuxed)).toEqual(stream);
    }
  });

  it('reports a file whose index comes last, and passes it on', () => {
    const stream = concat(box('ftyp', text('M4A ')), box('mdat', noise(9_000)), mp4FileHeader(32_000));
    const demuxed = demuxAll('mp4', [stream.subarray(0, 2_000), stream.subarray(2_000)]);
    expect(demuxed.demuxer.problem).toContain('index (moov) comes last');
    expect(demuxed.pieces.map(({ bytes }) => bytes.length)).toEqual([2_000, stream.length - 2_000]);
  });

  it('comes out the same however it is cut', () => {
    expectCutsNotToMatter('mp4', concat(mp4Header(), fragment(1, 10), fragment(2, 3, [1, 2, 3])), 'pieces');
    expectCutsNotToMatter('mp4', concat(mp4FileHeader(32_000), box('mdat', noise(900))), 'bytes');
  });
});
