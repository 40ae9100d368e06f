/** The arguments of the doctor. */
import { describe, expect, test } from 'vitest';
import { DOCTOR_USAGE } from '../../../src/tools/cli/doctor/arguments.ts';
import { readCommandLine } from '../../../src/tools/cli/command-line.ts';

const KEY = '0123456789abcdef0123456789abcdef01234567';
const read = (args: string[], env: NodeJS.ProcessEnv = {}) => readCommandLine(['doctor', ...args], env);

describe('doctor', () => {
  test('needs no arguments, and then checks Deepgram without a key', () => {
    expect(read([])).toEqual({
      name: 'doctor',
      options: {
        url: 'wss://api.deepgram.com',
        secret: undefined,
        listen: { model: 'nova-3', language: 'en', interim_results: true },
        audio: undefined,
        probeSeconds: 15,
        json: false,
      },
    });
  });

  test('requests nothing of Flux that it refuses', () => {
    const { options } = read(['--model', 'flux-general-en']) as { options: { listen: object } };
    expect(options.listen).toEqual({ model: 'flux-general-en' });
  });

  test('takes a key or a temporary token from the environment', () => {
    expect(read([], { DEEPGRAM_API_KEY: ` ${KEY}\n` })).toMatchObject({
      options: { secret: { apiKey: KEY } },
    });
    expect(read([], { DEEPGRAM_ACCESS_TOKEN: 'a.b.c' })).toMatchObject({
      options: { secret: { accessToken: 'a.b.c' } },
    });
  });

  test('requests no key where the server is an emulator on this machine', () => {
    expect(read(['--url', 'ws://localhost:8080'])).toMatchObject({
      options: { secret: { apiKey: 'none-is-needed' } },
    });
    expect(read(['--url', 'ws://10.0.0.5:8080'])).toMatchObject({ options: { secret: undefined } });
  });

  test.each([
    [['a.wav'], { kind: 'file', path: 'a.wav' }],
    [['-'], { kind: 'stdin' }],
    [['--microphone', 'rec -q'], { kind: 'program', command: ['rec', '-q'] }],
  ])('%j sets the source of the audio', (args, audio) => {
    expect(read(args)).toMatchObject({ options: { audio } });
  });

  test('declares raw audio, and what a microphone delivers', () => {
    expect(read(['a.raw', '--encoding', 'mulaw', '--sample-rate', '8000', '--channels', '2'])).toMatchObject({
      options: { listen: { encoding: 'mulaw', sample_rate: 8_000, channels: 2 } },
    });
    expect(read(['--microphone', 'arecord'])).toMatchObject({
      options: { listen: { encoding: 'linear16', sample_rate: 16_000 } },
    });
  });

  test('passes on any parameter, in its own type, and repeated ones as a list', () => {
    const args = [
      'endpointing=false',
      'utterance_end_ms=1000',
      'keyterm=Rx',
      'keyterm=XState',
      'keyterm=a=b',
    ];
    expect(read(args.flatMap((pair) => ['--set', pair]))).toMatchObject({
      options: { listen: { endpointing: false, utterance_end_ms: 1_000, keyterm: ['Rx', 'XState', 'a=b'] } },
    });
  });

  test('does without a probe, or with a longer one', () => {
    expect(read(['--no-probe'])).toMatchObject({ options: { probeSeconds: undefined } });
    expect(read(['--seconds', '60', '--json'])).toMatchObject({ options: { probeSeconds: 60, json: true } });
  });

  test.each([
    [['a.wav', 'b.wav'], 'one file'],
    [['a.wav', '--microphone', 'sox'], 'one file'],
    [['--seconds', '5'], 'from 13'],
    [['--url', 'localhost'], 'scheme and host'],
    [['--set', 'endpointing'], 'NAME=VALUE'],
    [['--microphone', ' '], 'names no program'],
    [['--fast'], "Unknown option '--fast'"],
  ])('%j is refused with advice', (args, advice) => {
    const command = read(args, { DEEPGRAM_API_KEY: KEY });
    expect(command).toMatchObject({ name: 'refuse' });
    expect(command).toHaveProperty('text', expect.stringContaining(advice));
    expect(JSON.stringify(command)).not.toContain(KEY);
  });

  test('shows its help within 80 columns', () => {
    expect(read(['-h'])).toMatchObject({ name: 'help', text: DOCTOR_USAGE });
    expect(Math.max(...DOCTOR_USAGE.split('\n').map((line) => line.length))).toBeLessThan(80);
  });
});
