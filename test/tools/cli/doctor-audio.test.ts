/** The doctor's checks of audio: files, pipes and programs. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { examineAudio } from '../../../src/tools/cli/doctor/audio.ts';
import { type AudioSource, capture, programOf } from '../../../src/tools/cli/doctor/audio-source.ts';
import type { Finding } from '../../../src/tools/cli/doctor/finding.ts';
import { muxOgg, muxWebm, speak, count } from '../../../src/testing/index.ts';
import { readWav } from '../../../src/tools/sources/wav.ts';

const recording = join(import.meta.dirname, '..', '..', '..', 'recordings', 'austen-0870.wav');
const speech = new Uint8Array(readWav(readFileSync(recording)).data);
const RAW = { encoding: 'linear16', sampleRate: 16_000 };
const file: AudioSource = { kind: 'file', path: 'a.raw' };
const never = new AbortController().signal;
/** Real-time arrival of so many bytes. */
const arriving = (bytesPerSecond: number, longestGapMs = 100) => ({
  lastedMs: 5_000,
  bytesMeanwhile: bytesPerSecond * 5,
  longestGapMs,
  chunks: 50,
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-audio-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function byName(findings: readonly Finding[]): Record<string, Finding> {
  return Object.fromEntries(findings.map((finding) => [finding.id, finding]));
}

function examine(
  bytes: Uint8Array,
  declared: Parameters<typeof examineAudio>[2] = RAW,
  arrival?: ReturnType<typeof arriving>,
) {
  const { findings } = examineAudio(file, arrival ? { bytes, arrival } : { bytes }, declared);
  return byName(findings);
}

function linear16(length: number, sampleAt: (i: number) => number): Uint8Array {
  return new Uint8Array(Int16Array.from({ length }, (_, i) => sampleAt(i)).buffer);
}

describe('a file', () => {
  test('of speech passes', () => {
    const findings = examine(readFileSync(recording), {});
    expect(Object.values(findings).map(({ verdict }) => verdict)).toEqual(Array(5).fill('pass'));
    expect(findings['format']?.summary).toBe('WAV: linear16, 16000 Hz, mono');
  });

  test('that is empty fails', () => {
    const { source } = examine(new Uint8Array(0));
    expect(source).toMatchObject({ verdict: 'fail', summary: expect.stringMatching(/ is empty$/) as string });
    expect(source?.remedy).not.toContain('device');
  });

  test('of raw bytes without a declaration fails, with what to write', () => {
    expect(examine(speech, {})['format']).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining('--encoding linear16') as string,
    });
  });

  test('that is a container, and declared raw, fails', () => {
    expect(examine(readFileSync(recording))['format']).toMatchObject({
      verdict: 'fail',
      evidence: { container: 'wav', declared: 'linear16' },
    });
  });

  test.each([
    ['Ogg', muxOgg],
    ['WebM', muxWebm],
  ])('that is %s is sent as it is, and not looked into', (name, mux) => {
    const { header, chunks } = mux(speak(count(1, 3), { sampleRate: 16_000 }), { sampleRate: 16_000 });
    const findings = examine(Buffer.concat([header, ...chunks]), {});
    expect(findings['format']).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining(name) as string,
    });
    expect(findings['level']).toMatchObject({ verdict: 'skipped' });
  });

  test('that is a broken WAV fails', () => {
    expect(examine(readFileSync(recording).subarray(0, 30), {})['format']).toMatchObject({ verdict: 'fail' });
  });

  test.each([
    ['with the wrong encoding', speech, { encoding: 'mulaw', sampleRate: 16_000 }, 'linear16'],
    ['cut in mid-sample', speech.subarray(1), RAW, 'linear16, cut in mid-sample'],
  ])('%s fails, and is named', (_, bytes, declared, rather) => {
    expect(examine(bytes, declared)['format']).toMatchObject({ verdict: 'fail', evidence: { rather } });
  });

  test('of digital silence fails', () => {
    expect(examine(new Uint8Array(64_000))['level']).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining('Unmute') as string,
    });
  });

  test('that is faint, or cut off, is a warning', () => {
    const faint = linear16(32_000, (i) => Math.round(100 * Math.sin(i / 10)));
    expect(examine(faint)['level']).toMatchObject({
      verdict: 'warn',
      remedy: expect.stringContaining('Raise') as string,
    });
    const loud = linear16(32_000, (i) =>
      Math.max(-32_768, Math.min(32_767, Math.round(60_000 * Math.sin(i / 20)))),
    );
    expect(examine(loud)['level']).toMatchObject({
      verdict: 'warn',
      remedy: expect.stringContaining('Lower') as string,
    });
  });

  test('with a hole of digital silence is a warning', () => {
    const holed = Buffer.concat([
      speech.subarray(0, 64_000),
      new Uint8Array(96_000),
      speech.subarray(64_000),
    ]);
    expect(examine(holed)['gaps']).toMatchObject({
      verdict: 'warn',
      evidence: { longestDigitalSilenceSeconds: expect.closeTo(3, 0) as number },
    });
  });

  test('with a sample rate below 8 kHz is a warning', () => {
    expect(examine(speech, { encoding: 'linear16', sampleRate: 4_000 })['rate']).toMatchObject({
      verdict: 'warn',
    });
  });
});

describe('live input', () => {
  test('at the declared rate passes', () => {
    const findings = examine(speech, RAW, arriving(32_000));
    expect(findings['rate']).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining('1.00 × real time') as string,
    });
    expect(findings['gaps']).toMatchObject({ verdict: 'pass' });
  });

  test('at another rate fails, and names which fits', () => {
    expect(examine(speech, RAW, arriving(96_000))['rate']).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining('48000 Hz') as string,
    });
  });

  test('that loses samples fails', () => {
    expect(examine(speech, RAW, arriving(27_000))['rate']).toMatchObject({ verdict: 'fail' });
  });

  test('that pauses is a warning', () => {
    expect(examine(speech, RAW, arriving(32_000, 1_200))['gaps']).toMatchObject({
      verdict: 'warn',
      summary: expect.stringContaining('1200 ms') as string,
    });
  });

  test('that comes as fast as it can be read is a file', () => {
    const arrival = { lastedMs: 20, bytesMeanwhile: 160_000, longestGapMs: 5, chunks: 3 };
    expect(examine(speech, RAW, arrival)['rate']?.summary).toContain('if the file lasts 7.1 s');
  });
});

describe('capture', () => {
  test('reads standard input to its end', async () => {
    const stdin = new PassThrough();
    stdin.end(Buffer.from(speech));
    const { bytes, arrival } = await capture({ kind: 'stdin' }, stdin, never);
    expect(bytes.byteLength).toBe(speech.byteLength);
    expect(arrival?.chunks).toBeGreaterThan(0);
  });

  test('reports a missing file', async () => {
    await expect(
      capture({ kind: 'file', path: join(folder, 'no.wav') }, new PassThrough(), never),
    ).rejects.toThrow('ENOENT');
  });

  const script = (name: string, code: string): AudioSource => {
    const path = join(folder, name);
    writeFileSync(path, code);
    return { kind: 'program', command: [process.execPath, path] };
  };

  test('takes what a program writes, and ends it', async () => {
    const source = script(
      'speaks.cjs',
      'process.stdout.write(Buffer.alloc(32000)); setTimeout(() => process.exit(), 50);',
    );
    const { bytes } = await capture(source, new PassThrough(), never);
    expect(bytes.byteLength).toBe(32_000);
  });

  test('repeats the last words of a program that fails', async () => {
    const source = script(
      'fails.cjs',
      'console.error("first"); console.error("no such device"); process.exit(3);',
    );
    await expect(capture(source, new PassThrough(), never)).rejects.toThrow(/code 3: no such device/);
  });

  test('reports that a program does not exist', async () => {
    const source: AudioSource = { kind: 'program', command: ['no-such-recorder'] };
    await expect(capture(source, new PassThrough(), never)).rejects.toThrow(/no-such-recorder.*ENOENT/);
  });

  test('is ended by an interruption, and the program with it', async () => {
    const controller = new AbortController();
    const started = join(folder, 'started');
    const code = `
      setInterval(() => process.stdout.write(String(process.pid).padEnd(10)), 10);
      setTimeout(() => require('node:fs').writeFileSync(${JSON.stringify(started)}, ''), 200);`;
    const capturing = capture(script('endless.cjs', code), new PassThrough(), controller.signal);
    await vi.waitUntil(() => existsSync(started), { timeout: 60_000 });
    controller.abort();
    const { bytes } = await capturing;
    const pid = Number(Buffer.from(bytes).toString().slice(0, 10));
    expect(pid).toBeGreaterThan(0);
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 60_000 });
  });
});

describe('a program', () => {
  test('is known by its name, or comes with its arguments, quoted as in a shell', () => {
    expect(programOf('arecord')).toMatchObject({
      command: expect.arrayContaining(['S16_LE', '16000']) as string[],
    });
    expect(programOf('sox -d "my file" \'-r 8\'')).toMatchObject({
      command: ['sox', '-d', 'my file', '-r 8'],
    });
    expect(programOf('  ')).toBeUndefined();
  });
});
