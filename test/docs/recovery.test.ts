/** Compares `docs/recovery.md` with the code: one row for each end, notice and explanation, with the same promises. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  decideRecovery,
  type RecoveryHistory,
  type RecoveryDecision,
} from '../../src/connection/recovery-policy.ts';
import { OTHERS } from '../../src/diagnosis/explain/prose.ts';
import { createNotice, type NoticeCode, NOTICES } from '../../src/diagnosis/notices.ts';
import { explain } from '../../src/diagnosis/index.ts';
import { END_KINDS, type EndKind, type Retry, retryAfter } from '../../src/protocol/connection-end.ts';
import { SETTINGS, SITUATIONS } from '../connection/decision-table.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'recovery.md'), 'utf8');

/** The rows of the table under a heading, by the name in their first cell. */
function tableUnder(heading: string): Map<string, string[]> {
  const section = page.split(/^## /m).find((each) => each.startsWith(heading)) ?? '';
  const rows = section.split('\n').filter((line) => /^\| (<a id="[\w-]+"><\/a>)?`/.test(line));
  return new Map(
    rows.map((row) => {
      const [first = '', ...cells] = row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [/`([\w-]+)`/.exec(first)?.[1] ?? '', cells];
    }),
  );
}

const ends = tableUnder('Ends');
const notices = tableUnder('Notices');
const others = tableUnder('Failures');

function happens(kind: EndKind): string {
  return ends.get(kind)?.[1] ?? '';
}

/** The text of the page for each policy. */
const WORDS: Record<Retry, RegExp> = {
  never: /^`failed`$/,
  reauthorise: /^with an auth function: one more attempt with a new token; else `failed`$/,
  'with-audio':
    /^while audio flows: retry(, but `failed` at the second without any result)?; else `dormant`$/,
  gently: /^retry, after 1–2 s, doubling$/,
  soon: /^retry$/,
};

const history: RecoveryHistory = { ...SITUATIONS['first failure, audio pending'], everConfirmed: true };

function verdict(kind: EndKind, change: Partial<RecoveryHistory> = {}): RecoveryDecision {
  return decideRecovery({ kind }, { ...history, ...change }, SETTINGS);
}

describe('ends', () => {
  test('have one row each, and no other', () => {
    expect([...ends.keys()].sort()).toEqual([...END_KINDS].sort());
  });

  test.each(END_KINDS)('%s: says what retryAfter() says', (kind) => {
    expect(happens(kind)).toMatch(WORDS[retryAfter(kind)]);
  });

  test.each(END_KINDS)('%s: says what the policy does', (kind) => {
    const said = happens(kind);
    const isFatal = said === '`failed`';
    expect(verdict(kind)).toBe(isFatal ? 'fail' : 'retry');
    expect(verdict(kind, { canReauthorise: false }) === 'fail').toBe(
      isFatal || said.includes('with an auth function'),
    );
    const idle = { pendingAudio: false, flowingAudio: false };
    expect(verdict(kind, idle) === 'rest').toBe(said.endsWith('else `dormant`'));
    const second = { everConfirmed: false, serverSilences: 1 };
    expect(verdict(kind, second) === 'fail').toBe(
      isFatal || said.includes('at the second without any result'),
    );
  });

  test.each(END_KINDS)('%s: has a cause and a remedy', (kind) => {
    const [cause, , remedy] = ends.get(kind) ?? [];
    expect(cause).not.toBe('');
    expect(remedy).not.toBe('');
  });
});

describe('notices', () => {
  const codes = Object.keys(NOTICES) as NoticeCode[];

  test('have one row each, and no other', () => {
    expect([...notices.keys()].sort()).toEqual([...codes].sort());
  });

  test.each(codes)('%s: has its severity, says when, and what is lost', (code) => {
    const [severity, when, lost] = notices.get(code) ?? [];
    expect(severity).toBe(NOTICES[code].severity);
    expect(when).not.toBe('');
    expect(lost).not.toBe('');
  });
});

describe('explanations', () => {
  test('of other failures have one row each, and no other', () => {
    expect([...others.keys()].sort()).toEqual(Object.keys(OTHERS).sort());
  });

  test.each(Object.entries(OTHERS))('%s: says whether it is worth retrying', (kind, { worthRetrying }) => {
    expect(others.get(kind)?.[1]).toBe(worthRetrying ? 'yes' : 'no');
  });
});

describe('links', () => {
  const anchors = page.match(/(?<=<a id=")[\w-]+(?=")/g) ?? [];

  test('of explanations and notices lead to a row', () => {
    const kinds = [
      ...END_KINDS.map((kind) => explain({ kind }).docs),
      ...Object.keys(OTHERS).map((kind) => `docs/recovery.md#${kind}`),
    ];
    const codes = (Object.keys(NOTICES) as NoticeCode[]).map(
      (code) => createNotice(code, 'event', {}, 0).docs,
    );
    for (const link of [...kinds, ...codes]) {
      expect(link).toMatch(/^docs\/recovery\.md#/);
      expect(anchors, link).toContain(link.slice(link.indexOf('#') + 1));
    }
  });

  test('are distinguished: no name is given to two rows', () => {
    expect(anchors.length).toBe(new Set(anchors).size);
  });
});
