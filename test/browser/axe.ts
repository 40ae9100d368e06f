/** Looks for violations of accessibility rules in a page, shadow roots included. */
import axe from 'axe-core';
import type { Page } from 'playwright';

/** Best practices are about landmarks and headings, which the standards alone do not ask for. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** One line for each violation: the rule, and where. */
export async function violationsIn(page: Page): Promise<string[]> {
  // A page's policy refuses script elements, but not what the browser's own tools evaluate.
  await page.evaluate(`${axe.source}; undefined`);
  const { violations } = await page.evaluate(
    (rules) => (globalThis as unknown as { axe: typeof axe }).axe.run(document, { runOnly: rules }),
    RULES,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) =>
        `${id}: ${target.join(' ')}: ${failureSummary.split('\n').at(1)?.trim()}`,
    ),
  );
}
