/** The typed tables as Markdown, for `docs/machine.md`. */
import { retryAfter } from '../../src/protocol/connection-end.ts';
import { EVENTS, type EventName, type Outcome, type State, STATES, TRANSITIONS } from './transition-table.ts';
import { KINDS, SITUATIONS, type SituationName, DECISIONS } from './decision-table.ts';

/** Sets every generated table in a document, each between its own pair of markers. */
export function renewTables(document: string): string {
  const tables = { transitions: transitionTable(), decisions: decisionTable() };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- /${name} -->`];
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from < 0 || to < from) throw new Error(`The document has no place for the table "${name}".`);
    return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
  }, document);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** Groups in the order of their first members. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const code = (text: string): string => `\`${text}\``;

/** One row for each outcome, with the states that share it. */
function transitionTable(): string {
  const rows = EVENTS.flatMap((event) => {
    const groups = groupBy(
      STATES.filter((state) => TRANSITIONS[state][event] !== 'ignored'),
      (state) => JSON.stringify(TRANSITIONS[state][event]),
    );
    return [...groups.values()].flatMap((states) => rowsOf(event, states));
  });
  return tableOf(['event', 'in', 'when', 'to', 'and'], rows);
}

function rowsOf(event: EventName, states: State[]): string[][] {
  const outcomes = TRANSITIONS[states[0] as State][event] as readonly Outcome[];
  return outcomes.map(({ when, to, effects }, i) => [
    i === 0 ? code(event) : '',
    i === 0 ? states.join(', ') : '',
    when === 'always' ? '' : when,
    to === 'stay' ? '(stays)' : `**${to}**`,
    effects.map((effect) => (effect.includes('.') ? `emits ${code(effect)}` : effect)).join(', '),
  ]);
}

/** One row for each kind of end, those with equal decisions together. */
function decisionTable(): string {
  const situations = Object.keys(SITUATIONS) as SituationName[];
  const groups = groupBy(KINDS, (kind) => JSON.stringify([retryAfter(kind), DECISIONS[kind]]));
  const rows = [...groups.values()].map((kinds) => {
    const [first] = kinds as [(typeof KINDS)[number]];
    return [
      kinds.map(code).join(' '),
      retryAfter(first),
      ...situations.map((name) => DECISIONS[first][name]),
    ];
  });
  return tableOf(['end', 'retry', ...situations], rows);
}
