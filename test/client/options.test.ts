import { expect, test } from 'vitest';
import { TranscriptionError } from '../../src/errors.ts';
import {
  type CheckedOptions,
  checkOptions,
  type LiveTranscriptionOptions,
} from '../../src/client/options.ts';
import type { Credentials } from '../../src/transports/transport.ts';

const auth = { apiKey: 'key' };

/** What the checked `auth` gives for an attempt. */
async function asked({ credentials }: CheckedOptions): Promise<Credentials> {
  return typeof credentials === 'object' ? credentials : credentials(new AbortController().signal);
}

test.each<[Partial<LiveTranscriptionOptions> | { [name: string]: unknown }, RegExp]>([
  [{ auth: undefined }, /auth holds no secret.*Give \{ apiKey \}/],
  [{ auth: {} }, /auth holds no secret/],
  [{ auth: { apiKey: undefined } }, /auth\.apiKey is undefined\./],
  [{ auth: { access_token: null } }, /auth\.access_token is null\./],
  [{ auth: { apiKey: '' } }, /auth\.apiKey is empty\./],
  [{ auth: { apiKey: 5 } }, /auth\.apiKey is no text\./],
  [{ auth: { apiKey: 'a b' } }, /auth\.apiKey holds a character that no secret has/],
  [{ auth: { accessToken: 'a\nb' } }, /auth\.accessToken holds a character/],
  [{ auth: { apiKey: 'a', accessToken: 'b' } }, /auth holds apiKey and accessToken, and only one/],
  [{ listen: 'nova-3' }, /listen is string\. Give an object/],
  [{ log: null }, /log is null\. Give an object/],
  [{ catchUp: null }, /catchUp is null\. Give an object/],
  [{ giveUpAfterMs: -1 }, /giveUpAfterMs is -1\. Give a number from 0 to 536870912, or Infinity/],
  [{ baseUrl: 'nonsense' }, /baseUrl is .*Write scheme and host/],
  [{ baseUrl: 'wss://' }, /baseUrl is no plain address/],
  [{ baseUrl: 'wss://host:99999' }, /baseUrl is no plain address/],
  [{ baseUrl: 'wss://a b' }, /baseUrl is no plain address/],
  [{ baseUrl: 'ftp://host' }, /baseUrl is .*Write scheme and host/],
  [{ baseUrl: 'wss://user:pass@host' }, /baseUrl is .*secrets belong into auth/],
  [{ baseUrl: 'wss://host?model=x' }, /baseUrl is .*Write scheme and host/],
  [{ baseUrl: 'wss://host/v1/listen' }, /baseUrl is 'wss:\/\/host\/v1\/listen'/],
  [{ connect: 'soon' }, /connect is 'soon'.*lazy, eager/],
  [{ keepAliveMs: 900 }, /keepAliveMs is 900.*from 1000 to 5000/],
  [{ keepAliveMs: 10_000 }, /keepAliveMs is 10000/],
  [{ catchUpRate: 1 }, /catchUpRate is 1\. /],
  [{ catchUpRate: 2 }, /catchUpRate is 2\. Give a number from 1\.01 to 1\.25/],
  [{ catchUp: 'some' }, /catchUp is 'some'.*all, live/],
  [{ catchUp: { lastSeconds: -1 } }, /catchUp\.lastSeconds is -1/],
  [{ catchUp: {} }, /catchUp\.lastSeconds is undefined.*from 0 to 3600/],
  [{ stallMs: Number.NaN }, /stallMs is NaN/],
  [{ drainMs: '5' }, /drainMs is '5'/],
  [{ connectTimeoutMs: 2 ** 31 }, /connectTimeoutMs is 2147483648/],
  [{ log: { maxSeconds: 0 } }, /log\.maxSeconds is 0/],
  [{ log: { maxBytes: 10 } }, /log\.maxBytes is 10/],
  [{ log: { overflow: 'drop' } }, /log\.overflow is 'drop'.*drop-oldest, refuse/],
  [{ transport: 5 }, /transport is 5\. Give a function/],
  [{ environment: {} }, /environment is an object\. Give a function/],
  [{ clock: {} }, /clock lacks a function\. Give an object with now, wallTime, setTimeout, clearTimeout/],
  [{ clock: 5 }, /clock is number/],
  [{ seed: 'x' }, /seed is 'x'/],
  [{ signal: new AbortController() }, /signal lacks a function\. Give an object with addEventListener/],
  [{ keepaliveMs: 3_000 }, /keepaliveMs is no option\. Write keepAliveMs/],
  [{ baseURL: 'wss://host' }, /baseURL is no option\. Write baseUrl/],
  [{ model: 'nova-3' }, /model is no option\. Give Deepgram's parameters within listen/],
  [{ apiKey: 'key' }, /apiKey is no option\. .*secrets within auth/],
  [{ log: { maxSecond: 5 } }, /log\.maxSecond is no option\. Write log\.maxSeconds/],
  [
    { listen: { channels: 1e9, encoding: 'linear16', sample_rate: 16_000 } },
    /channels is 1000000000\. Give a whole number from 1 to 20/,
  ],
])('%o is refused: value, why, remedy', (wrong, message) => {
  const check = () => checkOptions({ auth, ...wrong });
  expect(check).toThrow(TranscriptionError);
  expect(check).toThrow(message);
});

test('an error about a secret does not show it [G8]', async () => {
  const secret = 'dg secret with blanks';
  for (const options of [{ auth: { apiKey: secret } }, secret]) {
    expect(() => checkOptions(options as LiveTranscriptionOptions)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) as string }),
    );
  }
  const options = checkOptions({ auth: () => ({ accessToken: secret }) });
  await expect(asked(options)).rejects.toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(secret) as string }),
  );
});

const KEY = '0123456789abcdef0123456789abcdef01234567';

test.each<object>([
  { auth: { apiKey: KEY }, baseUrl: KEY },
  { auth: { apiKey: KEY }, baseUrl: `ftp://host/${KEY}` },
  { auth: { apiKey: KEY }, baseUrl: `wss://host/${KEY}` },
  { auth: { apiKey: KEY }, connect: KEY },
  { auth: { apiKey: KEY }, keepAliveMs: KEY },
  { auth: { apiKey: KEY }, catchUp: KEY },
  { auth: { apiKey: KEY }, transport: KEY },
  { auth: { apiKey: KEY }, [KEY]: 1 },
  { auth: { apiKey: KEY }, log: { overflow: KEY } },
  { auth: { apiKey: KEY }, listen: { model: `flux-${KEY}` } },
  { auth: { apiKey: KEY }, listen: { model: KEY } },
  { auth: { apiKey: KEY }, listen: { tag: ['a', KEY] } },
  { auth: { apiKey: KEY }, listen: { encoding: KEY } },
  { auth: { apiKey: 'short' }, listen: { tag: 'short' } },
])('a secret in the wrong place is refused and not shown: %#', (options) => {
  const check = () => checkOptions(options as LiveTranscriptionOptions);
  expect(check).toThrow(TranscriptionError);
  expect(check).toThrow(expect.objectContaining({ message: expect.not.stringContaining(KEY) as string }));
});

test('a secret of the auth function that the address holds is refused [G8]', async () => {
  const options = checkOptions({ auth: () => ({ apiKey: KEY }), listen: { tag: KEY } });
  await expect(asked(options)).rejects.toThrow('holds a secret that');
});

test('names a value that has no text by its kind', () => {
  for (const value of [{ toString: null }, Symbol('x'), [], () => 1]) {
    expect(() => checkOptions({ auth, keepAliveMs: value as unknown as number })).toThrow(TranscriptionError);
  }
});

test('defaults are those of the documentation', () => {
  expect(checkOptions({ auth })).toMatchObject({
    baseUrl: 'wss://api.deepgram.com',
    connect: 'lazy',
    keepAliveMs: 3_000,
    disconnectAfterIdleMs: Infinity,
    connectTimeoutMs: 8_000,
    stallMs: 10_000,
    drainMs: 10_000,
    finalizeMs: 1_500,
    finalizeAfterMs: Infinity,
    catchUp: 'all',
    catchUpRate: 1.2,
    log: { maxSeconds: 60, maxBytes: 8_388_608, overflow: 'drop-oldest' },
    giveUpAfterMs: Infinity,
    canReauthorise: false,
  });
});

test('a seed of 0 is a seed, and without one every session has its own', () => {
  expect(checkOptions({ auth, seed: 0 }).seed).toBe(0);
  expect(checkOptions({ auth }).seed).not.toBe(checkOptions({ auth }).seed);
});

test('a key and a token are distinguished, and http addresses are taken as ws', async () => {
  const schemeOf = async (auth: LiveTranscriptionOptions['auth']) =>
    (await asked(checkOptions({ auth }))).scheme;
  expect(await schemeOf({ apiKey: 'x' })).toBe('token');
  expect(await schemeOf({ accessToken: 'x' })).toBe('bearer');
  expect(await schemeOf(async () => ({ accessToken: 'x' }))).toBe('bearer');
  expect(await schemeOf(() => ({ access_token: 'x', expires_in: 30 })), 'as Deepgram grants it').toBe(
    'bearer',
  );
  await expect(schemeOf(() => ({ apiKey: 'x', access_token: 'y' }))).rejects.toThrow('only one can be right');
});

test.each([
  ['http://localhost:8080', 'ws://localhost:8080'],
  ['WSS://host/', 'wss://host'],
  ['https://host/prefix//', 'wss://host/prefix'],
  ['wss://[::1]:8080', 'wss://[::1]:8080'],
])('%s gives the address %s', (baseUrl, address) => {
  expect(checkOptions({ auth, baseUrl }).baseUrl).toBe(address);
});
