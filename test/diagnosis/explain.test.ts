/** Explanations of failures from all sources and in all forms. */
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { DeepgramError } from '@deepgram/sdk';
import { DeepgramApiError, DeepgramWebSocketError } from 'deepgram-sdk-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { explain, type FailureKind } from '../../src/diagnosis/explain/explain.ts';
import { ENDS, OTHERS } from '../../src/diagnosis/explain/prose.ts';
import { TranscriptionError } from '../../src/errors.ts';
import { END_KINDS, retryAfter } from '../../src/protocol/connection-end.ts';
import { type EmulatorServer, refuse, startEmulator } from '../../src/testing/index.ts';

const NET_0000 =
  'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000';
const NET_0001 =
  'Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001';

describe('the text', () => {
  const everything = [...END_KINDS.map((kind) => ({ kind })), ...Object.keys(OTHERS)];

  test('is whole sentences, for every kind', () => {
    for (const prose of [...Object.values(ENDS), ...Object.values(OTHERS)]) {
      for (const text of [prose.cause, prose.why, prose.remedy]) expect(text).toMatch(/^["{A-Z].*\.$/s);
    }
  });

  test.each(END_KINDS)('of %s agrees with the retry policy', (kind) => {
    const said = explain({ kind });
    expect(said).toMatchObject({ kind, docs: `docs/recovery.md#${kind}` });
    expect(said.worthRetrying).toBe(retryAfter(kind) !== 'never');
  });

  test('never repeats the input', () => {
    const secret = 'dg-secret-7f3a9c';
    for (const text of [`401 Token ${secret}`, `close 1011 ${secret}`, `?token=${secret}`]) {
      expect(JSON.stringify(explain(text))).not.toContain(secret);
      expect(JSON.stringify(explain(new Error(text)))).not.toContain(secret);
    }
    expect(everything.length).toBeGreaterThan(30);
  });
});

describe('close codes', () => {
  test.each<[FailureKind, number, string]>([
    ['normal', 1000, ''],
    ['protocol-refused', 1002, ''],
    ['no-status', 1005, ''],
    ['network-lost', 1006, ''],
    ['undecodable-audio', 1008, 'DATA-0000: The payload cannot be decoded as audio.'],
    ['server-error', 1011, 'Internal server error'],
    ['server-silent', 1011, NET_0000],
    ['client-silent', 1011, NET_0001],
    ['no-audio', 1011, 'no_audio_timeout'],
    ['ping-timeout', 1011, 'keepalive ping timeout'],
    ['application-close', 4001, 'idle'],
  ])('%s: %i %s, as an event, an object, a line of a log, and a Buffer', (kind, code, reason) => {
    for (const failure of [
      Object.assign(new Event('close'), { code, reason, wasClean: false }),
      { code, reason },
      { code, reason: Buffer.from(reason) },
      `WebSocket closed with code ${code}: ${reason}`,
      `${code} ${reason}`,
      `received ${code} (whatever) ${reason}; then sent ${code}`,
    ]) {
      expect(explain(failure).kind, JSON.stringify(failure)).toBe(kind);
    }
  });

  test('a ping timeout keeps its code, where it has one', () => {
    expect(explain('sent 1011 (internal error) keepalive ping timeout').code).toBe(1011);
    expect(explain('keepalive ping timeout').code).toBeUndefined();
  });

  test('a bare number is a close code from 1000 on, and an HTTP status below', () => {
    expect(explain(1011)).toMatchObject({ kind: 'server-error', code: 1011, status: undefined });
    expect(explain(401)).toMatchObject({ kind: 'unauthorized', status: 401, code: undefined });
    expect(explain(42)).toMatchObject({ kind: 'unrecognised' });
  });
});

/** Lines from issues and logs. */
const LINES: readonly (readonly [FailureKind, string])[] = [
  // Frequent searches.
  ['client-silent', NET_0001],
  ['client-silent', '1011 … did not receive audio data or a text message within the timeout window'],
  ['server-silent', `{"type":"close","code":1011,"reason":"${NET_0000}"}`],
  ['no-audio', 'connection closed: no_audio_timeout (NET-0002)'],
  ['client-silent', '1011 Deepgram did not receive audio data'],
  // Python: websockets, aiohttp, and Deepgram's SDK over it.
  [
    'unauthorized',
    "aiohttp.client_exceptions.WSServerHandshakeError: 401, message='Invalid response status', url='wss://api.deepgram.com/v1/listen'",
  ],
  ['connection-refused', "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 8080)"],
  [
    'client-silent',
    `websockets.exceptions.ConnectionClosedError: received 1011 (internal error) ${NET_0001}; then sent 1011 (internal error) ${NET_0001}`,
  ],
  [
    'ping-timeout',
    'websockets.exceptions.ConnectionClosedError: sent 1011 (internal error) keepalive ping timeout; no close frame received',
  ],
  ['ping-timeout', 'sent 1011 (unexpected error) keepalive ping timeout; no close frame received'],
  ['network-lost', 'websockets.exceptions.ConnectionClosedError: no close frame received or sent'],
  ['unauthorized', 'websockets.exceptions.InvalidStatus: server rejected WebSocket connection: HTTP 401'],
  ['bad-request', 'websockets.exceptions.InvalidStatusCode: server rejected WebSocket connection: HTTP 400'],
  ['connect-timeout', 'TimeoutError: timed out during opening handshake'],
  ['host-not-found', 'socket.gaierror: [Errno -2] Name or service not known'],
  [
    'certificate-refused',
    'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate',
  ],
  ['normal', 'websockets.exceptions.ConnectionClosedOK: received 1000 (OK); then sent 1000 (OK)'],
  // Chromium's console.
  ['network-lost', "WebSocket connection to 'wss://api.deepgram.com/v1/listen?model=nova-3' failed: "],
  [
    'host-not-found',
    "WebSocket connection to 'wss://api.deepgram.com/' failed: Error in connection establishment: net::ERR_NAME_NOT_RESOLVED",
  ],
  [
    'unauthorized',
    "WebSocket connection to 'wss://api.deepgram.com/' failed: HTTP Authentication failed; no valid credentials available",
  ],
  // Browsers.
  [
    'bad-request',
    "WebSocket connection to 'wss://api.deepgram.com/v1/listen' failed: Error during WebSocket handshake: Unexpected response code: 400",
  ],
  [
    'network-lost',
    "WebSocket connection to 'wss://api.deepgram.com/v1/listen' failed: net::ERR_INTERNET_DISCONNECTED",
  ],
  ['host-not-found', 'net::ERR_NAME_NOT_RESOLVED'],
  ['sent-too-late', 'WebSocket is already in CLOSING or CLOSED state.'],
  ['closed-by-caller', 'WebSocket is closed before the connection is established.'],
  ['sent-too-late', "Failed to execute 'send' on 'WebSocket': Still in CONNECTING state."],
  // ws, and Node.
  ['unauthorized', 'Error: Unexpected server response: 401'],
  ['payment-required', 'Error: Unexpected server response: 402'],
  ['rate-limited', 'Unexpected server response: 429'],
  ['server-unavailable', 'Unexpected server response: 503'],
  ['closed-by-caller', 'WebSocket was closed before the connection was established'],
  ['connect-timeout', 'Opening handshake has timed out'],
  ['sent-too-late', 'WebSocket is not open: readyState 3 (CLOSED)'],
  ['host-not-found', 'getaddrinfo ENOTFOUND api.deepgram.com'],
  ['host-not-found', 'getaddrinfo EAI_AGAIN api.deepgram.com'],
  ['connection-refused', 'connect ECONNREFUSED 127.0.0.1:8080'],
  ['connect-timeout', 'connect ETIMEDOUT 10.0.0.1:443'],
  ['network-lost', 'read ECONNRESET'],
  ['network-lost', 'socket hang up'],
  ['certificate-refused', 'certificate has expired (CERT_HAS_EXPIRED)'],
  ['certificate-refused', 'self-signed certificate in certificate chain; code SELF_SIGNED_CERT_IN_CHAIN'],
  // Deepgram: bodies, messages, SDKs.
  [
    'unauthorized',
    '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials.","request_id":"b7f5a4c3-1f0e-4c57-9f4f-0c2a9d8b7e61"}',
  ],
  [
    'payment-required',
    '{"err_code":"ASR_PAYMENT_REQUIRED","err_msg":"Project does not have enough credits for an ASR request."}',
  ],
  [
    'forbidden',
    '{"err_code":"INSUFFICIENT_PERMISSIONS","err_msg":"Project does not have access to the requested model."}',
  ],
  ['rate-limited', '{"err_code":"TOO_MANY_REQUESTS","err_msg":"Too many requests. Please try again later"}'],
  ['bad-request', 'Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.'],
  ['unauthorized', 'Status code: 401\nBody: {"category":"UNAUTHORIZED"}'],
  ['sent-too-late', 'Error: Socket is not open.'],
  ['flux-idle', '{"type":"Error","code":"INACTIVE_CLIENT","description":"client inactive"}'],
  ['configure-refused', '{"type":"Error","variant":"InvalidConfigureMessage","code":"KeytermsNotSupported"}'],
  [
    'configure-refused',
    '{"type":"Error","variant":"SchemaError","description":"Could not deserialize last text message"}',
  ],
  ['speak-timeout', 'close 1011 NET-0004'],
  ['unrecognised', 'The weather is fine.'],
  ['unrecognised', 'Processed 1011 files in 404 ms'],
  ['unrecognised', ''],
];

describe('lines of logs', () => {
  test.each(LINES)('%s: %s', (kind, line) => {
    expect(explain(line).kind).toBe(kind);
    expect(explain(new Error(line)).kind).toBe(kind);
    expect(explain(new Error('It failed.', { cause: new Error(line) })).kind).toBe(kind);
  });

  test('the request id is found, and nothing else that looks like a secret', () => {
    expect(explain(LINES.find(([, line]) => line.includes('request_id'))?.[1])).toMatchObject({
      requestId: 'b7f5a4c3-1f0e-4c57-9f4f-0c2a9d8b7e61',
    });
  });

  test('a failure at the end of a long log is found', () => {
    expect(explain(`${'all is well\n'.repeat(10_000)}close 1011 ${NET_0001}`).kind).toBe('client-silent');
  });
});

describe('errors of this package', () => {
  const remedy = 'Do this.';

  test('an error of a session, by code, by status and by reason', () => {
    const wrongFormat = new TranscriptionError('undecodable-audio', 'Over.', {
      remedy,
      code: 1011,
      serverMessage: NET_0000,
    });
    expect(explain(wrongFormat)).toMatchObject({ kind: 'server-silent', code: 1011 });
    const refused = new TranscriptionError('unauthorized', 'Over.', { remedy, status: 401, requestId: 'id' });
    expect(explain(refused)).toMatchObject({ kind: 'unauthorized', status: 401, requestId: 'id' });
    expect(explain(new TranscriptionError('credentials-failed', 'Over.', { remedy })).kind).toBe(
      'credentials-failed',
    );
    expect(explain(new TranscriptionError('invalid-option', 'keepAliveMs is 9.', { remedy }))).toMatchObject({
      kind: 'invalid-option',
      worthRetrying: false,
    });
    const exhausted = new TranscriptionError('retries-exhausted', 'Over.', { remedy, code: 1006 });
    expect(explain(exhausted)).toMatchObject({ kind: 'retries-exhausted', code: 1006 });
  });

  test('a report, a status and a notice, by what is in them', () => {
    const error = new TranscriptionError('payment-required', 'Over.', { remedy, status: 402 });
    expect(explain({ outcome: 'failed', error }).kind).toBe('payment-required');
    expect(explain({ phase: 'failed', state: 'failed', error }).kind).toBe('payment-required');
    const evidence = { kind: 'ping-timeout', code: 1011, attempt: 3 };
    expect(explain({ code: 'connection-lost', evidence, message: 'lost' })).toMatchObject({
      kind: 'ping-timeout',
      code: 1011,
    });
    expect(explain({ outcome: 'drained', error: undefined }).kind).toBe('unrecognised');
  });
});

describe("errors of Deepgram's SDKs", () => {
  test('version 5 has statusCode and body', () => {
    const body = { err_code: 'INVALID_AUTH', err_msg: 'Invalid credentials.' };
    expect(explain(new DeepgramError({ message: 'Failed', statusCode: 401, body })).kind).toBe(
      'unauthorized',
    );
    expect(explain(new DeepgramError({ body })).kind).toBe('unauthorized');
    expect(explain(new DeepgramError({ cause: new Error(`1011 ${NET_0001}`) })).kind).toBe('client-silent');
    expect(explain(new Error('TIMEOUT')).kind).toBe('connect-timeout');
  });

  test('version 4 has statusCode and request id, or status', () => {
    const error = new DeepgramWebSocketError('WebSocket connection error', {
      statusCode: 400,
      requestId: 'id',
    });
    expect(explain(error)).toMatchObject({ kind: 'bad-request', status: 400, requestId: 'id' });
    expect(explain({ type: 'error', error, message: 'Non-101 status' }).kind).toBe('bad-request');
    expect(explain(new DeepgramApiError('Too many', 429)).kind).toBe('rate-limited');
  });
});

describe('real errors', () => {
  let emulator: EmulatorServer;
  beforeAll(async () => {
    emulator = await startEmulator();
  });
  afterAll(() => emulator.close());

  async function failureOf(url: string): Promise<unknown> {
    const socket = new WebSocket(url);
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [unknown];
    socket.terminate();
    return error;
  }

  test('a refused handshake, by `ws`', async () => {
    expect(explain(await failureOf(`${emulator.url}/v1/listen`))).toMatchObject({
      kind: 'unauthorized',
      status: 401,
    });
    expect(explain(await failureOf(`${emulator.url}/v3/listen`)).kind).toBe('not-found');
    emulator.onConnection(3, refuse(503));
    expect(explain(await failureOf(`${emulator.url}/v1/listen`)).kind).toBe('server-unavailable');
  });

  test('TLS to a server without TLS, a closed port, and an unknown host', async () => {
    expect(explain(await failureOf(emulator.url.replace('ws:', 'wss:'))).kind).toBe('no-tls');
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    expect(explain(await failureOf(`ws://127.0.0.1:${port}`)).kind).toBe('connection-refused');
    const viaFetch = await fetch(`http://127.0.0.1:${port}`).catch((error: unknown) => error);
    expect(explain(viaFetch).kind).toBe('connection-refused');
    expect(explain(await failureOf('ws://no-such-host.invalid')).kind).toBe('host-not-found');
  });
});

describe('other values', () => {
  test('no value makes it throw', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const circular: Record<string, unknown> = { type: 'oops' };
    circular['cause'] = circular;
    circular['body'] = circular;
    const hostile = {
      get code(): number {
        throw new Error('no');
      },
      message: '1011 net0001',
    };
    for (const value of [
      undefined,
      null,
      Number.NaN,
      true,
      Symbol('x'),
      1n,
      () => 1,
      [],
      revoked.proxy,
      circular,
    ]) {
      expect(explain(value).kind).toBe('unrecognised');
    }
    expect(() => explain(hostile)).not.toThrow();
  });

  test("reports an error event of a browser's socket, which has no details, as network-lost", () => {
    expect(explain(new Event('error')).kind).toBe('network-lost');
  });

  test('the cause is found in an AggregateError', () => {
    const several = new AggregateError([Object.assign(new Error(''), { code: 'ECONNREFUSED' })]);
    expect(explain(several).kind).toBe('connection-refused');
  });
});
