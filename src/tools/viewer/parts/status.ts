/** The session's state, as a word and a sentence. */
import type { Chronicle } from '../chronicle.ts';
import { html, panel, write } from '../dom.ts';
import { MEANINGS } from '../meanings.ts';
import { endingOf, kindOf } from '../words.ts';
import type { Part } from './part.ts';

export function statusPart(chronicle: Chronicle): Part {
  const state = html('strong', { class: 'state-name' });
  const meaning = html('p', { class: 'meaning' });
  const count = html('span', { class: 'muted' });
  // A screen reader would read every second aloud.
  const wait = html('span', { class: 'muted', 'aria-hidden': 'true' });
  const line = html('p', { class: 'row' }, state, count, wait);
  const announced = html('div', { role: 'status' }, line, meaning);
  const element = panel('status', 'State', [announced]);

  return {
    element,
    draw: () => {
      const { attempt, retryInMs } = chronicle;
      write(count, attempt === undefined ? '' : `attempt ${attempt}`);
      write(wait, retryInMs === undefined ? '' : `next attempt in ${Math.ceil(retryInMs / 1000)} s`);
    },
    tell: (news) => {
      if (news.type === 'ended') write(meaning, endingOf(news.report));
      if (news.type !== 'state') return;
      write(state, news.span.state);
      write(meaning, MEANINGS[news.span.state]);
      element.dataset['kind'] = kindOf(news.span.state);
    },
  };
}
