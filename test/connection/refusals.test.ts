/** From the response of a server to the decision of the machine: which refusals are final, and how often others are retried. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { classifyEnd } from '../../src/protocol/listen-v1/close-reasons.ts';
import type { SocketEnd } from '../../src/transports/transport.ts';
import { audio, drive, elapsed, ended, opened, type Snapshot, start, stateOf } from './situations.ts';

const fatal = fc.constantFrom(300, 302, 400, 401, 402, 403, 404, 405, 410, 451);
const word = fc.string({ minLength: 1, maxLength: 20 });
const marks: fc.Arbitrary<Partial<SocketEnd>> = fc.oneof(
  fc.record({ headers: fc.record({ 'dg-error': word }) }),
  fc.record({ headers: fc.record({ 'dg-request-id': fc.uuid() }) }),
  fc
    .oneof(
      fc.record({ err_code: word }),
      fc.record({ err_msg: word }),
      fc.record({ category: word, message: word, details: fc.option(word) }),
    )
    .map((body) => ({ body: JSON.stringify(body) })),
);
const pages: fc.Arbitrary<Partial<SocketEnd>> = fc.record(
  {
    headers: fc.dictionary(fc.constantFrom('server', 'via', 'content-type', 'x-dg-error'), word, {
      maxKeys: 4,
    }),
    body: fc.oneof(word, fc.json({ maxDepth: 2 })).filter((body) => !/err_|category/.test(body)),
  },
  { requiredKeys: [] },
);

/** A session with audio before its next attempt. */
const FRESH = drive(start(), audio);
const OPENED_BEFORE = drive(FRESH, opened(true), ended('network-lost', true), elapsed('after.backoff'));

function refuse(before: Snapshot, status: number, said: Partial<SocketEnd>): Snapshot {
  const { kind, ...details } = classifyEnd({ code: 1006, reason: '', status, ...said });
  return drive(before, ended(kind, true, details));
}

test('never retries a final refusal with a mark of Deepgram [G7]', () => {
  fc.assert(
    fc.property(fc.constantFrom(FRESH, OPENED_BEFORE), fatal, marks, (before, status, mark) => {
      expect(stateOf(refuse(before, status, mark))).toBe('failed');
    }),
  );
});

test('a refusal without a mark is final at once before a connection has opened [G7]', () => {
  fc.assert(
    fc.property(fatal, pages, (status, page) => {
      expect(stateOf(refuse(FRESH, status, page))).toBe('failed');
    }),
  );
});

test('a refusal without a mark is final at the fifth in a row after a connection has opened [G7]', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fatal, pages), { minLength: 5, maxLength: 5 }), (refusals) => {
      let session = OPENED_BEFORE;
      const states = refusals.map(([status, page]) => {
        const refused = refuse(session, status, page);
        session = drive(refused, elapsed('after.backoff'));
        return stateOf(refused);
      });
      expect(states).toEqual(['backoff', 'backoff', 'backoff', 'backoff', 'failed']);
    }),
  );
});
