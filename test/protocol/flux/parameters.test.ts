import { describe, expect, test } from 'vitest';
import { chooseApi } from '../../../src/protocol/choose.ts';
import type { Parameters } from '../../../src/protocol/protocol.ts';

const FLUX = { model: 'flux-general-en', encoding: 'linear16', sample_rate: 16_000 };

function check(parameters: Parameters): void {
  chooseApi(parameters).checkParameters(parameters);
}

test('a Flux model is requested at /v2/listen, any other at /v1/listen', () => {
  const address = (parameters: Parameters) => chooseApi(parameters).address('wss://x/v1', parameters);
  expect(address({ model: 'flux-general-en', keyterm: ['a b', 'c'] })).toBe(
    'wss://x/v1/v2/listen?model=flux-general-en&keyterm=a%20b&keyterm=c',
  );
  expect(address({ model: 'nova-3' })).toBe('wss://x/v1/v1/listen?model=nova-3');
  expect(address({})).toBe('wss://x/v1/v1/listen');
});

test.each<Parameters>([
  FLUX,
  { ...FLUX, eot_threshold: 0.5, eager_eot_threshold: 0.5, eot_timeout_ms: 500 },
  { ...FLUX, model: 'flux-general-multi', language_hint: ['en', 'de'] },
  { ...FLUX, keyterm: ['one'], numerals: true, profanity_filter: false, tag: 'x', brand_new: 1 },
  { model: 'flux-general-en' },
])('takes %j', (parameters) => {
  expect(() => check(parameters)).not.toThrow();
});

describe('refuses, and names the reason', () => {
  test.each<[Parameters, RegExp]>([
    [{ ...FLUX, interim_results: true }, /listen\.interim_results is a parameter of \/v1\/listen/],
    [{ ...FLUX, endpointing: 300 }, /listen\.endpointing is a parameter of \/v1/],
    [{ ...FLUX, language: 'en' }, /listen\.language is a parameter of \/v1/],
    [{ ...FLUX, eot_threshold: 0.4 }, /eot_threshold is 0\.4.*from 0\.5 to 1/],
    [{ ...FLUX, eager_eot_threshold: 0.2 }, /eager_eot_threshold is 0\.2.*from 0\.3 to 0\.9/],
    [{ ...FLUX, eager_eot_threshold: 0.8 }, /eager_eot_threshold is 0\.8, and eot_threshold 0\.7/],
    [{ ...FLUX, eot_timeout_ms: 100 }, /eot_timeout_ms is 100.*from 500 to 60000/],
    [{ ...FLUX, eot_threshold: Number.NaN }, /eot_threshold/],
    [{ ...FLUX, language_hint: 'en' }, /language_hint is 'en', which this model refuses/],
    [{ ...FLUX, sample_rate: undefined }, /encoding is 'linear16' without sample_rate/],
    [{ ...FLUX, token: 'secret' }, /would go into the URL/],
    [{ model: 'nova-3', eot_threshold: 0.7 }, /eot_threshold is a parameter of Flux, and model is 'nova-3'/],
    [{ eager_eot_threshold: 0.5 }, /eager_eot_threshold is a parameter of Flux/],
    [{ model: 'nova-3', language_hint: ['en'] }, /language_hint is a parameter of Flux/],
  ])('%j', (parameters, why) => {
    expect(() => check(parameters)).toThrow(why);
  });
});
