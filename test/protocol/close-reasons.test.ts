import { describe, expect, test } from 'vitest';
import { classifyEnd } from '../../src/protocol/listen-v1/close-reasons.ts';
import { END_KINDS, type EndKind, retryAfter } from '../../src/protocol/connection-end.ts';
import { reasonOf, remedyFor } from '../../src/protocol/end-remedies.ts';

const NET_0000 =
  'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000';
const NET_0001 =
  'Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001';

const closed = (code: number, reason = ''): EndKind => classifyEnd({ code, reason }).kind;
const answered = (status: number): EndKind => classifyEnd({ code: 1006, reason: '', status }).kind;

describe('distinguishes the meanings of 1011 by its text', () => {
  test.each<[EndKind, string]>([
    ['server-silent', NET_0000],
    ['server-silent', 'NET-0000'],
    ['client-silent', NET_0001],
    ['client-silent', 'NET-0001'],
    ['no-audio', 'NET-0002'],
    ['no-audio', 'See https://dpgr.am/net0002'],
    ['no-audio', 'no_audio_timeout'],
    ['ping-timeout', 'keepalive ping timeout'],
    ['server-error', 'internal server error'],
    ['server-error', ''],
  ])('%s: "%s"', (kind, reason) => {
    expect(closed(1011, reason)).toBe(kind);
  });
});

describe('DATA-0000 is about the audio, under both of its codes', () => {
  test.each([1002, 1008])('%i', (code) => {
    expect(closed(code, 'DATA-0000')).toBe('undecodable-audio');
    expect(closed(code, 'See https://dpgr.am/data0000')).toBe('undecodable-audio');
    expect(closed(code, 'something else')).toBe('protocol-refused');
  });
});

const CLOSE_CODES: Record<number, EndKind> = {
  1000: 'normal',
  1001: 'going-away',
  1002: 'protocol-refused',
  1003: 'protocol-refused',
  // Reserved, and never on the wire; should a library make one up, it is worth another try.
  1004: 'network-lost',
  1005: 'no-status',
  1006: 'network-lost',
  1007: 'protocol-refused',
  1008: 'protocol-refused',
  1009: 'protocol-refused',
  1010: 'protocol-refused',
  1011: 'server-error',
  1012: 'service-restart',
  1013: 'try-again-later',
  // A gateway's trouble, and a failed TLS handshake: both belong to the network.
  1014: 'network-lost',
  1015: 'network-lost',
};

test.each(Object.entries(CLOSE_CODES))('close code %s is %s', (code, kind) => {
  expect(closed(Number(code))).toBe(kind);
});

test('retries every close code of a library or an application', () => {
  for (let code = 3000; code <= 4999; code += 1) {
    const kind = closed(code, 'anything');
    expect(kind).toBe(code < 4000 ? 'network-lost' : 'application-close');
    expect(retryAfter(kind)).toBe('soon');
  }
});

const STATUSES: Record<number, EndKind> = {
  400: 'bad-request',
  401: 'unauthorized',
  402: 'payment-required',
  403: 'forbidden',
  404: 'not-found',
  408: 'server-unavailable',
  429: 'rate-limited',
};

test('every status of a refused handshake is classified, the known ones by name', () => {
  for (let status = 100; status <= 599; status += 1) {
    const fallback: EndKind = status >= 500 ? 'server-unavailable' : 'refused';
    expect(answered(status), String(status)).toBe(STATUSES[status] ?? fallback);
  }
});

test('of all statuses only 401, 408, 429 and 5xx are tried again', () => {
  const retried: number[] = [];
  for (let status = 100; status < 500; status += 1) {
    if (retryAfter(answered(status)) !== 'never') retried.push(status);
  }
  expect(retried).toEqual([401, 408, 429]);
});

test('retries an overloaded server with longer delays', () => {
  expect(END_KINDS.filter((kind) => retryAfter(kind) === 'gently').toSorted()).toEqual([
    'not-ready',
    'rate-limited',
    'try-again-later',
  ]);
});

test('no text or number makes the classification fail', () => {
  for (const code of [0, -1, 999, 1016, 2999, 5000, Number.NaN, Infinity]) {
    expect(retryAfter(closed(code, '\u{1F600}'.repeat(100)))).toBeDefined();
  }
  expect(retryAfter(answered(Number.NaN))).toBeDefined();
});

test('an end carries what is known, and leaves out what is not', () => {
  expect(classifyEnd({ code: 1011, reason: NET_0001, headers: { 'dg-request-id': 'id' } })).toEqual({
    kind: 'client-silent',
    code: 1011,
    serverMessage: NET_0001,
    requestId: 'id',
  });
  const headers = { 'dg-error': 'Invalid credentials.' };
  expect(classifyEnd({ code: 1006, reason: '', status: 401, headers })).toEqual({
    kind: 'unauthorized',
    status: 401,
    serverMessage: 'Invalid credentials.',
  });
  const failure = { cause: 'ECONNREFUSED', failure: 'connection-refused' } as const;
  expect(classifyEnd({ code: 1006, reason: '', ...failure })).toEqual({
    kind: 'connection-refused',
    code: 1006,
    cause: 'ECONNREFUSED',
  });
  expect(classifyEnd({ code: 1006, reason: '' })).toEqual({ kind: 'network-lost', code: 1006 });
});

describe('the last end of a session gives its error', () => {
  test('a reason that names it, where something can be done about it', () => {
    const own = [
      'bad-request',
      'certificate-refused',
      'connection-refused',
      'credentials-failed',
      'credentials-timeout',
      'forbidden',
      'host-not-found',
      'no-tls',
      'not-found',
      'not-ready',
    ];
    const named = END_KINDS.filter((kind) => reasonOf(kind) === (kind as string));
    expect(named.toSorted()).toEqual(
      [...own, 'payment-required', 'protocol-refused', 'refused', 'unauthorized', 'undecodable-audio'].sort(),
    );
  });

  test('explains silence of the server by undecodable audio', () => {
    expect(reasonOf('server-silent')).toBe('undecodable-audio');
    expect(remedyFor('server-silent')).toBe(remedyFor('undecodable-audio'));
  });

  test('other failures need no advice', () => {
    for (const kind of ['normal', 'network-lost', 'server-error', 'rate-limited', 'stalled'] as const) {
      expect(reasonOf(kind)).toBe('retries-exhausted');
      expect(remedyFor(kind)).toBeUndefined();
    }
  });

  test('gives advice that names the parameter', () => {
    expect(remedyFor('undecodable-audio')).toMatch(/encoding and sample_rate/);
    for (const kind of ['bad-request', 'protocol-refused'] as const)
      expect(remedyFor(kind)).toMatch(/listen parameters/);
    // A redirect, a login page, an address that the platform refuses: no server has said anything of parameters.
    for (const kind of ['refused', 'not-found'] as const) expect(remedyFor(kind)).toMatch(/baseUrl/);
  });
});

test('DATA-0000 under any other code is that code', () => {
  expect(closed(1003, 'DATA-0000')).toBe('protocol-refused');
  expect(closed(1000, 'DATA-0000')).toBe('normal');
});
