/** The log, newest first: events and their targets, ignored events, notices, notes. */
import type { Entry } from '../chronicle.ts';
import { html, panel } from '../dom.ts';
import { clockTime, kindOf } from '../words.ts';
import type { Part } from './part.ts';

const MAX_ROWS = 300;

export function logPart(): Part {
  const rows = html('ol', { class: 'rows', tabindex: 0, 'aria-label': 'Events, the newest first' });
  return {
    element: panel('log', 'Event log', [rows]),
    tell: (news) => {
      if (news.type !== 'entry') return;
      rows.prepend(row(news.entry));
      if (rows.childElementCount > MAX_ROWS) rows.lastElementChild?.remove();
    },
  };
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
