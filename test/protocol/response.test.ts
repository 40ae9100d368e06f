import { describe, expect, test } from 'vitest';
import { classifyEnd } from '../../src/protocol/listen-v1/close-reasons.ts';
import { responseOf } from '../../src/protocol/response.ts';
import type { SocketEnd } from '../../src/transports/transport.ts';

const refused = (status: number, said: Partial<SocketEnd> = {}): SocketEnd => ({
  code: 1006,
  reason: '',
  status,
  ...said,
});

describe('a refusal is Deepgram’s by its headers or its body', () => {
  test.each<[string, Partial<SocketEnd>, string | undefined, string | undefined]>([
    ['dg-error and dg-request-id', { headers: { 'dg-error': 'No.', 'dg-request-id': 'id' } }, 'No.', 'id'],
    ['any dg- header', { headers: { 'dg-project-id': 'p' } }, undefined, undefined],
    ['err_msg', { body: '{"err_code":"X","err_msg":"No.","request_id":"id"}' }, 'No.', 'id'],
    ['err_code alone', { body: '{"err_code":"INVALID_AUTH"}' }, 'INVALID_AUTH', undefined],
    [
      'category, message and details',
      { body: '{"category":"INVALID_JSON","message":"No.","details":"Line 1."}' },
      'No. Line 1.',
      undefined,
    ],
    ['a header and a page of HTML', { headers: { 'dg-request-id': 'id' }, body: '<html>' }, undefined, 'id'],
  ])('%s', (_, said, message, requestId) => {
    const end = classifyEnd(refused(403, said));
    expect(end.isForeign).toBe(undefined);
    expect(end.serverMessage).toBe(message);
    expect(end.requestId).toBe(requestId);
  });

  test.each<[string, Partial<SocketEnd>]>([
    ['nothing', {}],
    ['a page of HTML', { headers: { 'content-type': 'text/html', server: 'gate' }, body: '<html>Log in' }],
    ['the JSON of a gateway', { body: '{"message":"Forbidden"}' }],
    ['fields of wrong types', { body: '{"err_code":1,"err_msg":null,"category":{},"message":[]}' }],
    ['JSON that is no object', { body: 'null' }],
    ['broken JSON', { body: '{"err_msg":"No' }],
  ])('and not with %s', (_, said) => {
    expect(classifyEnd(refused(403, said))).toEqual({ kind: 'forbidden', status: 403, isForeign: true });
  });

  test('a certificate may be a proxy’s, and a close of an open connection is not', () => {
    const at = (end: Partial<SocketEnd>) => classifyEnd({ code: 1006, reason: '', ...end }).isForeign;
    expect(at({ failure: 'certificate-refused' })).toBe(true);
    expect(at({ failure: 'no-tls' })).toBe(true);
    expect(at({ cause: 'ECONNRESET' })).toBe(undefined);
    expect(at({ code: 1008 })).toBe(undefined);
    expect(at({ status: 503 })).toBe(undefined);
  });

  test('text of a body is safe to print, as that of a header is', () => {
    const body = JSON.stringify({ err_msg: `a\n\u001b[31m${'b'.repeat(2_000)}` });
    const message = responseOf(refused(400, { body }))?.message ?? '';
    expect(message).toMatch(/^a\\u000a\\u001b\[31mb+…$/);
    expect(message.length).toBeLessThan(1_100);
  });
});
