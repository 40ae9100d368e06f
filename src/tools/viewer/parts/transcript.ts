/** The transcript: final text, interim text set off, and a mark at each change of connection. */
import type { Heard, History } from '../history.ts';
import { html, panel } from '../dom.ts';
import type { Part, Shown } from './part.ts';

/** Maximum of shown segments; older ones are removed. */
const MAX_SEGMENTS = 300;

/** Each word with its time and confidence, shown on hover. A text that is written otherwise than its words stays whole. */
function wordsOf({ text, words }: Heard): (Node | string)[] {
  if (words.map((word) => word.text).join(' ') !== text) return [text];
  return words.flatMap((word, i) => {
    const confidence = word.confidence === undefined ? '' : `, confidence ${word.confidence.toFixed(2)}`;
    const title = `${word.start.toFixed(2)} to ${word.end.toFixed(2)} s${confidence}`;
    return [...(i > 0 ? [' '] : []), html('span', { title }, word.text)];
  });
}

export function transcriptPart(history: History, shown: Shown): Part {
  const finals = html('span', { 'aria-live': 'polite' });
  const interims = html('span', { class: 'interims' });
  const empty = html('span', { class: 'muted empty' }, 'What is said will be written here.');
  const text = html(
    'p',
    { class: 'text', tabindex: 0, role: 'group', 'aria-label': 'Transcript' },
    finals,
    interims,
    empty,
  );
  const legend = html(
    'p',
    { class: 'legend', 'aria-hidden': 'true' },
    html('span', {}, 'final'),
    html('span', { class: 'interim' }, 'interim'),
    html('span', { class: 'seam' }, '2'),
    'by which connection',
  );
  /** Interim segments, by id. */
  const open = new Map<string, HTMLElement>();
  let connection = 1;

  const decide = (heard: Heard) => {
    open.get(heard.id)?.remove();
    open.delete(heard.id);
    if (heard.text === '') return;
    if (heard.connection !== connection) {
      connection = heard.connection;
      const title = `From here on by connection ${connection}`;
      finals.append(html('span', { class: 'seam', title }, String(connection)), ' ');
    }
    finals.append(html('span', { class: 'final' }, ...wordsOf(heard)), ' ');
    while (finals.childNodes.length > 2 * MAX_SEGMENTS) finals.firstChild?.remove();
  };

  const show = (heard: Heard) => {
    const element = open.get(heard.id) ?? html('span', { class: 'interim' });
    element.textContent = heard.text === '' ? '' : `${heard.text} `;
    if (open.has(heard.id)) return;
    open.set(heard.id, element);
    interims.append(element);
  };

  const take = (heard: Heard) => {
    if (heard.final) decide(heard);
    else show(heard);
  };

  /** As it stood at the moment that is shown. */
  const write = () => {
    const { atMs = Infinity } = shown.moment ?? {};
    finals.replaceChildren();
    interims.replaceChildren();
    open.clear();
    const texts = history.texts.filter((heard) => heard.atMs <= atMs);
    const lastOf = new Map(texts.map((heard) => [heard.id, heard]));
    const lasting = texts
      .filter((heard) => heard.final || lastOf.get(heard.id) === heard)
      .slice(-2 * MAX_SEGMENTS);
    connection = lasting[0]?.connection ?? 1;
    for (const heard of lasting) take(heard);
    finish(true);
  };

  const finish = (isAtEnd: boolean) => {
    empty.hidden = finals.hasChildNodes() || interims.hasChildNodes();
    if (isAtEnd) text.scrollTop = text.scrollHeight;
  };
  write();

  return {
    element: panel('transcript', 'Transcript', [text], legend),
    travel: write,
    tell: (news) => {
      if (news.type !== 'transcript' || shown.moment) return;
      const isAtEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 60;
      take(news.heard);
      finish(isAtEnd);
    },
  };
}
