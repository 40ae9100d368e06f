/** The ledger: accepted = confirmed + pending + dropped, as a bar and as a sum. */
import type { History } from '../history.ts';
import { html, panel, style, write } from '../dom.ts';
import type { Part, Shown } from './part.ts';

const FATES = ['confirmed', 'pending', 'dropped'] as const;

const EXPLAINED = {
  accepted: 'taken by send()',
  sent: 'sent, each sample counted once: a recording knows of no other',
  confirmed: 'covered by a final result',
  pending: 'kept until confirmed',
  dropped: 'dropped, and announced',
} as const;

/** @param first The name of the whole: a recording knows only of audio that was sent. */
export function ledgerPart(history: History, shown: Shown, first: 'accepted' | 'sent'): Part {
  const bar = html('div', { class: 'bar', 'aria-hidden': 'true' });
  const segments = FATES.map((name) => html('div', { class: name }));
  bar.append(...segments);
  const figures = {
    accepted: figure(first),
    confirmed: figure('confirmed'),
    pending: figure('pending'),
    dropped: figure('dropped'),
  };
  const sum = html('dl', { class: 'sum' }, ...Object.values(figures).map(({ term }) => term));

  return {
    element: panel('ledger', 'The ledger', [bar, sum]),
    draw: () => {
      const { sampleRate, ...samplesOf } = history.ledgerAt(shown.moment?.atMs);
      for (const [name, { value }] of Object.entries(figures)) {
        const seconds = samplesOf[name as keyof typeof samplesOf] / sampleRate;
        write(value, Number.isNaN(seconds) ? '–' : `${seconds.toFixed(1)} s`);
      }
      segments.forEach((segment, i) => {
        const samples = samplesOf[FATES[i] as (typeof FATES)[number]] || 0;
        style(segment, 'flex-grow', String(samples));
        // An empty segment would still add a gap.
        segment.hidden = samples === 0;
      });
    },
  };
}

function figure(name: keyof typeof EXPLAINED): { term: HTMLElement; value: HTMLElement } {
  const value = html('dd');
  const kind = name === 'sent' ? 'accepted' : name;
  const term = html('div', { class: kind, title: EXPLAINED[name] }, html('dt', {}, name), value);
  return { term, value };
}
