import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/testing/network/random.ts';
import { PauseDetector } from '../../../src/testing/recognisers/vosk/pause-detector.ts';

const RATE = 8_000;
const DECODING_MS = 550;

/** Noise of a loudness, in decibels below full scale. */
type Stretch = [ms: number, level: number];

const SPEECH = -20;
const ROOM = -52;

/** The signs, and the milliseconds of audio after which each was given. */
function signsIn(stretches: readonly Stretch[], endpointingMs: number): (string | number)[][] {
  const detector = new PauseDetector(RATE, endpointingMs, DECODING_MS);
  const random = seededRandom(1);
  const audio = Int16Array.from(
    stretches.flatMap(([ms, level]) => {
      const amplitude = 32_768 * 10 ** (level / 20) * Math.sqrt(3);
      return Array.from({ length: (ms * RATE) / 1000 }, () => amplitude * (2 * random() - 1));
    }),
  );
  const signs: (string | number)[][] = [];
  for (let at = 0; at < audio.length; at += detector.frameSamples) {
    const end = at + detector.frameSamples;
    const sign = detector.hear(audio.subarray(at, end));
    if (sign) signs.push([sign, (end * 1000) / RATE]);
  }
  return signs;
}

describe('a pause', () => {
  test('is reported when it is as long as was requested', () => {
    expect(
      signsIn(
        [
          [1_000, ROOM],
          [1_000, SPEECH],
          [2_000, ROOM],
        ],
        1_000,
      ),
    ).toEqual([['settled', 3_000]]);
  });

  test('is reported no sooner than speech is decoded', () => {
    expect(
      signsIn(
        [
          [500, ROOM],
          [1_000, SPEECH],
          [2_000, ROOM],
        ],
        10,
      ),
    ).toEqual([['settled', 2_050]]);
  });

  test('that ends before speech is decoded is reported with the onset of the next speech', () => {
    const stretches: Stretch[] = [
      [500, ROOM],
      [1_000, SPEECH],
      [350, ROOM],
      [500, SPEECH],
    ];
    expect(signsIn(stretches, 300)).toEqual([['interrupted', 1_900]]);
  });

  test.each([
    ['as was asked for', 500, 450],
    ['as a closure within a word', 10, 150],
  ])('not as long %s is none', (_, endpointingMs, pauseMs) => {
    const stretches: Stretch[] = [
      [500, ROOM],
      [1_000, SPEECH],
      [pauseMs, ROOM],
      [500, SPEECH],
    ];
    expect(signsIn(stretches, endpointingMs)).toEqual([]);
  });

  test('goes on through a click', () => {
    const stretches: Stretch[] = [
      [500, ROOM],
      [1_000, SPEECH],
      [300, ROOM],
      [40, SPEECH],
      [500, ROOM],
    ];
    expect(signsIn(stretches, 500)).toEqual([['settled', 2_050]]);
  });

  test('needs no final without speech before it', () => {
    expect(
      signsIn(
        [
          [3_000, ROOM],
          [40, SPEECH],
          [3_000, ROOM],
        ],
        300,
      ),
    ).toEqual([]);
  });

  test('is reported once, and again after the next speech', () => {
    const stretches: Stretch[] = [
      [1_000, SPEECH],
      [3_000, ROOM],
      [1_000, SPEECH],
      [3_000, ROOM],
    ];
    expect(signsIn(stretches, 600)).toEqual([
      ['settled', 1_600],
      ['settled', 5_600],
    ]);
  });
});

describe('the thresholds', () => {
  test('adapt to a loud room, which counts as speech in its first seconds', () => {
    const room: Stretch[] = [
      [4_000, -34],
      [1_500, -12],
      [800, -34],
      [1_500, -12],
      [800, -34],
    ];
    expect(signsIn(room, 600).slice(1)).toEqual([
      ['settled', 6_100],
      ['settled', 8_400],
    ]);
  });

  test('ignore digital silence', () => {
    const stretches: Stretch[] = [
      [1_000, SPEECH],
      [2_000, -100],
      [2_000, -56],
      [1_000, SPEECH],
      [900, -56],
    ];
    expect(signsIn(stretches, 600)).toEqual([
      ['settled', 1_600],
      ['settled', 6_600],
    ]);
  });
});
