/** Other functions of the real recogniser: ends of phrases, vocabularies, and when it has caught up. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readWav } from '../../src/tools/sources/wav.ts';
import { type RecogniserFactory, startVosk, type VoskHost } from '../../src/testing/index.ts';
import { wordsIn } from './recordings.ts';

let host: VoskHost;
beforeAll(async () => {
  host = await startVosk();
});
afterAll(() => host.close());

const RATE = 16_000;

interface Final {
  text: string;
  untilSeconds: number;
  endpoint: boolean;
}

function samplesOf(file: string): Int16Array {
  const { data } = readWav(readFileSync(new URL(`../../recordings/${file}.wav`, import.meta.url)));
  return new Int16Array(data.slice().buffer);
}

function silence(seconds: number): Int16Array {
  return new Int16Array(seconds * RATE);
}

async function hear(
  parts: readonly Int16Array[],
  endpointingMs: number | false,
  recogniser: RecogniserFactory = host.recogniser,
): Promise<Final[]> {
  const finals: Final[] = [];
  const stream = recogniser(
    { sampleRate: RATE, endpointingMs },
    {
      interim: () => undefined,
      final: (words, untilSeconds, endpoint) =>
        finals.push({ text: words.map(({ word }) => word).join(' '), untilSeconds, endpoint }),
    },
  );
  for (const part of parts) stream.accept(part);
  await new Promise<void>((flushed) => stream.flush(flushed));
  stream.close();
  return finals;
}

const endpoints = (finals: readonly Final[]) => finals.filter(({ endpoint }) => endpoint);

describe('an endpoint', () => {
  // 2.40 s, of which the last 0.7 s are silent: digits until 1.7 s.
  const twice = [samplesOf('numbers/digits'), samplesOf('numbers/digits')];

  test('is where the speaker pauses for as long as was requested', async () => {
    const finals = await hear(twice, 300);
    expect(endpoints(finals).map(({ text }) => text)).toEqual([
      'two nine three four zero',
      'two nine three four zero',
    ]);
  });

  test('is not where a pause is shorter than that', async () => {
    const finals = await hear([...twice, silence(2.5)], 2_000);
    expect(endpoints(finals)).toHaveLength(1);
    expect(endpoints(finals)[0]?.untilSeconds).toBeGreaterThan(4.8);
  });

  test('is not reported without endpointing, though Vosk emits finals', async () => {
    const finals = await hear([...twice, silence(2)], false);
    expect(endpoints(finals)).toEqual([]);
    expect(finals.length).toBeGreaterThan(2);
  });

  test('lies in the pause, so that no word is cut by a replay from there', async () => {
    const [first] = endpoints(await hear(twice, 300));
    expect(first?.untilSeconds).toBeGreaterThanOrEqual(1.65);
    expect(first?.untilSeconds).toBeLessThan(2.5);
  });

  test('needs words', async () => {
    expect(endpoints(await hear([silence(3)], 300))).toEqual([]);
  });
});

describe('a vocabulary', () => {
  const cards = ['ten', 'four', 'five', 'seven', 'eight', 'of', 'clubs', 'hearts', 'spades', 'queen'];

  test('converts free speech to words of the vocabulary', async () => {
    const file = 'numbers/cards-002';
    const heard = await hear([samplesOf(file)], 300, host.withVocabulary(cards));
    const text = heard.map(({ text }) => text).join(' ');
    expect(text.trim()).toBe(wordsIn(file).join(' '));
  });

  test('gives an unknown word for all other speech', async () => {
    const heard = await hear([samplesOf('austen-0880')], 300, host.withVocabulary(['hearts', 'spades']));
    const words = heard.flatMap(({ text }) => text.split(' ').filter((word) => word !== ''));
    expect(words.length).toBeGreaterThan(0);
    expect(new Set(words)).toEqual(new Set(['[unk]']));
  });

  test.each([
    [[], 'is empty'],
    [['Zero'], 'holds “Zero”'],
    [['one', 'two three'], 'holds “two three”'],
    [['"]'], 'holds “"]”'],
  ])('of %j is refused at once', (vocabulary, problem) => {
    expect(() => host.withVocabulary(vocabulary)).toThrow(
      `The vocabulary ${problem}. Give single words in lower case, such as 'zero' and 'one'.`,
    );
  });

  test('with a word unknown to the model is refused by its name', async () => {
    const failures: Error[] = [];
    const failing = await startVosk({ failed: (error) => void failures.push(error) });
    onTestFinished(() => failing.close());
    failing.withVocabulary(['one', 'brillig'])(
      { sampleRate: RATE, endpointingMs: 300 },
      { interim: () => undefined, final: () => undefined },
    );
    await expect(failing.caughtUp()).rejects.toThrow('no longer running');
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/while opening a stream.*does not know the words brillig/),
    ]);
  });
});

describe('caughtUp()', () => {
  test('resolves when everything accepted has been answered, and at once where nothing was', async () => {
    let heardUntil = 0;
    const stream = host.recogniser(
      { sampleRate: RATE, endpointingMs: 300 },
      { interim: (_, until) => (heardUntil = until), final: (_, until) => (heardUntil = until) },
    );
    stream.accept(samplesOf('numbers/digits'));
    await Promise.all([host.caughtUp(), host.caughtUp()]);
    expect(heardUntil).toBeGreaterThanOrEqual(2.2);
    await host.caughtUp();
    stream.close();
  });

  test('rejects when the host is closed meanwhile, and from then on', async () => {
    const closing = await startVosk();
    const stream = closing.recogniser(
      { sampleRate: RATE, endpointingMs: 300 },
      { interim: () => undefined, final: () => undefined },
    );
    stream.accept(samplesOf('austen-0870'));
    const waiting = expect(closing.caughtUp()).rejects.toThrow('no longer running');
    await closing.close();
    await waiting;
    await expect(closing.caughtUp()).rejects.toThrow('no longer running');
  });
});
