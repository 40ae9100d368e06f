/** What differs between Deepgram's two streaming APIs before and after there is a connection. */
import { expect, test } from 'vitest';
import { chooseApi } from '../../src/protocol/choose.ts';
import { flux } from '../../src/protocol/flux/flux.ts';
import { listenV1 } from '../../src/protocol/listen-v1/listen-v1.ts';

test('without interim results a healthy /v1/listen may be silent for twice as long', () => {
  const factor = (interim_results?: boolean | string) =>
    chooseApi({ model: 'nova-3', interim_results }).silenceFactor({ interim_results });
  expect([factor(true), factor('true'), factor(false), factor()]).toEqual([1, 1, 2, 2]);
});

test('Flux always sends interim results', () => {
  expect(chooseApi({ model: 'flux-general-en' }).silenceFactor({})).toBe(1);
});

test('/v1/listen is held by a text every few seconds, and can be finalized', () => {
  expect(listenV1.keepAlive).toBe('{"type":"KeepAlive"}');
  expect(listenV1.windowMs).toBe(10_000);
  expect(listenV1.finalize?.(undefined)).toBe('{"type":"Finalize"}');
  expect(listenV1.endTurn).toBeUndefined();
});

test('Flux is held by its keeper, and its turns can be ended', () => {
  expect(flux.keepAlive).toBeUndefined();
  expect(flux).toHaveProperty('keep');
  expect(flux.windowMs).toBe(60_000);
  expect(flux.endTurn).toBe('{"type":"ForceEndTurn"}');
  expect(flux).not.toHaveProperty('finalize');
  expect(flux.defaults).toEqual({ keepAliveMs: 5_000, stallMs: 4_000, logSeconds: 240 });
});

test.each([listenV1, flux])('after the last results the server closes with 1000 or without a code', (api) => {
  expect(api.cleanCloseCodes).toEqual([1000, 1005]);
  expect(api.endStream).toBe('{"type":"CloseStream"}');
});
