import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { chord, decibelsAt } from '../sound.ts';
import { fakeMicrophone, RECORDING_RATE, soundFile } from './recordings.ts';
import { type Site, startSite } from './site.ts';

/** Half the rate that is asked for below lies between the two. */
const AUDIBLE = 1_000;
const TOO_HIGH = 9_500;
const FOLDED_BACK = 16_000 - TOO_HIGH;

let site: Site;
let browser: Browser;
let page: Page;
const recording = soundFile(
  chord(
    [
      { hertz: AUDIBLE, volume: 0.25 },
      { hertz: TOO_HIGH, volume: 0.25 },
    ],
    RECORDING_RATE,
    10,
  ),
);

beforeAll(async () => {
  site = await startSite();
  browser = await launchChromium(...fakeMicrophone(recording.path));
});
afterAll(async () => {
  await browser.close();
  await site.close();
  recording[Symbol.dispose]();
});
afterEach(() => page.close());

async function open(): Promise<Page> {
  page = await browser.newPage();
  await page.goto(site.url);
  return page;
}

/**
 * The quarter of a second with the least power at a foreign frequency. On a busy machine the sound has gaps, and each gap
 * contains all frequencies.
 */
function clearestPiece(samples: readonly number[], rate: number, strangeHertz: number): number[] {
  const length = rate / 4;
  const pieces: number[][] = [];
  for (let at = rate / 2; at + length <= samples.length; at += length) {
    pieces.push(samples.slice(at, at + length).map((sample) => sample / 0x8000));
  }
  const strangenessOf = (piece: number[]) => decibelsAt(strangeHertz, piece, rate);
  return pieces.toSorted((a, b) => strangenessOf(a) - strangenessOf(b))[0] ?? [];
}

describe('microphone()', () => {
  test('gives 16 kHz linear16 in frames of 50 ms, and nothing above 8 kHz folds back', async () => {
    await open();
    const heard = await page.evaluate(() => app.hear(app.microphone({ constraints: app.RAW }), 40));
    expect(new Set(heard.sizes)).toEqual(new Set([1_600]));
    const settled = clearestPiece(heard.samples, 16_000, FOLDED_BACK);
    expect(decibelsAt(AUDIBLE, settled, 16_000)).toBeCloseTo(20 * Math.log10(0.25), 0);
    expect(decibelsAt(FOLDED_BACK, settled, 16_000)).toBeLessThan(-80);
  });

  test.each([
    [8_000, 20, 1, 320],
    [24_000, 100, 1, 4_800],
    [48_000, 40, 1, 3_840],
    [16_000, 50, 2, 3_200],
  ] as const)(
    'gives %i Hz in frames of %i ms on %i channels, if that is asked',
    async (sampleRate, frameMs, channels, bytes) => {
      await open();
      const options = { sampleRate, frameMs, channels };
      const heard = await page.evaluate(
        (options) => app.hear(app.microphone({ ...options, constraints: app.RAW }), 15),
        options,
      );
      expect(new Set(heard.sizes)).toEqual(new Set([bytes]));
      const left = heard.samples.filter((_, at) => at % channels === 0).slice(sampleRate * 0.2);
      expect(decibelsAt(AUDIBLE, left, sampleRate)).toBeGreaterThan(70);
    },
  );

  test('delivers audio in real time, once it has begun', async () => {
    await open();
    const tookMs = await page.evaluate(async () => {
      const { firstValueFrom, bufferCount, map, timeInterval } = app.rxjs;
      const chunks$ = app.microphone().pipe(timeInterval(), bufferCount(81));
      const intervals$ = chunks$.pipe(map((chunks) => chunks.slice(1).map(({ interval }) => interval)));
      return (await firstValueFrom(intervals$)).reduce((sum, each) => sum + each, 0);
    });
    // 80 frames of 50 ms. A recorder that doubled audio would take 2 s; a busy machine may be late with the first frames.
    expect(tookMs).toBeGreaterThan(2_200);
  });

  test('releases microphone and audio thread after the last unsubscription', async () => {
    await open();
    const left = await page.evaluate(async () => {
      const made = app.watchResources();
      const statuses: string[] = [];
      await app.hear(app.microphone({ onStatus: (status) => statuses.push(status) }), 3);
      return { ...(await app.released(made)), statuses };
    });
    expect(left).toEqual({ tracks: ['ended'], contexts: ['closed'], statuses: ['starting', 'live'] });
  });

  test('releases a microphone that is granted after the last unsubscription', async () => {
    await open();
    const left = await page.evaluate(async () => {
      const made = app.watchResources();
      const subscription = app.microphone().subscribe();
      subscription.unsubscribe();
      return app.released(made);
    });
    expect(left).toEqual({ tracks: ['ended'], contexts: ['closed'] });
  });

  test('each subscription has a microphone of its own, and one may come after another', async () => {
    await open();
    const sizes = await page.evaluate(async () => {
      const microphone$ = app.microphone({ frameMs: 20 });
      const both = await Promise.all([app.hear(microphone$, 5), app.hear(microphone$, 5)]);
      return [...both, await app.hear(microphone$, 5)].map((heard) => heard.sizes.length);
    });
    expect(sizes).toEqual([5, 5, 5]);
  });

  test('reports an unplugged device, and keeps no thread', async () => {
    await open();
    const { heard, contexts } = await page.evaluate(async () => {
      const made = app.watchResources();
      const heard = await app.hearThen(app.microphone(), 2, () => {
        // What Chromium does when the device goes: it cannot be pulled out here.
        made.tracks[0]?.stop();
        made.tracks[0]?.dispatchEvent(new Event('ended'));
      });
      return { heard, ...(await app.released(made)) };
    });
    expect(heard.end).toMatchObject({ reason: 'microphone-lost' });
    expect(heard.sizes.length).toBeGreaterThan(1);
    expect(contexts).toEqual(['closed']);
  });

  test('reports muted and unmuted as a status, not as an error', async () => {
    await open();
    const statuses = await page.evaluate(async () => {
      const made = app.watchResources();
      const statuses: string[] = [];
      const subscription = app.microphone({ onStatus: (status) => statuses.push(status) }).subscribe();
      const until = async (status: string) => {
        while (statuses.at(-1) !== status) await new Promise((resolve) => setTimeout(resolve, 20));
      };
      await until('live');
      for (const muted of [true, false]) {
        // As when the system mutes it, which nobody here can do.
        Object.defineProperty(made.tracks[0], 'muted', { value: muted, configurable: true });
        made.tracks[0]?.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
        await until(muted ? 'muted' : 'live');
      }
      // A switch on the headset tells nobody: there are only zeros.
      (made.tracks[0] as MediaStreamTrack).enabled = false;
      await until('silent');
      (made.tracks[0] as MediaStreamTrack).enabled = true;
      await until('live');
      subscription.unsubscribe();
      return statuses;
    });
    expect(statuses).toEqual(['starting', 'live', 'muted', 'live', 'silent', 'live']);
  });

  test.each([
    ['NotAllowedError', 'microphone-refused'],
    ['SecurityError', 'microphone-refused'],
    ['NotFoundError', 'microphone-missing'],
    ['OverconstrainedError', 'microphone-missing'],
    ['NotReadableError', 'microphone-busy'],
    ['AbortError', 'microphone-busy'],
    ['TypeError', 'microphone-unsupported'],
  ])('the error %s of a browser is reported as %s', async (name, reason) => {
    await open();
    const { heard, contexts } = await page.evaluate(async (name) => {
      const made = app.watchResources();
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', name));
      return { heard: await app.hear(app.microphone()), ...(await app.released(made, 0)) };
    }, name);
    expect(heard.end).toMatchObject({ reason });
    expect(contexts).toEqual(['closed']);
  });

  test.each([
    ['AudioContext', 'no more audio threads'],
    ['AudioWorkletNode', 'could not be processed'],
  ] as const)('a browser without %s is reported, and the microphone is released', async (name, problem) => {
    await open();
    const { heard, tracks } = await page.evaluate(async (name) => {
      const made = app.watchResources();
      const refuse = function () {
        throw new DOMException('no', 'NotSupportedError');
      };
      Object.assign(globalThis, { [name]: refuse });
      return { heard: await app.hear(app.microphone()), tracks: made.tracks.map((each) => each.readyState) };
    }, name);
    expect(heard.end).toMatchObject({
      reason: 'worklet-failed',
      message: expect.stringContaining(problem) as string,
    });
    expect(tracks).not.toContain('live');
  });

  test('options that cannot work are refused at once', async () => {
    await open();
    const messages = await page.evaluate(() =>
      [
        { sampleRate: 4_000 },
        { sampleRate: 16_000.5 },
        { frameMs: 500 },
        { frameMs: Number.NaN },
        { channels: 3 as 1 },
      ].map((options) => {
        try {
          app.microphone(options);
          return 'nothing';
        } catch (error) {
          return String(error);
        }
      }),
    );
    expect(messages).toEqual([
      'TranscriptionError: invalid-option: sampleRate is 4000. Give a whole number from 8000 to 48000, best 16000.',
      'TranscriptionError: invalid-option: sampleRate is 16000.5. Give a whole number from 8000 to 48000, best 16000.',
      'TranscriptionError: invalid-option: frameMs is 500. Give 20 to 100, best 50.',
      'TranscriptionError: invalid-option: frameMs is NaN. Give 20 to 100, best 50.',
      'TranscriptionError: invalid-option: channels is 3. Give 1 or 2.',
    ]);
  });
});

describe('fromMediaStream()', () => {
  /** In the page: a stream of a tone, made without any device. */
  test('takes an existing stream, leaves it running, and completes with its track', async () => {
    await open();
    const result = await page.evaluate(async () => {
      const context = new AudioContext();
      const oscillator = new OscillatorNode(context, { frequency: 1_000 });
      const destination = context.createMediaStreamDestination();
      oscillator.connect(destination);
      oscillator.start();
      const { stream } = destination;
      const [track] = stream.getAudioTracks() as [MediaStreamTrack];
      const first = await app.hear(app.fromMediaStream(stream), 20);
      const stateAfter = track.readyState;
      const second = await app.hearThen(app.fromMediaStream(stream), 3, () => track.stop());
      return { first, stateAfter, second };
    });
    expect(result.stateAfter).toBe('live');
    const settled = clearestPiece(result.first.samples, 16_000, FOLDED_BACK);
    expect(decibelsAt(1_000, settled, 16_000)).toBeCloseTo(0, 0);
    expect(result.second.end).toBe('complete');
    expect(result.second.sizes.length).toBeGreaterThan(2);
  });

  test('a stream without sound is refused at once', async () => {
    await open();
    const message = await page.evaluate(() => {
      try {
        app.fromMediaStream(new MediaStream());
        return 'nothing';
      } catch (error) {
        return String(error);
      }
    });
    expect(message).toContain('invalid-option: The stream has no audio track.');
  });
});
