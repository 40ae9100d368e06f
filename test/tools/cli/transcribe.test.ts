import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type TranscriptFormat, transcribeFile } from '../../../src/tools/cli/transcribe/transcribe.ts';
import {
  count,
  Emulator,
  type EmulatorOptions,
  muxWav,
  muxWebm,
  speak,
  VirtualClock,
  VirtualNetwork,
} from '../../../src/testing/index.ts';

// Loaded lazily in apps; virtual time does not wait for a module.
await import('../../../src/audio/container-framing.ts');
await import('../../../src/client/pull.ts');

const WORDS = count(1, 20);

function fileOf(mux: typeof muxWav): Uint8Array {
  const { header, chunks } = mux(speak(WORDS, { sampleRate: 8_000 }), { sampleRate: 8_000 });
  return new Uint8Array(Buffer.concat([header, ...chunks]));
}

interface Setting extends EmulatorOptions {
  file?: Uint8Array;
  format?: TranscriptFormat;
  /** The width of a terminal that can be redrawn. */
  columns?: number;
}

function start({ file = fileOf(muxWav), format = 'text', columns, ...options }: Setting = {}) {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(new Emulator({ clock, ...options }));
  const controller = new AbortController();
  const written = { out: '', err: '', drawn: [] as string[] };
  const region = {
    draw: (lines: readonly string[]) => void written.drawn.push(...lines),
    close: () => undefined,
  };
  const ended = transcribeFile(
    Readable.from(
      Array.from({ length: Math.ceil(file.length / 2_000) }, (_, i) =>
        file.slice(2_000 * i, 2_000 * (i + 1)),
      ),
    ),
    {
      auth: { apiKey: 'any' },
      clock,
      transport: network.transport,
      listen: { model: 'nova-3', interim_results: true },
    },
    format,
    {
      out: (text) => (written.out += text),
      err: (text) => (written.err += text),
      ...(columns && { screen: { region, columns } }),
    },
    controller.signal,
  );
  /** In steps, since the file is read in real turns. */
  const wait = async (seconds: number) => {
    for (let passedMs = 0; passedMs < seconds * 1000; passedMs += 100) await clock.advanceAsync(100);
  };
  return { clock, network, controller, written, ended, wait };
}

const numbersIn = (text: string) => text.match(/\b\d{4}\b/g)?.map(Number);

describe('transcribe', () => {
  test('writes all final text, and nothing else, through a cut', async () => {
    const { clock, network, written, ended, wait } = start();
    await wait(3);
    network.cut();
    await wait(60);
    expect(await ended).toBe(0);
    expect(written.out.split(/\s+/).filter(Boolean).map(Number)).toEqual(WORDS);
    expect(written.err).toMatch(/Connecting …[^]*Reconnecting …[^]*Waiting for the last results …/);
    await clock.advanceAsync(5_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test('breaks lines between words on a terminal, and shows the interim text', async () => {
    const { written, ended, wait } = start({ columns: 24 });
    await wait(60);
    expect(await ended).toBe(0);
    expect(numbersIn(written.out)).toEqual(WORDS);
    const lines = [...written.out.split('\n'), ...written.drawn];
    expect(lines.filter((line) => line.length > 23)).toEqual([]);
    expect(lines.filter((line) => !/^(… )?(\d{4}( |$))*$|^…$/.test(line))).toEqual([]);
  });

  test.each<[TranscriptFormat, RegExp]>([
    ['json', /^\[\n {2}\{\n {4}"text": "0001/],
    ['srt', /^1\n00:00:00,\d{3} --> 00:00:\d\d,\d{3}\n0001/],
    ['vtt', /^WEBVTT\n\n00:00:00\.\d{3} --> 00:00:\d\d\.\d{3}\n0001/],
  ])('writes %s with the times of the recording', async (format, beginning) => {
    const { written, ended, wait } = start({ format });
    await wait(60);
    expect(await ended).toBe(0);
    expect(written.out).toMatch(beginning);
    if (format !== 'json') expect(numbersIn(written.out.replaceAll(/.*-->.*/g, ''))).toEqual(WORDS);
    else {
      const finals = JSON.parse(written.out) as { words: { text: string; start: number; end: number }[] }[];
      const words = finals.flatMap((each) => each.words);
      expect(words.map(({ text }) => Number(text))).toEqual(WORDS);
      expect(words.every(({ start: from, end }) => end > from)).toBe(true);
      expect(written.out).not.toContain('"raw"');
    }
  });

  test('takes a container', async () => {
    const { written, ended, wait } = start({ file: fileOf(muxWebm) });
    await wait(60);
    expect(await ended).toBe(0);
    expect(numbersIn(written.out)).toEqual(WORDS);
  });

  test('an interruption writes the words of the sent audio, and ends in order', async () => {
    const { clock, controller, written, ended, wait } = start();
    await wait(4);
    const wordsBefore = numbersIn(written.out)?.length ?? 0;
    controller.abort();
    await wait(30);
    expect(await ended).toBeUndefined();
    const words = numbersIn(written.out) ?? [];
    expect(words).toEqual(WORDS.slice(0, words.length));
    expect(words.length).toBeGreaterThan(wordsBefore);
    expect(words.length).toBeLessThan(WORDS.length);
    await clock.advanceAsync(5_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test('an interruption during an outage ends it', async () => {
    const { network, controller, written, ended, wait } = start();
    await wait(4);
    network.offline = true;
    network.cut();
    await wait(20);
    controller.abort();
    await wait(60);
    expect(await ended).toBeUndefined();
    expect(written.err).toContain('s of audio are missing in the transcript.');
  });

  test('without a network it reports it once, and gives up after five minutes', async () => {
    const { network, written, ended, wait } = start();
    network.offline = true;
    await wait(360);
    expect(await ended).toBe(1);
    const [first, ...others] = written.err.match(/A connection ended, or an attempt failed.*/g) ?? [];
    expect([first?.includes('attempt 1'), others]).toEqual([true, []]);
    expect(written.err).toContain('The connection ended for good');
  });

  test('a refused key ends it at once, with the reason', async () => {
    const { clock, written, ended, wait } = start({ authorise: () => false });
    await wait(1);
    expect(await ended).toBe(1);
    expect(written.out).toBe('');
    expect(written.err.match(/unauthorized: /g)?.length).toBe(1);
    await clock.advanceAsync(5_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test('fails for a file without audio', async () => {
    const { written, ended, wait } = start({ file: new Uint8Array() });
    await wait(1);
    expect(await ended).toBe(1);
    expect(written.err).toContain('There is no audio in it.');
  });

  test('names a file that is not audio', async () => {
    const { written, wait } = start({ file: new TextEncoder().encode('Dear reader, '.repeat(9_999)) });
    await wait(30);
    expect(written.err).toContain('The audio does not match the parameters');
  });
});
