import { expect, test } from 'vitest';
import { judgeHandshake } from '../../../../src/testing/emulator/handshake.ts';
import { type EmulatorOptions, settle } from '../../../../src/testing/emulator/options.ts';

function judge(query: string, options: EmulatorOptions = {}, authorization = 'Token key') {
  const verdict = judgeHandshake(
    { url: `/v2/listen?${query}`, authorization },
    {
      requestId: 'id-1',
      openConnections: 0,
      openDiarized: () => 0,
      settings: settle(options),
      wallTimeMs: 0,
    },
  );
  return 'accepted' in verdict ? { status: 101 } : verdict.refused;
}

const RAW = 'model=flux-general-en&encoding=linear16&sample_rate=16000';

test.each([
  RAW,
  'model=flux-general-en',
  'model=flux-general-en&encoding=mulaw&sample_rate=8000',
  'model=flux-general-en&encoding=opus&sample_rate=48000',
  'model=flux-general-en&encoding=ogg-opus&sample_rate=48000',
  'model=flux-general-multi&language_hint=en&language_hint=es',
  `${RAW}&eot_threshold=1.0&eager_eot_threshold=0.9&eot_timeout_ms=60000`,
  `${RAW}&eager_eot_threshold=0.7`,
  `${RAW}&keyterm=a&keyterm=b&tag=x&mip_opt_out=true&numerals=true&profanity_filter=false&redact=numbers`,
])('%s is accepted', (query) => expect(judge(query).status).toBe(101));

test.each([
  'encoding=linear16&sample_rate=16000',
  'model=flux-general-en&encoding=linear16',
  'model=flux-general-en&sample_rate=16000',
  'model=flux-general-en&encoding=linear16&sample_rate=11025',
  'model=flux-general-en&encoding=flac&sample_rate=16000',
  'model=flux-general-en&encoding=amr-nb&sample_rate=8000',
  `${RAW}&interim_results=true`,
  `${RAW}&punctuate=true`,
  `${RAW}&multichannel=true`,
  `${RAW}&channels=1`,
  `${RAW}&endpointing=300`,
  `${RAW}&language=en`,
  `${RAW}&eot_threshold=0.49`,
  `${RAW}&eot_threshold=high`,
  `${RAW}&eager_eot_threshold=0.95`,
  `${RAW}&eager_eot_threshold=0.8`,
  `${RAW}&eot_timeout_ms=499`,
  `${RAW}&eot_timeout_ms=60001`,
  `${RAW}&language_hint=en`,
  'model=flux-general-multi&language_hint=',
  `${RAW}&redact=ssn`,
  `${RAW}&numerals=yes`,
  `${RAW}&keyterm=`,
  `${RAW}${'&keyterm=a'.repeat(101)}`,
])('%s is 400', (query) => {
  const refused = judge(query);
  expect(refused.status).toBe(400);
  expect('body' in refused && JSON.parse(refused.body)).toMatchObject({
    err_code: 'INVALID_QUERY_PARAMETER',
    request_id: 'id-1',
  });
});

test.each(['nova-3', 'flux-general-fr', ''])(
  'the model “%s” is 403, with the reason in body and header',
  (model) => {
    const refused = judge(`model=${model}`);
    expect(refused).toMatchObject({
      status: 403,
      headers: { 'dg-error': 'User does not have access to the requested model.', 'dg-request-id': 'id-1' },
    });
    expect('body' in refused && refused.body).toContain('INSUFFICIENT_PERMISSIONS');
  },
);

test('keys are checked as on /v1/listen', () => {
  expect(judge(RAW, {}, 'Token wrong').status).toBe(401);
  expect(judge(RAW, {}, 'Token unpaid').status).toBe(402);
  expect(judge(RAW, { maxConnections: 0 }).status).toBe(429);
});

test('fluxSampleRate and unknownParameters: as listed, or as it comes', () => {
  const odd = 'model=flux-general-en&encoding=linear16&sample_rate=200';
  expect([judge(odd).status, judge(odd, { fluxSampleRate: 'any' }).status]).toEqual([400, 101]);
  const novel = `${RAW}&something_new=1`;
  expect([judge(novel).status, judge(novel, { unknownParameters: 'refused' }).status]).toEqual([101, 400]);
});
