/** The script of the audio thread in a simulated thread, with the different inputs that browsers give it. */
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { CaptureMessage, CaptureOrder, CaptureSettings } from '../../src/browser/capture-worklet.ts';
import { captureWorklet } from '../../src/browser/inlined-scripts.ts';

interface Processor {
  port: { onmessage(event: { data: CaptureOrder }): void };
  process(inputs: Float32Array[][]): boolean;
}

/** Runs the script at a rate of the device, and returns its processor and the sent frames. */
function startThread(settings: CaptureSettings, sampleRate: number) {
  const frames: (number[] | null)[] = [];
  const port = {
    postMessage: (message: CaptureMessage) => frames.push(message && [...new Int16Array(message)]),
  };
  let processor: Processor | undefined;
  runInNewContext(captureWorklet, {
    sampleRate,
    AudioWorkletProcessor: class {
      port = port;
    },
    registerProcessor: (_: string, Made: new (options: object) => Processor) => {
      processor = new Made({ processorOptions: settings });
    },
  });
  if (!processor) throw new Error('The script has registered no processor.');
  return { processor, frames };
}

const sound = new Float32Array(128).fill(0.5);
const LOUD = 0x4000;

test.each([
  [1, 16_000],
  [2, 16_000],
  [1, 48_000],
])(
  'silence that comes as no channel at all, as in Firefox, takes its time like any other [%i × %i Hz]',
  (channels, deviceRate) => {
    const settings = { sampleRate: 16_000, channels, frameSamples: 320 };
    const { processor, frames } = startThread(settings, deviceRate);
    const blocksOfASecond = deviceRate / 128;
    for (let block = 0; block < blocksOfASecond; block += 1) expect(processor.process([[]])).toBe(true);
    // The resampler looks a little ahead.
    expect(frames.length).toBeGreaterThanOrEqual(49);
    expect(frames.length).toBeLessThanOrEqual(50);
    expect(new Set(frames.flat())).toEqual(new Set([0]));
    expect(frames[0]).toHaveLength(320 * channels);
  },
);

test('places words after a silence behind it', () => {
  const { processor, frames } = startThread({ sampleRate: 16_000, channels: 1, frameSamples: 256 }, 16_000);
  for (const input of [[sound], [], [], [sound]]) processor.process([input]);
  const half = (sample: number) => Array.from({ length: 128 }, () => sample);
  expect(frames).toEqual([
    [...half(LOUD), ...half(0)],
    [...half(0), ...half(LOUD)],
  ]);
});

test('after the end nothing comes, silence included', () => {
  const { processor, frames } = startThread({ sampleRate: 16_000, channels: 1, frameSamples: 320 }, 16_000);
  processor.process([[sound]]);
  processor.port.onmessage({ data: 'finish' });
  expect(frames.map((frame) => frame?.length)).toEqual([128, undefined]);
  for (let block = 0; block < 10; block += 1) expect(processor.process([[]])).toBe(false);
  expect(frames).toHaveLength(2);
});
