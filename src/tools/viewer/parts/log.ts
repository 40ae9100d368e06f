/**
 * The log, newest first: events and their targets, ignored events, notices, notes. It can be filtered, and copied as JSON. A row that
 * is chosen shows its moment.
 */
import type { Entry, History } from '../history.ts';
import { html, panel, set, write } from '../dom.ts';
import { clockTime, kindOf } from '../words.ts';
import type { Part, Shown } from './part.ts';

let logs = 0;

export function logPart(history: History, shown: Shown): Part {
  logs += 1;
  const prefix = `row-${logs}-`;
  let count = 0;
  const rows = html('ol', {
    class: 'rows',
    tabindex: 0,
    role: 'listbox',
    'aria-label': 'Events, the newest first: a chosen one shows its moment',
  });
  const filter = html('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the log' });
  const copy = html('button', { type: 'button' }, 'Copy as JSON');
  const result = html('span', { class: 'muted', 'aria-live': 'polite' });
  const tools = html('p', { class: 'tools' }, result, filter, copy);
  const entryOf = new WeakMap<Element, Entry>();
  let chosen: HTMLElement | undefined;

  const isWanted = (text: string) => text.toLowerCase().includes(filter.value.trim().toLowerCase());
  const elements = () => [...rows.children] as HTMLElement[];
  filter.addEventListener('input', () => {
    for (const each of elements()) each.hidden = !isWanted(each.textContent);
  });
  copy.addEventListener('click', () => {
    const wanted = history.entries.filter((entry) => isWanted(row(entry).textContent));
    void copied(JSON.stringify(wanted, undefined, 2)).then((isDone) =>
      write(result, isDone ? `${wanted.length} copied` : 'The browser does not allow it.'),
    );
  });

  const choose = (element: Element | undefined) => {
    const entry = element && entryOf.get(element);
    if (entry) shown.choose({ atMs: entry.atMs, entry });
  };
  rows.addEventListener('click', ({ target }) => {
    if (target instanceof Element && getSelection()?.isCollapsed !== false)
      choose(target.closest('li') ?? undefined);
  });
  rows.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && shown.moment) shown.choose(undefined);
    else {
      const wanted = elements().filter((each) => !each.hidden);
      const at = chosen ? wanted.indexOf(chosen) : -1;
      const last = wanted.length - 1;
      const goals: Partial<Record<string, number>> = {
        ArrowDown: Math.min(last, at + 1),
        ArrowUp: Math.max(0, at - 1),
        Home: 0,
        End: last,
      };
      const goal = goals[event.key];
      if (goal === undefined) return;
      choose(wanted[goal]);
    }
    event.preventDefault();
    event.stopPropagation();
  });

  /** The row of the moment: the last one before it. */
  const mark = () => {
    const { moment } = shown;
    const next = moment && elements().find((each) => isOf(each, moment));
    if (chosen) set(chosen, { 'aria-selected': 'false' });
    chosen = next;
    if (!next) {
      rows.removeAttribute('aria-activedescendant');
      return;
    }
    set(next, { 'aria-selected': 'true' });
    set(rows, { 'aria-activedescendant': next.id });
    // Not into view: the page must not jump.
    const top = next.offsetTop - rows.offsetTop;
    if (top < rows.scrollTop) rows.scrollTop = top;
    else if (top + next.offsetHeight > rows.scrollTop + rows.clientHeight)
      rows.scrollTop = top + next.offsetHeight - rows.clientHeight;
  };
  const isOf = (element: HTMLElement, moment: NonNullable<Shown['moment']>) => {
    const entry = entryOf.get(element);
    return moment.entry ? entry === moment.entry : (entry?.atMs ?? Infinity) <= moment.atMs;
  };

  const add = (entry: Entry) => {
    const made = row(entry);
    count += 1;
    set(made, { id: `${prefix}${count}`, role: 'option', 'aria-selected': 'false' });
    made.hidden = !isWanted(made.textContent);
    entryOf.set(made, entry);
    rows.prepend(made);
    if (rows.childElementCount > history.entries.length) rows.lastElementChild?.remove();
  };
  for (const entry of history.entries) add(entry);

  return {
    element: panel('log', 'Event log', [rows], tools),
    travel: mark,
    tell: (news) => {
      if (news.type === 'entry') add(news.entry);
    },
  };
}

/** Pages without TLS have no clipboard, and others may refuse it. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function row({ atMs, kind, name, detail, to }: Entry): HTMLElement {
  const target = to === undefined ? [] : [html('span', { class: `to ${kindOf(to)}` }, `→ ${to}`)];
  const ignored = kind === 'ignored' ? [html('span', { class: 'detail' }, 'ignored')] : [];
  const explained = detail === '' ? [] : [html('span', { class: 'detail' }, detail)];
  const words = [html('b', {}, name), ...target, ...ignored, ...explained];
  // Spaces allow line breaks between words, and separate them for screen readers.
  const spaced = words.flatMap((word) => [word, ' ']).slice(0, -1);
  return html(
    'li',
    { class: kind },
    html('time', {}, clockTime(atMs)),
    html('span', { class: 'what' }, ...spaced),
  );
}
