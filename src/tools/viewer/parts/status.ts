/** The session's state, as a word and a sentence; of a moment of the past, when it was. */
import type { History } from '../history.ts';
import { html, panel, set, write } from '../dom.ts';
import { MEANINGS } from '../meanings.ts';
import { clockTime, kindOf } from '../words.ts';
import type { Part, Shown } from './part.ts';

/** @param tools Buttons for the whole viewer. */
export function statusPart(history: History, shown: Shown, tools: readonly HTMLElement[]): Part {
  const state = html('strong', { class: 'state-name' });
  const meaning = html('p', { class: 'meaning' });
  const count = html('span', { class: 'muted' });
  // A screen reader would read every second aloud.
  const wait = html('span', { class: 'muted', 'aria-hidden': 'true' });
  const line = html('p', { class: 'row' }, state, count, wait);
  // It stays when there is nothing to return from, and keeps the focus.
  const back = html(
    'button',
    { type: 'button', 'aria-disabled': 'true' },
    history.isStill ? 'To the end' : 'To the present',
  );
  back.addEventListener('click', () => {
    if (shown.moment) shown.choose(undefined);
  });
  const announced = html('div', { role: 'status' }, line, meaning);
  const element = panel('status', 'State', [announced, html('p', { class: 'tools' }, back, ...tools)]);

  const show = () => {
    const { moment } = shown;
    const present = moment?.entry?.to ?? history.stateAt(moment?.atMs);
    write(state, present);
    write(meaning, (!moment && history.ending) || MEANINGS[present]);
    element.dataset['kind'] = kindOf(present);
  };
  const draw = () => {
    const { moment } = shown;
    const { attempt, retryInMs } = history;
    if (moment) write(count, `at ${clockTime(moment.atMs)}`);
    else write(count, attempt === undefined ? '' : `attempt ${attempt}`);
    const isWaiting = !moment && retryInMs !== undefined;
    write(wait, isWaiting ? `next attempt in ${Math.ceil(retryInMs / 1000)} s` : '');
  };
  show();

  return {
    element,
    draw,
    travel: () => {
      set(back, { 'aria-disabled': String(!shown.moment) });
      show();
      draw();
    },
    tell: (news) => {
      if (news.type === 'state' || news.type === 'ended') show();
    },
  };
}
