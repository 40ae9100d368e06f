import { expect, test } from 'vitest';
import { grantToken } from '../../../src/testing/emulator/credentials.ts';
import { type HandshakeRequest, judgeHandshake } from '../../../src/testing/emulator/handshake.ts';
import { settle } from '../../../src/testing/emulator/options.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const { access_token: token } = grantToken(NOW_MS, 30);

function judge(request: Partial<HandshakeRequest>, openConnections = 0, wallTimeMs = NOW_MS) {
  const verdict = judgeHandshake(
    { url: '/v1/listen?model=nova-3', ...request },
    {
      requestId: 'id-1',
      openConnections,
      openDiarized: () => 0,
      settings: settle({ maxConnections: 2 }),
      wallTimeMs,
    },
  );
  return 'accepted' in verdict ? { status: 101, ...verdict.accepted } : verdict.refused;
}

const withQuery = (query: string) => judge({ url: `/v1/listen?${query}`, authorization: 'Token key' });

test.each([
  ['an API key in the header', { authorization: 'Token key' }, 'token'],
  ['a JWT in the header', { authorization: `Bearer ${token}` }, 'bearer'],
  ['an API key as sub-protocol', { protocols: ['token', 'key'] }, 'token'],
  ['a JWT as sub-protocol', { protocols: ['bearer', token] }, 'bearer'],
])('%s is accepted', (_, request, scheme) => {
  expect(judge(request)).toMatchObject({ status: 101, scheme });
});

test('the first sub-protocol is echoed, and never the secret', () => {
  expect(judge({ protocols: ['token', 'key'] })).toMatchObject({ protocol: 'token' });
  expect(JSON.stringify(judge({ protocols: ['token', 'top-secret'] }))).not.toContain('top-secret');
});

test.each([
  ['no credentials', {}],
  ['an empty key', { protocols: ['token'] }],
  ['a key called wrong', { authorization: 'Token wrong' }],
  ['a JWT sent as Token', { authorization: `Token ${token}` }],
  ['a key sent as Bearer', { authorization: 'Bearer key' }],
  ['another scheme', { authorization: 'Basic a2V5' }],
])('%s is 401, with the reason in body and header', (_, request) => {
  const refused = judge(request);
  expect(refused).toMatchObject({
    status: 401,
    headers: { 'dg-request-id': 'id-1', 'dg-error': 'Invalid credentials.' },
  });
  expect('body' in refused && JSON.parse(refused.body)).toEqual({
    err_code: 'INVALID_AUTH',
    err_msg: 'Invalid credentials.',
    request_id: 'id-1',
  });
});

test('a token past its expiry is 401', () => {
  expect(judge({ authorization: `Bearer ${token}` }, 0, NOW_MS + 29_999).status).toBe(101);
  expect(judge({ authorization: `Bearer ${token}` }, 0, NOW_MS + 30_000).status).toBe(401);
});

test.each([
  'encoding=linear16',
  'encoding=linear16&sample_rate=fast',
  'encoding=mp3&sample_rate=16000',
  'encoding=linear16&sample_rate=16000&channels=0',
  'interim_results=yes',
  'interim_results=',
  'endpointing=soon',
  'endpointing=-1',
  'interim_results=true&utterance_end_ms=999',
  'utterance_end_ms=1000',
  'model=flux-general-en',
  'diarize=true&diarize_model=latest',
  `keyterm=${'a+'.repeat(501)}`,
])('the query %s is 400', (query) => {
  const refused = withQuery(query);
  expect(refused.status).toBe(400);
  expect('body' in refused && refused.body).toContain('INVALID_QUERY_PARAMETER');
});

test.each([
  '',
  'sample_rate=16000',
  'encoding=mulaw&sample_rate=8000&channels=2&multichannel=true',
  'interim_results=true&utterance_end_ms=1000&vad_events=true&endpointing=false',
  'model=nova-3&keyterm=a&keyterm=b&tag=x&something_new=1',
])('the query %s is accepted', (query) => {
  expect(withQuery(query).status).toBe(101);
});

test('elsewhere is 404, and one connection too many is 429', () => {
  expect(judge({ url: '/v3/listen', authorization: 'Token key' }).status).toBe(404);
  expect(judge({ authorization: 'Token key' }, 1).status).toBe(101);
  expect(judge({ authorization: 'Token key' }, 2).status).toBe(429);
});
