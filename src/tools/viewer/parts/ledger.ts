/** The ledger: accepted = confirmed + pending + dropped, as a bar and as a sum. */
import type { Chronicle } from '../chronicle.ts';
import { html, panel, style, write } from '../dom.ts';
import type { Part } from './part.ts';

const FATES = ['confirmed', 'pending', 'dropped'] as const;

const EXPLAINED = {
  accepted: 'taken by send()',
  confirmed: 'covered by a final result',
  pending: 'kept until confirmed',
  dropped: 'dropped, and announced',
} as const;

export function ledgerPart({ live }: Chronicle): Part {
  const bar = html('div', { class: 'bar', 'aria-hidden': 'true' });
  const segments = FATES.map((name) => html('div', { class: name }));
  bar.append(...segments);
  const figures = {
    accepted: figure('accepted'),
    confirmed: figure('confirmed'),
    pending: figure('pending'),
    dropped: figure('dropped'),
  };
  const sum = html('dl', { class: 'sum' }, ...Object.values(figures).map(({ term }) => term));

  return {
    element: panel('ledger', 'The ledger', [bar, sum]),
    draw: () => {
      const { sampleRate, ...samplesOf } = live.ledger;
      for (const [name, { value }] of Object.entries(figures)) {
        write(value, `${(samplesOf[name as keyof typeof samplesOf] / sampleRate).toFixed(1)} s`);
      }
      segments.forEach((segment, i) => {
        const samples = samplesOf[FATES[i] as (typeof FATES)[number]];
        style(segment, 'flex-grow', String(samples));
        // An empty segment would still add a gap.
        segment.hidden = samples === 0;
      });
    },
  };
}

function figure(name: keyof typeof EXPLAINED): { term: HTMLElement; value: HTMLElement } {
  const value = html('dd');
  const term = html('div', { class: name, title: EXPLAINED[name] }, html('dt', {}, name), value);
  return { term, value };
}
