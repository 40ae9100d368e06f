/** The log, newest first: events and their targets, ignored events, notices, notes. It can be filtered, and copied as JSON. */
import type { Chronicle, Entry } from '../chronicle.ts';
import { html, panel, write } from '../dom.ts';
import { clockTime, kindOf } from '../words.ts';
import type { Part } from './part.ts';

const MAX_ROWS = 300;

export function logPart(chronicle: Chronicle): Part {
  const rows = html('ol', { class: 'rows', tabindex: 0, 'aria-label': 'Events, the newest first' });
  const filter = html('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the log' });
  const copy = html('button', { type: 'button' }, 'Copy as JSON');
  const result = html('span', { class: 'muted', 'aria-live': 'polite' });
  const tools = html('p', { class: 'tools' }, result, filter, copy);

  const isWanted = (text: string) => text.toLowerCase().includes(filter.value.trim().toLowerCase());
  filter.addEventListener('input', () => {
    for (const each of rows.children) {
      if (each instanceof HTMLElement) each.hidden = !isWanted(each.textContent);
    }
  });
  copy.addEventListener('click', () => {
    const wanted = chronicle.entries.filter((entry) => isWanted(row(entry).textContent));
    void copied(JSON.stringify(wanted, undefined, 2)).then((isDone) =>
      write(result, isDone ? `${wanted.length} copied` : 'The browser does not allow it.'),
    );
  });

  return {
    element: panel('log', 'Event log', [rows], tools),
    tell: (news) => {
      if (news.type !== 'entry') return;
      const made = row(news.entry);
      made.hidden = !isWanted(made.textContent);
      rows.prepend(made);
      if (rows.childElementCount > MAX_ROWS) rows.lastElementChild?.remove();
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
