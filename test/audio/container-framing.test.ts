/** Positions of container pieces on the timeline, and estimated durations of chunks without times. */
import { describe, expect, test } from 'vitest';
import { ContainerFraming, PacketFraming } from '../../src/audio/container-framing.ts';
import { type Framing, type FrameSink, RawFraming } from '../../src/audio/framing.ts';
import type { Evidence, Reporter } from '../../src/facts.ts';
import {
  blockPayload,
  chunk,
  clusterStart,
  concat,
  element,
  fmt,
  noise,
  opusHeader,
  page,
  riff,
  simpleBlock,
  webmHeader,
} from './containers/muxers.ts';

interface Framed {
  bytes: Uint8Array;
  samples: number;
  now: number;
  isBoundary: boolean | undefined;
  opening: Uint8Array | undefined;
}

/** A framing, with its output and its reports. */
function frame(make: (sink: FrameSink, reporter: Reporter) => Framing) {
  const frames: Framed[] = [];
  const formats: [rate: number, frameBytes: number][] = [];
  const notices: unknown[] = [];
  const framing = make(
    {
      append: (bytes, samples, now, isBoundary, opening) =>
        frames.push({ bytes, samples, now, isBoundary, opening }),
      setFormat: (rate, frameBytes) => formats.push([rate, frameBytes]),
      capturedAt: undefined,
    },
    { report: (code, evidence) => void notices.push([code, (evidence as Evidence)['found']]) },
  );
  return { framing, frames, formats, notices, samples: () => frames.map(({ samples }) => samples) };
}

const frameContainer = () => frame((sink, reporter) => new ContainerFraming(sink, reporter, RawFraming));
const framePackets = () => frame((sink, reporter) => new PacketFraming(sink, reporter));

/** The estimated durations of chunks of 30 bytes that arrive at these times. */
function arrivals(...times: number[]): number[] {
  const packets = framePackets();
  for (const at of times) packets.framing.push(noise(30), at);
  return packets.samples();
}

describe('a chunk of unknown duration', () => {
  test('lasts as long as its arrival took; the second one gives the duration of the first', () => {
    expect(arrivals(7_000)).toEqual([250]);
    expect(arrivals(7_000, 7_400, 7_800, 8_150)).toEqual([250, 550, 400, 350]);
    expect(arrivals(0, 250, 500)).toEqual([250, 250, 250]);
  });

  test('is shorter where the first was estimated longer than both', () => {
    expect(arrivals(0, 100, 200, 300)).toEqual([250, 0, 50, 100]);
  });

  test('lasts by its bytes at the measured rate, if it comes together with another', () => {
    expect(arrivals(0, 0, 400, 400, 800, 800, 1_200)).toEqual([250, 10, 390, 200, 200, 200, 200]);
  });

  test('lasts by its bytes at 24 kbit/s, if all come at once and no rate was measured [G9]', () => {
    expect(arrivals(0, 0, 0, 0)).toEqual([250, 10, 10, 10]);
  });

  test('does not estimate the first one by a long arrival, which is a pause', () => {
    expect(arrivals(0, 5_000)).toEqual([250, 9_750]);
    expect(arrivals(0, 60_000)).toEqual([250, 9_750]);
  });

  test('has the typical duration, if its arrival took more than four times as long', () => {
    expect(arrivals(0, 400, 2_000)).toEqual([250, 550, 1_600]);
    expect(arrivals(0, 400, 2_001)).toEqual([250, 550, 400]);
    expect(arrivals(0, 400, 60_000, 60_400)).toEqual([250, 550, 400, 400]);
  });

  test('changes the typical duration by an eighth of the difference; a pause does not', () => {
    const pause = 1e6;
    expect(arrivals(0, 400, 1_200, pause)).toEqual([250, 550, 800, 450]);
    expect(arrivals(0, 400, 560, pause, 2 * pause)).toEqual([250, 550, 160, 370, 370]);
  });

  test('begins after the burst before it, whatever the time of its arrival', () => {
    const { framing, samples } = framePackets();
    for (const at of [0, 0, 250, 500]) framing.push(noise(3_000), at);
    expect(samples()).toEqual([1_000, 1_000, 0, 250]);
  });

  test('is timed by its bytes where a file is read faster than real time', () => {
    const { framing, samples } = frameContainer();
    for (const at of [0, 1, 2, 3]) framing.push(noise(64_000), at);
    expect(samples().reduce((sum, each) => sum + each)).toBe((4 * 64_000) / 8);
  });

  test('is sent in parts if it is long, and a replay may start only at its beginning', () => {
    const { framing, frames } = frameContainer();
    framing.push(noise(16_000), 0);
    expect(frames.map(({ bytes, samples, isBoundary }) => [bytes.length, samples, isBoundary])).toEqual([
      [8_000, 1_000, true],
      [8_000, 1_000, false],
    ]);
  });
});

test('packets have estimated durations and no header, and a replay may start at each', () => {
  const { framing, frames } = framePackets();
  const packet = noise(20);
  framing.push(packet, 40);
  framing.finish(50);
  expect(frames).toEqual([{ bytes: packet, samples: 250, now: 40, isBoundary: true, opening: undefined }]);
  expect([framing.isExact, framing.header]).toEqual([false, undefined]);
});

describe('before the container is known', () => {
  test('no defect is reported', () => {
    const { framing, frames } = frameContainer();
    expect([framing.isExact, framing.header]).toEqual([true, undefined]);
    framing.push(opusHeader().subarray(0, 11), 0);
    expect([framing.isExact, framing.header, frames.length]).toEqual([true, undefined, 0]);
  });

  test('chunks wait unchanged, and nothing is lost [G3]', () => {
    const { framing, frames } = frameContainer();
    const stream = concat(opusHeader(0), page({ granule: 960n, packets: [noise(40)] }));
    const reused = new Uint8Array(4);
    for (let from = 0; from < 8; from += 4) {
      reused.set(stream.subarray(from, from + 4));
      framing.push(reused, 0);
    }
    expect(framing.header).toBeUndefined();
    framing.push(stream.subarray(8), 30);
    expect(framing.header).toEqual(opusHeader(0));
    expect(frames).toMatchObject([
      { bytes: stream.subarray(opusHeader(0).length), samples: 20, now: 30, isBoundary: true },
    ]);
  });

  test('the end sends the audio that waits', () => {
    const { framing, frames, notices } = frameContainer();
    framing.push(Uint8Array.of(1, 2), 0);
    framing.push(Uint8Array.of(3), 0);
    framing.finish(9);
    expect([framing.isExact, framing.header]).toEqual([false, Uint8Array.of(1, 2)]);
    expect(notices).toEqual([
      ['format-doubtful', 'none that we know'],
      ['audio-inexact', undefined],
    ]);
    expect(framing.isHeaderAudio).toBe(true);
    expect(frames).toMatchObject([
      { bytes: Uint8Array.of(1, 2), samples: 250, now: 9, isBoundary: true },
      { bytes: Uint8Array.of(3), samples: 0, now: 9, isBoundary: true },
    ]);
  });

  test('an end without audio sends nothing', () => {
    const { framing, frames } = frameContainer();
    framing.finish(0);
    expect([framing.isExact, framing.header, frames]).toEqual([true, undefined, []]);
  });
});

describe('a container whose durations are known', () => {
  test('is exact, and its header does not count as audio', () => {
    const { framing, frames, formats } = frameContainer();
    framing.push(webmHeader(), 0);
    expect([framing.isExact, framing.header, frames.length]).toEqual([true, undefined, 0]);
    framing.push(concat(clusterStart(0), simpleBlock(0)), 0);
    expect([framing.isExact, framing.header, frames.length]).toEqual([true, webmHeader(), 1]);
    expect(formats).toEqual([]);
  });

  test('keeps its own times, whenever it arrives', () => {
    const { framing, samples } = frameContainer();
    const blocks = [0, 20, 40, 60].map((at) => simpleBlock(at));
    framing.push(concat(webmHeader(), clusterStart(0), ...blocks.slice(0, 2)), 5_000);
    for (const block of blocks.slice(2)) framing.push(block, 9_000);
    expect(samples()).toEqual([0, 40, 20, 20]);
  });

  test('is rounded to whole milliseconds without an accumulated error', () => {
    const { framing, samples } = frameContainer();
    framing.push(opusHeader(0), 0);
    // Opus frames of 2.5 ms.
    for (let at = 1; at <= 5; at += 1)
      framing.push(page({ granule: BigInt(at * 120), packets: [noise(9)] }), 0);
    expect(samples()).toEqual([3, 2, 3, 2, 3]);
  });

  test('can be replayed from its boundaries, and elsewhere with an opening [G3]', () => {
    const { framing, frames } = frameContainer();
    const group = element(0xa0, element(0xa1, blockPayload(60, noise(9)), 1), 1);
    framing.push(concat(webmHeader(), clusterStart(0), simpleBlock(0), simpleBlock(20), group), 0);
    expect(frames.map(({ isBoundary, opening }) => [isBoundary, opening])).toEqual([
      [true, undefined],
      [true, clusterStart(0)],
      [false, undefined],
    ]);
  });

  test('gives out at the end the bytes that it held back [G3]', () => {
    const { framing, frames } = frameContainer();
    const broken = simpleBlock(20).subarray(0, 50);
    framing.push(concat(webmHeader(), clusterStart(0), simpleBlock(0), broken), 0);
    expect(frames).toHaveLength(1);
    framing.finish(70);
    expect(frames[1]).toMatchObject({ bytes: broken, samples: 0, now: 70 });
  });
});

describe('WAV', () => {
  const header = riff(fmt({ channels: 2, rate: 8_000 }), 8);

  test('is raw audio behind its header: it counts samples, not milliseconds [G3]', () => {
    const { framing, frames, formats } = frameContainer();
    const samples = noise(8);
    framing.push(concat(header, samples.subarray(0, 4)), 10);
    framing.push(samples.subarray(4), 20);
    expect(formats).toEqual([[8_000, 4]]);
    expect([framing.isExact, framing.header]).toEqual([true, header]);
    const raw = { samples: 1, isBoundary: undefined, opening: undefined };
    expect(frames).toEqual([
      { bytes: samples.subarray(0, 4), now: 10, ...raw },
      { bytes: samples.subarray(4), now: 20, ...raw },
    ]);
  });

  test('leaves out the chunks after its audio', () => {
    const { framing, frames } = frameContainer();
    framing.push(concat(header, noise(8), chunk('LIST', noise(40))), 0);
    expect(frames.map(({ bytes }) => bytes)).toEqual([noise(8)]);
  });

  test('keeps its samples whole where a wrong data size cuts one', () => {
    const { framing, frames } = frameContainer();
    framing.push(concat(riff(fmt({ channels: 2, rate: 8_000 }), 6), noise(40)), 0);
    expect(concat(...frames.map(({ bytes }) => bytes))).toEqual(noise(40));
  });

  test('with a second file appended goes on as raw bytes on the same exact timeline', () => {
    const { framing, frames, formats } = frameContainer();
    framing.push(concat(header, noise(8)), 0);
    framing.push(concat(header, noise(8)), 0);
    expect([framing.isExact, framing.header, formats.length]).toEqual([true, header, 1]);
    expect(frames[1]).toMatchObject({ bytes: concat(header, noise(8)), isBoundary: undefined });
  });

  test('that is compressed is timed by its arrival', () => {
    const adpcm = riff(fmt({ tag: 0x11, bits: 4, blockAlign: 256 }));
    const { framing, samples, formats } = frameContainer();
    framing.push(concat(adpcm, noise(256)), 0);
    framing.push(noise(256), 400);
    expect([framing.isExact, framing.header, formats]).toEqual([false, adpcm, []]);
    expect(samples()).toEqual([250, 550]);
  });
});
