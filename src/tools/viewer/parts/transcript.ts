/** The transcript: final text, interim text set off, and a mark at each change of connection. */
import type { Transcript } from '../../../index.ts';
import { html, panel } from '../dom.ts';
import type { Part } from './part.ts';

/** Maximum of shown segments; older ones are removed. */
const MAX_SEGMENTS = 300;

/** Each word with its time and confidence, shown on hover. A text that is written otherwise than its words stays whole. */
function wordsOf({ text, words }: Transcript): (Node | string)[] {
  if (words.map((word) => word.text).join(' ') !== text) return [text];
  return words.flatMap((word, i) => {
    const confidence = word.confidence === undefined ? '' : `, confidence ${word.confidence.toFixed(2)}`;
    const title = `${word.start.toFixed(2)} to ${word.end.toFixed(2)} s${confidence}`;
    return [...(i > 0 ? [' '] : []), html('span', { title }, word.text)];
  });
}

export function transcriptPart(): Part {
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

  const decide = (transcript: Transcript) => {
    open.get(transcript.id)?.remove();
    open.delete(transcript.id);
    if (transcript.text === '') return;
    if (transcript.connection !== connection) {
      connection = transcript.connection;
      const title = `From here on by connection ${connection}`;
      finals.append(html('span', { class: 'seam', title }, String(connection)), ' ');
    }
    finals.append(html('span', { class: 'final' }, ...wordsOf(transcript)), ' ');
    while (finals.childNodes.length > 2 * MAX_SEGMENTS) finals.firstChild?.remove();
  };

  const show = (transcript: Transcript) => {
    const shown = open.get(transcript.id) ?? html('span', { class: 'interim' });
    shown.textContent = transcript.text === '' ? '' : `${transcript.text} `;
    if (open.has(transcript.id)) return;
    open.set(transcript.id, shown);
    interims.append(shown);
  };

  return {
    element: panel('transcript', 'Transcript', [text], legend),
    tell: (news) => {
      if (news.type !== 'transcript') return;
      const isAtEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 60;
      if (news.transcript.final) decide(news.transcript);
      else show(news.transcript);
      empty.hidden = finals.hasChildNodes() || interims.hasChildNodes();
      if (isAtEnd) text.scrollTop = text.scrollHeight;
    },
  };
}
