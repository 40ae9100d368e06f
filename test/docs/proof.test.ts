/** Holds docs/proof.md to the proof: guarantees in their own words, what nobody reaches, and how many defects are planted. */
import { expect, test } from 'vitest';
import { EVENTS, STATES, TRANSITIONS } from '../control/transition-table.ts';
import { readText } from '../package/source-tree.ts';
import { GUARANTEES } from '../properties/guarantees/all.ts';
import { PLANTED } from '../properties/planted.ts';
import { UNREACHABLE } from '../properties/unreachable.ts';

const page = readText('docs/proof.md');

function tableOf(name: string): string[] {
  const [, text = ''] =
    new RegExp(`<!-- ${name}: .*? -->\n\n(.*?)\n\n<!-- /${name} -->`, 's').exec(page) ?? [];
  return text.split('\n');
}

test('the guarantees stand there in the words of those who watch over them', () => {
  expect(tableOf('guarantees')).toEqual([
    '| | it is promised that | provided that |',
    '|---|---|---|',
    ...GUARANTEES.map(({ id, promise, assuming }) => `| **${id}** | ${promise} | ${assuming} |`),
  ]);
});

test('what nobody reaches stands there with its reason', () => {
  const reasons = new Map<string, string[]>();
  for (const [cell, reason] of Object.entries(UNREACHABLE)) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), `\`${cell}\``]);
  }
  expect(tableOf('unreachable')).toEqual([
    '| since … | nobody sees |',
    '|---|---|',
    ...[...reasons].map(([reason, cells]) => `| ${reason} | ${cells.join(', ')} |`),
  ]);
});

test('it counts what there is', () => {
  const outcomes = STATES.flatMap((state) =>
    EVENTS.flatMap((event) => {
      const cell = TRANSITIONS[state][event];
      return cell === 'ignored' ? [] : cell;
    }),
  );
  expect(page).toContain(`${PLANTED.length} defects`);
  expect(page).toContain(
    `${outcomes.length} outcomes are there; ${Object.keys(UNREACHABLE).length} of them can nobody reach`,
  );
});
