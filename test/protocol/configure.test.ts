/** Configure: which changes an open connection takes, what is sent for them, and which messages are its answer. */
import { describe, expect, test } from 'vitest';
import {
  checkChange,
  configureMessage,
  configureReply,
  type ListenChange,
} from '../../src/protocol/configure.ts';

const FLUX = { model: 'flux-general-en' };
const NOVA = { model: 'nova-3' };

const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`);

test.each<[string, ListenChange, typeof FLUX]>([
  ['thresholds of Flux', { eot_threshold: 0.8, eager_eot_threshold: 0.5, eot_timeout_ms: 3_000 }, FLUX],
  ['lists of Flux', { keyterm: ['one', 'two words'], language_hint: ['es'] }, FLUX],
  ['numerals of Flux', { numerals: true }, FLUX],
  ['key terms and numerals of nova-3', { keyterm: ['one'], numerals: false }, NOVA],
  ['an empty list, which clears the terms', { keyterm: [] }, NOVA],
  ['a hundred key terms', { keyterm: words(100) }, NOVA],
  ['five hundred words', { keyterm: [words(500).join('  ')] }, NOVA],
  ['a change beside one that is undefined', { numerals: true, eot_threshold: undefined }, NOVA],
])('takes %s', (_, change, parameters) => {
  expect(() => checkChange(change, parameters)).not.toThrow();
});

test.each<[change: unknown, parameters: typeof FLUX, message: string, remedy: string]>([
  [{}, NOVA, 'The change is empty.', 'Give one of: keyterm, numerals.'],
  [{ keyterm: undefined }, NOVA, 'The change is empty.', 'Give one of: keyterm, numerals.'],
  [
    {},
    FLUX,
    'The change is empty.',
    'Give one of: eot_threshold, eager_eot_threshold, eot_timeout_ms, keyterm, language_hint, numerals.',
  ],
  [
    { eot_threshold: 0.8 },
    NOVA,
    'eot_threshold cannot be changed on an open connection.',
    'Give one of: keyterm, numerals.',
  ],
  [{ model: 'nova-2' }, FLUX, 'model cannot be changed on an open connection.', 'Give one of: eot_threshold'],
  [{ eot_threshold: '0.8' }, FLUX, "eot_threshold is '0.8'.", 'Give a number.'],
  [{ eot_timeout_ms: true }, FLUX, 'eot_timeout_ms is true.', 'Give a number.'],
  [{ eager_eot_threshold: null }, FLUX, 'eager_eot_threshold is null.', 'Give a number.'],
  [{ numerals: 'true' }, NOVA, "numerals is 'true'.", 'Give true or false.'],
  [{ keyterm: 'one' }, NOVA, "keyterm is 'one'.", 'Give an array of texts.'],
  [{ keyterm: ['one', 2] }, NOVA, 'keyterm is', 'Give an array of texts.'],
  [{ keyterm: ['one', ' '] }, NOVA, 'keyterm is', 'Give an array of texts.'],
  [{ language_hint: 'es' }, FLUX, "language_hint is 'es'.", 'Give an array of texts.'],
  [
    { keyterm: words(101) },
    NOVA,
    'keyterm has 101 terms of 101 words.',
    'Give at most 100, and 500 words together.',
  ],
  [
    { keyterm: [` ${words(501).join(' \n')} `] },
    NOVA,
    'keyterm has 1 terms of 501 words.',
    'Give at most 100, and 500 words together.',
  ],
])('refuses %j', (change, parameters, message, remedy) => {
  expect(() => checkChange(change as ListenChange, parameters)).toThrow(
    expect.objectContaining({
      reason: 'invalid-option',
      message: expect.stringContaining(message) as string,
      remedy: expect.stringContaining(remedy) as string,
    }) as Error,
  );
});

describe('the message', () => {
  const sent = (change: ListenChange, parameters = FLUX) =>
    JSON.parse(configureMessage(change, parameters)) as unknown;

  test('of Flux has thresholds in a group, and lists by the names of messages', () => {
    expect(sent({ eot_threshold: 0.8, keyterm: ['a'], language_hint: ['es'], numerals: true })).toEqual({
      type: 'Configure',
      thresholds: { eot_threshold: 0.8 },
      keyterms: ['a'],
      language_hints: ['es'],
      numerals: true,
    });
  });

  test('has no group without thresholds', () => {
    expect(sent({ keyterm: [], eot_threshold: undefined })).toEqual({
      type: 'Configure',
      keyterms: [],
    });
  });

  test('of /v1/listen has numerals among the features', () => {
    expect(sent({ numerals: false }, NOVA)).toEqual({ type: 'Configure', features: { numerals: false } });
    expect(sent({ keyterm: ['a'] }, NOVA)).toEqual({ type: 'Configure', keyterms: ['a'] });
  });
});

test.each([
  [{ type: 'ConfigureSuccess' }, {}],
  [
    { type: 'ConfigureFailure', error_code: 'INVALID', description: 'too\nhigh' },
    { error: { code: 'INVALID', description: expect.stringMatching(/^too.*high$/) as string } },
  ],
  [
    { type: 'ConfigureFailure', code: 'A', error_code: 'B' },
    { error: { code: 'A', description: undefined } },
  ],
  [
    { type: 'ConfigureFailure', code: 7, error_code: {}, description: [] },
    { error: { code: undefined, description: undefined } },
  ],
  [
    { type: 'Error', variant: 'InvalidConfigureMessage', description: 'no' },
    { error: { code: undefined, description: 'no' } },
  ],
  [{ type: 'Error', variant: 'SchemaError' }, { error: { code: undefined, description: undefined } }],
  [{ type: 'Error', variant: 'Other' }, undefined],
  [{ type: 'Results', variant: 'SchemaError' }, undefined],
])('%j is the answer %j', (message, reply) => {
  expect(configureReply(message)).toEqual(reply);
});
