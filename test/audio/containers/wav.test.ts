import { describe, expect, it } from 'vitest';
import { boundaries, demuxAll, durations, expectCutsNotToMatter, rejoined, totalMs } from './cutting.ts';
import { chunk, concat, extensible, fmt, noise, riff, text, u32le, u64le } from './muxers.ts';

describe('WAV', () => {
  it('ends its header where the data begins, whatever chunks come before', () => {
    const header = riff(
      concat(chunk('JUNK', noise(27)), fmt(), chunk('LIST', noise(33)), chunk('fact', noise(4))),
    );
    const { demuxer, pieces } = demuxAll('wav', [concat(header, noise(3200))]);
    expect(demuxer.header).toEqual(header);
    expect(demuxer.exact).toBe(true);
    expect(durations(pieces)).toEqual([100]);
    expect(boundaries(pieces)).toEqual([true]);
  });

  it.each([
    ['linear16', fmt({ tag: 1, bits: 16, channels: 2 }), 4],
    ['linear32', fmt({ tag: 3, bits: 32 }), 4],
    ['alaw', fmt({ tag: 6, bits: 8 }), 1],
    ['mulaw', fmt({ tag: 7, bits: 8 }), 1],
    ['linear16', extensible(1, { bits: 16 }), 2],
    ['linear32', extensible(3, { bits: 32, channels: 2 }), 8],
    ['other', fmt({ tag: 1, bits: 24 }), 3],
    ['other', fmt({ tag: 1, bits: 8 }), 1],
    ['other', fmt({ tag: 1, bits: 32 }), 4],
    ['other', fmt({ tag: 1, bits: 16, blockAlign: 4 }), 4],
  ])('knows %s by its fmt chunk', (encoding, fmtChunk, blockAlign) => {
    const { demuxer, pieces } = demuxAll('wav', [concat(riff(fmtChunk), noise(160 * blockAlign))]);
    expect(demuxer.format).toMatchObject({ encoding, sampleRate: 16000, blockAlign });
    expect(totalMs(pieces)).toBe(10);
  });

  it('shows the format only once the header is complete', () => {
    const header = riff(fmt());
    expect(demuxAll('wav', [header.subarray(0, -1)]).demuxer.format).toBeUndefined();
    expect(demuxAll('wav', [header, noise(2)]).demuxer.format).toBeDefined();
  });

  it('gives whole frames and keeps a frame that is cut for the next push', () => {
    const frames = noise(40);
    const { pieces } = demuxAll('wav', [
      riff(fmt({ channels: 2 })),
      frames.subarray(0, 7),
      frames.subarray(7),
    ]);
    expect(pieces.map((piece) => piece.bytes.length)).toEqual([4, 36]);
  });

  it('takes a data size of 0 or -1 for a stream without end', () => {
    for (const size of [0, 0xffffffff]) {
      const { demuxer, pieces } = demuxAll('wav', [concat(riff(fmt(), size), noise(32000))]);
      expect(demuxer.exact).toBe(true);
      expect(totalMs(pieces)).toBe(1000);
    }
  });

  it('counts no time for chunks after the data, and counts the padding of the data as a sample', () => {
    const header = riff(fmt({ tag: 7, bits: 8, rate: 8000 }), 801);
    const { demuxer, pieces } = demuxAll('wav', [concat(header, noise(801), [0], chunk('LIST', noise(600)))]);
    expect(demuxer.exact).toBe(true);
    expect(totalMs(pieces)).toBe(100.25);
    expect(boundaries(pieces)).toEqual([true, false]);
  });

  it('gives out a frame that the end of the data cuts, since audio may go on', () => {
    const stream = concat(riff(fmt({ channels: 2 }), 802), noise(802), chunk('LIST', noise(10)));
    const { demuxer, pieces } = demuxAll('wav', [stream]);
    expect(demuxer.exact).toBe(true);
    expect(pieces.map((piece) => piece.bytes.length)).toEqual([800, 2, 18]);
    expect(durations(pieces)).toEqual([12.5, 0.03125, 0]);
  });

  it('loses no audio beyond a data size that is too small', () => {
    const header = riff(fmt({ channels: 2 }), 801);
    const audio = noise(801 + 3_199);
    for (const chunks of [[concat(header, audio)], [header, audio.subarray(0, 805), audio.subarray(805)]]) {
      const { demuxer, pieces } = demuxAll('wav', chunks);
      expect(demuxer.exact).toBe(true);
      expect(concat(...pieces.map(({ bytes }) => bytes))).toEqual(audio);
      expect(totalMs(pieces)).toBe(62.5);
    }
  });

  it('reads the 64-bit data size of RF64', () => {
    const ds64 = chunk('ds64', concat(u64le(0n), u64le(3200n), u64le(0n), u32le(0)));
    const header = riff(concat(ds64, fmt()), 0xffffffff, 'RF64');
    const { pieces } = demuxAll('wav', [concat(header, noise(3200), chunk('LIST', noise(32)))]);
    expect(totalMs(pieces)).toBe(100);
  });

  it('gives no times for compressed audio, but finds its header', () => {
    const header = riff(fmt({ tag: 0x11, bits: 4, blockAlign: 256 }));
    const { demuxer, pieces } = demuxAll('wav', [concat(header, noise(2560))]);
    expect(demuxer.header).toEqual(header);
    expect(demuxer.exact).toBe(false);
    expect(demuxer.format).toBeUndefined();
    expect(durations(pieces)).toEqual([undefined]);
  });

  it('passes on unchanged a WAV file appended to another, and one without fmt', () => {
    const first = concat(riff(fmt(), 320), noise(320));
    const glued = demuxAll('wav', [first, first, first]);
    expect(rejoined(glued)).toEqual(concat(first, first, first));
    expect(glued.demuxer.exact).toBe(false);
    expect(durations(glued.pieces)).toEqual([10, undefined, undefined]);
    expect(glued.demuxer.format).toBeUndefined();
    const bare = demuxAll('wav', [
      concat(text('RIFF'), u32le(0), text('WAVE'), text('data'), u32le(0)),
      noise(50),
    ]);
    expect(bare.demuxer.exact).toBe(false);
    expect(bare.pieces).toHaveLength(2);
  });

  it('refuses a fmt chunk with a frame length of zero', () => {
    for (const fields of [{ rate: 0 }, { channels: 0 }, { blockAlign: 0 }]) {
      expect(demuxAll('wav', [concat(riff(fmt(fields)), noise(99))]).demuxer.exact).toBe(false);
    }
  });

  it('comes out the same however it is cut', () => {
    const header = riff(concat(chunk('LIST', noise(21)), extensible(1, { channels: 2 })), 801);
    expectCutsNotToMatter(
      'wav',
      concat(header, noise(801), [0], chunk('LIST', noise(100)), noise(5)),
      'bytes',
    );
  });
});
