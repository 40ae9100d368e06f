/** The parts of one history, and the moment that they show. */
import { html } from './dom.ts';
import type { History, News } from './history.ts';
import type { Part, Shown } from './parts/part.ts';

export interface Stage {
  readonly element: HTMLElement;
  readonly history: History;
  tell(news: News): void;
  draw(): void;
}

/** @param redraw Is called where something has changed that is no news. */
export function stageOf(
  history: History,
  partsOf: (shown: Shown) => readonly Part[],
  redraw: () => void,
): Stage {
  let parts: readonly Part[] = [];
  const shown: { -readonly [Name in keyof Shown]: Shown[Name] } = {
    moment: undefined,
    choose: (moment) => {
      shown.moment = moment;
      element.classList.toggle('past', moment !== undefined);
      for (const part of parts) part.travel?.();
      redraw();
    },
    redraw,
  };
  parts = partsOf(shown);
  const element = html('div', { class: 'viewer' }, ...parts.map((part) => part.element));
  return {
    element,
    history,
    tell: (news) => {
      for (const part of parts) part.tell?.(news);
    },
    draw: () => {
      for (const part of parts) part.draw?.();
    },
  };
}
