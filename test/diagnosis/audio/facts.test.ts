/** The analysis of real recordings, and of common errors in their encoding. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { audioFacts } from '../../../src/diagnosis/audio/facts.ts';
import { beginsSilent, decibels, levelOf } from '../../../src/diagnosis/audio/level.ts';
import { doubtEncoding, type RawFormat, rivalFormats } from '../../../src/diagnosis/audio/plausibility.ts';
import { SAMPLE_READERS, type SampleEncoding } from '../../../src/diagnosis/audio/samples.ts';
import { containerAtStart } from '../../../src/diagnosis/audio/signature.ts';
import { readWav } from '../../../src/tools/sources/wav.ts';
import { encodePcm, seededRandom } from '../../../src/testing/index.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'recordings');
const recordings = readdirSync(folder)
  .filter((name) => name.endsWith('.wav'))
  .map((name) => new Uint8Array(readWav(readFileSync(join(folder, name))).data));
const ENCODINGS = Object.keys(SAMPLE_READERS) as SampleEncoding[];
const SECOND = 32_000;

const samplesOf = (bytes: Uint8Array): Int16Array<ArrayBuffer> =>
  new Int16Array(new Uint8Array(bytes).buffer);
const linear16 = (samples: readonly number[]): Uint8Array => encodePcm(Int16Array.from(samples), 'linear16');
const noise = (bytes: number): Uint8Array => {
  const random = seededRandom(7);
  return Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
};

describe('the level', () => {
  test('of a full-scale square wave is 0 dBFS, all of it clipped', () => {
    const square = linear16(Array.from({ length: 1_000 }, (_, i) => (i % 100 < 50 ? 32_767 : -32_768)));
    const { peak, rms, clipped } = levelOf(square, SAMPLE_READERS.linear16);
    expect(decibels(peak)).toBeCloseTo(0, 2);
    expect(decibels(rms)).toBeCloseTo(0, 2);
    expect(clipped).toBe(1);
  });

  test.each(ENCODINGS)('of %s that is cut off is clipped', (encoding) => {
    const square = Int16Array.from({ length: 1_000 }, (_, i) => (i % 100 < 50 ? 32_767 : -32_768));
    expect(levelOf(encodePcm(square, encoding), SAMPLE_READERS[encoding]).clipped).toBe(1);
  });

  test('of a single sample at full scale is not clipping', () => {
    expect(levelOf(linear16([0, 32_767, 0, 32_767, 32_767, 0]), SAMPLE_READERS.linear16).clipped).toBe(0);
  });

  test.each(ENCODINGS)('of %s silence is digital silence, from end to end', (encoding) => {
    const level = levelOf(encodePcm(new Int16Array(800), encoding), SAMPLE_READERS[encoding]);
    expect(level).toMatchObject({ samples: 800, silent: 1, longestSilence: 800 });
    expect(level.rms).toBeLessThan(0.001);
  });

  test.each(ENCODINGS)('tells %s silence from a tone that begins with a zero', (encoding) => {
    const tone = (peak: number) =>
      Int16Array.from({ length: 800 }, (_, i) => peak * Math.sin((2 * Math.PI * 220 * i) / 16_000));
    const reader = SAMPLE_READERS[encoding];
    expect(beginsSilent(encodePcm(tone(0), encoding), reader)).toBe(true);
    expect(beginsSilent(encodePcm(tone(9_000), encoding), reader)).toBe(false);
    expect(beginsSilent(encodePcm(tone(100), encoding), reader)).toBe(false);
  });

  test.each(ENCODINGS)('of %s agrees with linear16 about the same speech', (encoding) => {
    const pcm = samplesOf((recordings[0] as Uint8Array).subarray(0, 10 * SECOND));
    const expected = levelOf(encodePcm(pcm, 'linear16'), SAMPLE_READERS.linear16);
    const level = levelOf(encodePcm(pcm, encoding), SAMPLE_READERS[encoding]);
    expect(level.samples).toBe(expected.samples);
    expect(level.rms).toBeCloseTo(expected.rms, 2);
    expect(level.peak).toBeCloseTo(expected.peak, 1);
  });

  test('compares each channel with itself: two quiet channels far apart are not rough', () => {
    const apart = linear16(Array.from({ length: 2_000 }, (_, i) => (i % 2 === 0 ? 8_000 : -8_000)));
    expect(levelOf(apart, SAMPLE_READERS.linear16, 2)).toMatchObject({ samples: 1_000, roughness: 0 });
    expect(levelOf(apart, SAMPLE_READERS.linear16, 1).roughness).toBeGreaterThan(1.9);
  });

  test('is that of all channels', () => {
    const second = linear16(Array.from({ length: 2_000 }, (_, i) => (i % 2 === 0 ? 0 : 16_384)));
    const level = levelOf(second, SAMPLE_READERS.linear16, 2);
    expect(level).toMatchObject({ peak: 0.5, silent: 0.5, longestSilence: 1_000 });
    expect(level.rms).toBeCloseTo(0.5 / Math.SQRT2, 5);
  });

  test('finds the longest stretch of silence, and leaves half a sample at the end alone', () => {
    const bytes = linear16([9, 9, 0, 0, 9, 0, 0, 1, -1, 9]);
    expect(levelOf(bytes.subarray(0, 19), SAMPLE_READERS.linear16)).toMatchObject({
      samples: 9,
      longestSilence: 4,
    });
  });

  test('of no samples is zero', () => {
    expect(levelOf(new Uint8Array(1), SAMPLE_READERS.linear16)).toMatchObject({
      samples: 0,
      peak: 0,
      rms: 0,
    });
  });
});

describe('the declared encoding is doubted', () => {
  describe.each(ENCODINGS)('audio that is %s', (truth) => {
    test.each(ENCODINGS.filter((each) => each !== truth))(
      `and declared %s is ${truth} rather`,
      (declared) => {
        for (const recording of recordings) {
          const bytes = encodePcm(samplesOf(recording), truth);
          expect(doubtEncoding(bytes, declared)).toEqual({ rather: truth });
        }
      },
    );

    test('is accepted, in every second of every recording', () => {
      for (const recording of recordings) {
        const bytes = encodePcm(samplesOf(recording), truth);
        const second = 16_000 * SAMPLE_READERS[truth].bytes;
        for (let at = 0; at + second < bytes.length; at += second / 4) {
          expect(doubtEncoding(bytes.subarray(at, at + second), truth), `at ${at}`).toBeUndefined();
        }
      }
    });
  });

  test('when its bytes are in the wrong order', () => {
    for (const recording of recordings) {
      const swapped = recording.slice();
      new Uint16Array(swapped.buffer).forEach(
        (pair, i, all) => (all[i] = ((pair & 0xff) << 8) | (pair >> 8)),
      );
      expect(doubtEncoding(swapped, 'linear16')).toEqual({ rather: 'linear16, big-endian' });
    }
  });

  test('when a byte was lost on the way', () => {
    for (const recording of recordings) {
      expect(doubtEncoding(recording.subarray(1), 'linear16')).toEqual({
        rather: 'linear16, cut in mid-sample',
      });
    }
  });

  test('when it is compressed, and nothing fits', () => {
    expect(doubtEncoding(noise(SECOND), 'linear16')).toEqual({ rather: undefined });
  });

  test('but not for speech with far too much gain', () => {
    for (const recording of recordings) {
      const loud = samplesOf(recording).map((sample) => Math.max(-32_768, Math.min(32_767, sample * 40)));
      const bytes = encodePcm(loud, 'linear16');
      expect(levelOf(bytes, SAMPLE_READERS.linear16).rms).toBeGreaterThan(0.35);
      expect(doubtEncoding(bytes, 'linear16')).toBeUndefined();
    }
  });

  test('but not for silence, a quiet hiss, or a pure tone', () => {
    const hiss = linear16(Array.from(noise(16_000), (byte) => (byte - 128) * 10));
    const tone = linear16(Array.from({ length: 16_000 }, (_, i) => Math.round(9_000 * Math.sin(i / 6))));
    for (const bytes of [new Uint8Array(SECOND), hiss, tone]) {
      expect(doubtEncoding(bytes, 'linear16')).toBeUndefined();
    }
  });
});

describe('the rate of arrival', () => {
  const declared: RawFormat = { encoding: 'linear16', sampleRate: 16_000, channels: 1 };

  test.each([32_000, 31_000, 33_500])(
    'of %i bytes a second is what 16 kHz linear16 has',
    (bytesPerSecond) => {
      expect(rivalFormats(bytesPerSecond, declared)).toEqual([]);
    },
  );

  test.each<[number, Partial<RawFormat>]>([
    [96_000, { sampleRate: 48_000 }],
    [88_200, { sampleRate: 44_100 }],
    [16_100, { sampleRate: 8_000 }],
    [64_000, { sampleRate: 32_000 }],
  ])('of %i bytes a second fits another rate first', (bytesPerSecond, expected) => {
    expect(rivalFormats(bytesPerSecond, declared)[0]).toEqual({ ...declared, ...expected });
  });

  test('of half the bytes may also be mu-law, and of twice the bytes stereo', () => {
    expect(rivalFormats(16_000, declared)).toContainEqual({ ...declared, encoding: 'mulaw' });
    expect(rivalFormats(64_000, declared)).toContainEqual({ ...declared, channels: 2 });
  });

  test('that fits no usual format names no other', () => {
    expect(rivalFormats(1_000, declared)).toEqual([]);
  });
});

describe('a container that is declared as raw audio', () => {
  const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));
  const padded = (...head: number[]): Uint8Array => Uint8Array.from([...head, ...Array<number>(64).fill(0)]);
  const adts = [0xff, 0xf1, 0x50, 0x80, 0x02, 0x1f, 0xfc];
  /** MPEG 1 layer III, 32 kbit/s at 48 kHz: 96 bytes. */
  const mp3 = [0xff, 0xfb, 0x14, 0xc4];

  test.each<[string, Uint8Array]>([
    ['wav', padded(...ascii('RIFF\x10\0\0\0WAVEfmt '))],
    ['webm', padded(0x1a, 0x45, 0xdf, 0xa3)],
    ['ogg', padded(...ascii('OggS'))],
    ['flac', padded(...ascii('fLaC'))],
    ['mp3', padded(...ascii('ID3\x04'))],
    ['mp4', padded(0, 0, 0, 24, ...ascii('ftypM4A '))],
    ['adts', Uint8Array.from([...adts, ...Array<number>(16 - 7).fill(0), ...adts])],
    ['mp3', Uint8Array.from([...mp3, ...Array<number>(96 - 4).fill(0), ...mp3])],
  ])('%s is recognised', (name, bytes) => {
    expect(containerAtStart(bytes)).toBe(name);
  });

  test('a sync word alone is not enough: two loud samples look like it', () => {
    expect(containerAtStart(padded(...mp3))).toBeUndefined();
    expect(containerAtStart(padded(...adts))).toBeUndefined();
  });

  test('no speech is taken for a container', () => {
    for (const recording of recordings) {
      for (let at = 0; at + 2_000 < recording.length; at += 98) {
        expect(containerAtStart(recording.subarray(at, at + 2_000))).toBeUndefined();
      }
    }
  });
});

describe('audioFacts', () => {
  test('reports the duration and the loudness of raw audio', () => {
    const bytes = (recordings[0] as Uint8Array).subarray(0, 2 * SECOND);
    const facts = audioFacts(bytes, { encoding: 'linear16', sampleRate: 16_000 });
    expect(facts).toMatchObject({ bytes: 2 * SECOND, container: undefined, seconds: 2, doubt: undefined });
    expect(facts.level?.rms).toBeGreaterThan(0.01);
  });

  test('measures no level of a container declared raw, nor of what is compressed', () => {
    const wav = readFileSync(join(folder, 'austen-0870.wav'));
    expect(audioFacts(wav, { encoding: 'linear16', sampleRate: 16_000 })).toMatchObject({
      container: 'wav',
      level: undefined,
    });
    expect(audioFacts(noise(100), { encoding: 'opus' })).toMatchObject({
      level: undefined,
      doubt: undefined,
    });
  });

  test('looks for a signature only where a stream begins', () => {
    const wav = readFileSync(join(folder, 'austen-0870.wav'));
    expect(audioFacts(wav, {}, false).container).toBeUndefined();
  });
});
