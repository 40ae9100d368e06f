import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDemuxer } from '../../../src/audio/containers/containers.ts';
import type { ContainerName } from '../../../src/audio/containers/sniff.ts';
import { boundaries, cutAt, demuxAll, durations, expectCutsNotToMatter, rejoined } from './cutting.ts';
import {
  box,
  clusterStart,
  concat,
  element,
  fmt,
  metadataBlock,
  noise,
  opusHeader,
  page,
  riff,
  simpleBlock,
  text,
  u32be,
  u64be,
  webmHeader,
} from './muxers.ts';

const NAMES: ContainerName[] = ['wav', 'ogg', 'webm', 'mp4', 'flac', 'mp3', 'adts', 'aiff', 'unknown'];

it('each container declares before its first byte whether its positions are exact', () => {
  expect(NAMES.filter((name) => createDemuxer(name).exact)).toEqual([
    'wav',
    'ogg',
    'webm',
    'mp4',
    'flac',
    'mp3',
    'adts',
  ]);
});

describe('MP4', () => {
  const header = concat(box('ftyp', text('iso5')), box('moov', noise(700)));
  const fragment = (seed: number) => concat(box('moof', noise(100, seed)), box('mdat', noise(900, seed)));

  it('keeps ftyp and moov as the header and gives each fragment whole', () => {
    const { demuxer, pieces } = demuxAll('mp4', [header, fragment(1), fragment(2)]);
    expect(demuxer.header).toEqual(header);
    expect(pieces.map((piece) => piece.bytes)).toEqual([fragment(1), fragment(2)]);
    expect(boundaries(pieces)).toEqual([true, true]);
    expect(durations(pieces)).toEqual([undefined, undefined]);
    expect(demuxer.exact).toBe(false);
  });

  it('puts the boxes between two fragments with the second', () => {
    const second = concat(box('styp', text('msdh')), box('sidx', noise(32)), fragment(2));
    expect(demuxAll('mp4', [header, fragment(1), second]).pieces.at(-1)?.bytes).toEqual(second);
  });

  it('reads 64-bit sizes', () => {
    const mdat = concat(u32be(1), text('mdat'), u64be(116n), noise(100));
    const { pieces } = demuxAll('mp4', [concat(header, box('moof', noise(9)), mdat, fragment(2))]);
    expect(boundaries(pieces)).toEqual([true, true]);
  });

  it('does not wait for media without end', () => {
    for (const start of [concat(u32be(0), text('mdat')), concat(u32be(9e6), text('mdat'))]) {
      const demuxer = createDemuxer('mp4');
      const stream = concat(header, fragment(1), start, noise(100));
      expect(demuxer.push(stream)).toHaveLength(2);
      expect(demuxer.push(noise(10))).toMatchObject([{ startsAtBoundary: true }]);
    }
  });

  it('comes out the same however it is cut', () => {
    expectCutsNotToMatter(
      'mp4',
      concat(header, fragment(1), fragment(2), fragment(3).subarray(0, 300)),
      'pieces',
    );
  });
});

describe('unknown failures', () => {
  it('is sent whole, its first chunk kept as the header, and is named', () => {
    const { demuxer, header, pieces } = demuxAll('unknown', [noise(0), noise(100), noise(0), noise(50)]);
    expect(header).toEqual(noise(100));
    expect(pieces.map((piece) => piece.bytes.length)).toEqual([100, 50]);
    expect([demuxer.isHeaderAudio, demuxer.problem]).toEqual([true, 'none that we know']);
    expect(demuxAll('aiff', [noise(9)]).demuxer.problem).toBe('AIFF');
  });
});

describe('any input', () => {
  const streams: Record<string, Uint8Array> = {
    wav: concat(riff(fmt(), 400), noise(400), noise(50)),
    ogg: concat(
      opusHeader(),
      page({ granule: 960n, packets: [noise(90), noise(300)] }),
      page({ granule: 1920n, packets: [noise(90)] }),
    ),
    webm: concat(
      webmHeader(),
      clusterStart(0),
      simpleBlock(0),
      simpleBlock(60),
      clusterStart(120),
      simpleBlock(0),
    ),
    mp4: concat(
      box('ftyp', text('iso5')),
      box('moov', noise(80)),
      box('moof', noise(30)),
      box('mdat', noise(200)),
    ),
    flac: concat(text('fLaC'), metadataBlock(0, noise(34), true), noise(300)),
  };

  it.each(NAMES)('comes through %s byte for byte, damaged and cut anywhere, without an exception', (name) => {
    const stream = streams[name] ?? noise(600);
    const damage = fc.record({ at: fc.nat({ max: stream.length - 1 }), byte: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(
        fc.array(damage, { maxLength: 4 }),
        fc.array(fc.nat({ max: 2000 }), { maxLength: 10 }),
        fc.nat({ max: stream.length }),
        (damages, cuts, length) => {
          const damaged = stream.slice();
          for (const { at, byte } of damages) damaged[at] = byte;
          const input = damaged.subarray(0, length);
          expect(rejoined(demuxAll(name, cutAt(input, cuts)))).toEqual(input);
        },
      ),
    );
  });

  it.each(NAMES)('comes through %s byte for byte if it is noise', (name) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(), { maxLength: 6 }), (input, cuts) => {
        const demuxed = demuxAll(name, cutAt(input, cuts));
        expect(rejoined(demuxed)).toEqual(input);
        for (const piece of demuxed.pieces) expect(piece.bytes.length).toBeGreaterThan(0);
      }),
    );
  });

  it('is passed on unchanged once its header exceeds the limit for replay', () => {
    const endless = concat(text('fLaC'), [0x06, 0xff, 0xff, 0xff]);
    const demuxer = createDemuxer('flac');
    demuxer.push(endless);
    expect(demuxer.header).toEqual(endless);
    expect(demuxer.push(noise(10))).toMatchObject([{ startsAtBoundary: true, durationMs: undefined }]);

    const picture = metadataBlock(6, new Uint8Array(600_000));
    const album = demuxAll('flac', [text('fLaC'), picture, picture, noise(10)]);
    expect(album.header?.length).toBeLessThan(2 ** 20 + 600_000);
    expect(album.pieces).toHaveLength(2);
  });

  it('is given out at the end if such a header never completes', () => {
    const broken = concat(text('fLaC'), [0x06, 0x01, 0, 0], noise(20_000));
    expect(demuxAll('flac', [broken])).toMatchObject({ pieces: [{ bytes: broken }] });
    expect(demuxAll('flac', [broken.subarray(0, 100)])).toMatchObject({
      header: broken.subarray(0, 100),
      pieces: [],
    });
  });

  it('is given out also where many elements without audio add up', () => {
    const tags = element(0x1254c367, noise(60_000));
    const demuxer = createDemuxer('webm');
    demuxer.push(concat(webmHeader(), clusterStart(0), simpleBlock(0)));
    let given = 0;
    for (let count = 0; count < 20; count++)
      for (const piece of demuxer.push(tags)) given += piece.bytes.length;
    expect(20 * tags.length - given).toBeLessThanOrEqual(2 ** 18 + tags.length);
  });
});
