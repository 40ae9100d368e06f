/** The end of a connection to Flux: an Error message has the reason, and the close after it none. */
import { expect, test } from 'vitest';
import { classifyFluxEnd } from '../../../src/protocol/flux/close-reasons.ts';

const CLOSE = { code: 1005, reason: '' };

test('without an Error message the close names the end', () => {
  expect(classifyFluxEnd(CLOSE)).toEqual({ kind: 'no-status', code: 1005 });
  expect(classifyFluxEnd({ code: 1006, reason: '', status: 429 }).kind).toBe('rate-limited');
});

test.each([
  ['INACTIVE_CLIENT', 'client-silent'],
  ['UNPARSABLE_CLIENT_MESSAGE', 'protocol-refused'],
  ['INTERNAL_SERVER_ERROR', 'server-error'],
  ['SOMETHING_NEW', 'server-error'],
  [undefined, 'server-error'],
])('an Error message %s is the end %s', (code, kind) => {
  expect(classifyFluxEnd(CLOSE, { code, description: 'why' })).toEqual({
    kind,
    code: 1005,
    serverMessage: code === undefined ? 'why' : `${code}: why`,
  });
});

test('an Error message without text leaves none', () => {
  const end = classifyFluxEnd(CLOSE, { code: undefined, description: '' });
  expect(end).toEqual({ kind: 'server-error', code: 1005 });
  expect(classifyFluxEnd(CLOSE, { code: 'A', description: undefined }).serverMessage).toBe('A');
});
