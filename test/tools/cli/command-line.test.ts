import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../src/tools/cli/command-line.ts';
import { runCommand } from '../../../src/tools/cli/run.ts';

const KEY = '0123456789abcdef0123456789abcdef01234567';

describe('readCommandLine', () => {
  test('demo needs nothing', () => {
    expect(readCommandLine(['demo'], {})).toEqual({ name: 'demo' });
  });

  test('demo --hosted takes the key from the environment', () => {
    const env = { DEEPGRAM_API_KEY: ` ${KEY}\n` };
    expect(readCommandLine(['demo', '--hosted'], env)).toMatchObject({ hosted: { apiKey: KEY } });
  });

  test('demo --hosted --url goes elsewhere', () => {
    const command = readCommandLine(['demo', '--hosted', '--url', 'ws://localhost:1'], {
      DEEPGRAM_API_KEY: KEY,
    });
    expect(command).toMatchObject({ name: 'demo', hosted: { url: 'ws://localhost:1' } });
  });

  test('transcribe takes a file, and the key from the environment', () => {
    const command = readCommandLine(
      ['transcribe', 'a.wav', '--model', 'nova-2', '--format', 'srt', '--set', 'diarize=true'],
      { DEEPGRAM_API_KEY: KEY },
    );
    expect(command).toEqual({
      name: 'transcribe',
      options: {
        file: 'a.wav',
        auth: { apiKey: KEY },
        url: 'wss://api.deepgram.com',
        format: 'srt',
        listen: { model: 'nova-2', language: 'en', interim_results: true, smart_format: true, diarize: true },
      },
    });
  });

  test('transcribe takes a temporary token', () => {
    const command = readCommandLine(['transcribe', 'a.wav'], { DEEPGRAM_ACCESS_TOKEN: 'a-token' });
    expect(command).toMatchObject({ options: { auth: { accessToken: 'a-token' } } });
  });

  test.each(['ws://localhost:8080', 'ws://127.0.0.1:1', 'ws://[::1]:1'])(
    'transcribe asks for no key for %s, on this machine',
    (url) => {
      expect(readCommandLine(['transcribe', 'a.wav', '--url', url], {})).toMatchObject({
        name: 'transcribe',
      });
    },
  );

  test('--version prints the version', async () => {
    let text = '';
    const code = await runCommand(readCommandLine(['--version'], {}), {
      out: (more) => (text += more),
      err: () => undefined,
    });
    expect([code, text]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  test('emulate takes any free port by default', () => {
    expect(readCommandLine(['emulate'], {})).toMatchObject({ host: '127.0.0.1', port: 0, tones: false });
    expect(readCommandLine(['emulate', '--port', '8080', '--tones'], {})).toMatchObject({
      port: 8080,
      tones: true,
    });
  });

  test.each([
    [['transcribe'], 'Pass one file'],
    [['transcribe', 'a.wav', 'b.wav'], 'Pass one file'],
    [['transcribe', 'a.wav'], 'DEEPGRAM_API_KEY'],
    [['transcribe', 'a.wav', '--url', 'ws://10.0.0.5'], 'DEEPGRAM_API_KEY'],
    [['transcribe', 'a.wav', '--format', 'docx'], 'text, json, srt, vtt'],
    [['transcribe', 'a.wav', '--set', 'diarize'], 'NAME=VALUE'],
    [['transcribe', 'a.wav', '--url', 'localhost'], 'scheme and host'],
    [['emulate', '--port', '80800'], 'from 0 to 65535'],
    [['emulate', '--port', '-1'], '--port'],
    [['emulate', '--port', 'http'], 'from 0 to 65535'],
    [['demo', '--hosted'], 'DEEPGRAM_API_KEY'],
    [['demo', '--url', 'ws://localhost:1'], '--url goes with --hosted'],
    [['demo', '--fast'], "Unknown option '--fast'"],
    [['demo', 'now'], "Unexpected argument 'now'"],
    [['perform'], "Unknown command 'perform'"],
    [[], 'The command is missing'],
  ])('%j is refused with advice', (args, advice) => {
    const command = readCommandLine(args, {});
    expect(command).toMatchObject({ name: 'refuse' });
    expect(command).toHaveProperty('text', expect.stringContaining(advice));
  });

  test('refuses an invalid address without showing the key', () => {
    const command = readCommandLine(['demo', '--hosted', '--url', 'localhost:1'], { DEEPGRAM_API_KEY: KEY });
    expect(command).toMatchObject({ name: 'refuse' });
    expect(JSON.stringify(command)).not.toContain(KEY);
  });

  test.each([
    [['--help']],
    [['help']],
    [['demo', '--help']],
    [['demo', '-h']],
    [['emulate', '-h']],
    [['transcribe', '-h']],
  ])('%j shows the help', (args) => {
    expect(readCommandLine(args, {})).toMatchObject({ name: 'help' });
  });

  test('the help fits a terminal of 80 columns', () => {
    const command = readCommandLine(['demo', '--help'], {});
    const lines = 'text' in command ? command.text.split('\n') : [];
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });
});

describe('runCommand', () => {
  test.each([
    ['advice goes to stderr, with exit code 2', ['perform'], 2, 'err'],
    ['help goes to stdout, with exit code 0', ['--help'], 0, 'out'],
    ['a missing key is a matter of the environment', ['demo', '--hosted'], 2, 'err'],
    ['a file that is not there, of the command line', ['transcribe', '/no/such.wav'], 2, 'err'],
    ['so it is to be explained', ['explain', '/no/such.log'], 2, 'err'],
  ] as const)('%s', async (_, args, code, place) => {
    const written = { out: '', err: '' };
    const exitCode = await runCommand(
      readCommandLine(args, args[0] === 'transcribe' ? { DEEPGRAM_API_KEY: KEY } : {}),
      {
        out: (text) => (written.out += text),
        err: (text) => (written.err += text),
      },
    );
    expect(exitCode).toBe(code);
    expect(written[place]).toMatch(/\n$/);
    expect(written[place === 'out' ? 'err' : 'out']).toBe('');
  });
});
