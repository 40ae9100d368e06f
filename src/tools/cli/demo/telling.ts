/** The story line by line, as plain text, for files, pipes and build logs. */
import { MEANINGS } from '../../viewer/meanings.ts';
import { clockTime } from '../terminal/clock-time.ts';
import { type Line, span } from '../terminal/span.ts';
import { entryLine, STATES } from './look.ts';
import type { News } from './story.ts';

/** One line for each entry worth printing. */
export function tellLine(news: News): Line | undefined {
  switch (news.type) {
    case 'state': {
      const name = span(news.state, ...STATES[news.state].styles);
      return [at('○', news.atMs), name, span(`: ${MEANINGS[news.state]}`, 'dim')];
    }
    case 'entry':
      return entryLine(news.entry);
    case 'outcome': {
      const { atMs = 0, text = '' } = news.entry.outcome ?? {};
      return [at('→', atMs), span(text, 'green')];
    }
    case 'transcript': {
      const { final, text } = news.transcript;
      if (text === '') return undefined;
      return final
        ? [at('✔', news.atMs), span(text, 'bold')]
        : [at('…', news.atMs), span(`(${text})`, 'dim')];
    }
    default:
      return news satisfies never;
  }
}

function at(mark: string, atMs: number): Line[number] {
  return span(`${mark} ${clockTime(atMs)} `, 'dim');
}
