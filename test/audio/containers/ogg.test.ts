import { describe, expect, it } from 'vitest';
import { boundaries, demuxAll, durations, expectCutsNotToMatter, rejoined, totalMs } from './cutting.ts';
import { concat, noise, opusHead, opusHeader, page, text, u16be, u32le } from './muxers.ts';

const packet = noise(80);
const opusPage = (granule: number, more = {}) =>
  page({ granule: BigInt(granule), packets: [packet, packet], ...more });

const vorbisHead = concat(text('\x01vorbis'), u32le(0), [1], u32le(44100), noise(14));
const speexHead = (extraHeaders: number) =>
  concat(
    text('Speex   '),
    noise(20),
    u32le(1),
    u32le(80),
    u32le(8000),
    noise(28),
    u32le(extraHeaders),
    noise(8),
  );
const flacHead = (packets: number) =>
  concat(
    text('\x7fFLAC'),
    [1, 0],
    u16be(packets),
    text('fLaC'),
    [0, 0, 0, 34],
    noise(10),
    [0x0a, 0xc4, 0x42],
    noise(21),
  );

describe('Ogg', () => {
  it('keeps OpusHead and OpusTags as the header and times pages by their granule positions, less the pre-skip', () => {
    const stream = concat(opusHeader(312), opusPage(960 + 312), opusPage(2880 + 312), opusPage(3840 + 312));
    const { demuxer, pieces } = demuxAll('ogg', [stream]);
    expect(demuxer.header).toEqual(opusHeader(312));
    expect(demuxer.exact).toBe(true);
    expect(durations(pieces)).toEqual([20, 40, 20]);
    expect(boundaries(pieces)).toEqual([true, true, true]);
  });

  it('lets a replay start only at a page that does not continue a packet', () => {
    const stream = concat(
      opusHeader(0),
      page({ granule: 960n, packets: [packet], unfinished: noise(510) }),
      page({ granule: 1920n, packets: [packet], continued: true }),
      opusPage(2880),
    );
    expect(boundaries(demuxAll('ogg', [stream]).pieces)).toEqual([true, false, true]);
  });

  it('gives no time to a page on which no packet ends, and the whole time to the page that ends it', () => {
    const stream = concat(
      opusHeader(0),
      opusPage(960),
      page({ granule: -1n, unfinished: noise(255 * 255) }),
      page({ granule: 5760n, packets: [packet], continued: true }),
    );
    expect(durations(demuxAll('ogg', [stream]).pieces)).toEqual([20, 0, 100]);
  });

  it('collects tags that span several pages', () => {
    const header = concat(
      page({ granule: 0n, bos: true, packets: [opusHead(0)] }),
      page({ granule: -1n, unfinished: noise(255 * 255) }),
      page({ granule: 0n, packets: [noise(100)], continued: true }),
    );
    expect(demuxAll('ogg', [header, opusPage(960)]).header).toEqual(header);
  });

  it('keeps the three headers of Vorbis, and the silent first packet where it has a page of its own', () => {
    const header = concat(
      page({ granule: 0n, bos: true, packets: [vorbisHead] }),
      page({ granule: 0n, packets: [noise(60), noise(3000)] }),
    );
    const { demuxer, pieces } = demuxAll('ogg', [header, opusPage(0), opusPage(4410)]);
    expect(demuxer.header).toEqual(concat(header, opusPage(0)));
    expect(durations(pieces)).toEqual([100]);
  });

  it('times Speex and FLAC at their rates', () => {
    const speex = concat(
      page({ granule: 0n, bos: true, packets: [speexHead(1)] }),
      page({ granule: 0n, packets: [noise(30)] }),
      page({ granule: 0n, packets: [noise(31)] }),
    );
    const fromSpeex = demuxAll('ogg', [speex, opusPage(800)]);
    expect(fromSpeex.header).toEqual(speex);
    expect(durations(fromSpeex.pieces)).toEqual([100]);

    for (const announced of [2, 0]) {
      const flac = concat(
        page({ granule: 0n, bos: true, packets: [flacHead(announced)] }),
        page({ granule: 0n, packets: [noise(30), noise(31)] }),
      );
      const fromFlac = demuxAll('ogg', [flac, opusPage(4410)]);
      expect(fromFlac.header).toEqual(flac);
      expect(durations(fromFlac.pieces)).toEqual([100]);
    }
  });

  it('takes pages at granule position 0 as the header of an unknown codec, and gives no times', () => {
    const header = concat(
      page({ granule: 0n, bos: true, packets: [text('CELT    something')] }),
      page({ granule: 0n, packets: [noise(30)] }),
    );
    const { demuxer, pieces } = demuxAll('ogg', [header, opusPage(960)]);
    expect(demuxer.header).toEqual(header);
    expect(demuxer.exact).toBe(false);
    expect(durations(pieces)).toEqual([undefined]);
    expect(boundaries(pieces)).toEqual([true]);
  });

  it('takes the times of the audio stream, and passes on the pages of others', () => {
    const header = concat(
      page({ granule: 0n, bos: true, serial: 1, packets: [text('fishead\0')] }),
      page({ granule: 0n, bos: true, serial: 7, packets: [opusHead(0)] }),
      page({ granule: 0n, serial: 1, packets: [noise(9)] }),
      page({ granule: 0n, serial: 7, packets: [text('OpusTags')] }),
      page({ granule: 0n, serial: 1, packets: [noise(9)] }),
    );
    const { demuxer, pieces } = demuxAll('ogg', [
      header,
      opusPage(960),
      opusPage(99999, { serial: 1 }),
      opusPage(1920),
    ]);
    expect(demuxer.header).toEqual(header);
    expect(durations(pieces)).toEqual([20, 0, 20]);
    expect(boundaries(pieces)).toEqual([true, false, true]);
  });

  it('does not count the hours before a stream was joined, nor a clock that is set back', () => {
    const hour = 48000 * 3600;
    const pages = [opusPage(hour), opusPage(hour + 960), opusPage(100), opusPage(1060)];
    expect(durations(demuxAll('ogg', [opusHeader(), ...pages]).pieces)).toEqual([
      0,
      20,
      0,
      expect.closeTo(20, 6),
    ]);
  });

  it('reads granule positions beyond 32 bits', () => {
    const far = 2 ** 40;
    const { pieces } = demuxAll('ogg', [opusHeader(), opusPage(far), opusPage(far + 960)]);
    expect(totalMs(pieces)).toBeCloseTo(20, 6);
  });

  it.each([
    [
      'a second stream chained to the first',
      concat(opusHeader(), opusPage(1272), opusHeader(), opusPage(1272)),
    ],
    ['a page that is not one', concat(opusHeader(), opusPage(1272), noise(5000), opusPage(2232))],
    ['a stream that begins without its header', concat(opusPage(960), opusPage(1920))],
  ])('passes on %s unchanged', (_, stream) => {
    const chunks = [stream.subarray(0, stream.length - 50), stream.subarray(stream.length - 50)];
    const demuxed = demuxAll('ogg', chunks);
    expect(demuxed.demuxer.exact).toBe(false);
    expect(rejoined(demuxed)).toEqual(stream);
    expect(demuxed.pieces.at(-1)).toMatchObject({ startsAtBoundary: true, durationMs: undefined });
  });

  it('comes out the same however it is cut', () => {
    const pages = Array.from({ length: 12 }, (_, index) => opusPage(312 + 960 * (index + 1)));
    const truncated = opusPage(99999).subarray(0, 60);
    expectCutsNotToMatter('ogg', concat(opusHeader(), ...pages, truncated), 'pieces');
  });
});
