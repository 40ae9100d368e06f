/** Time since the last frame on the wire, against Deepgram's window: at the end the server closes with 1011. */
import { TIMEOUT_WINDOW_MS } from '../../../protocol/limits.ts';
import type { Chronicle } from '../chronicle.ts';
import { html, panel, set, style, write } from '../dom.ts';
import { inSeconds } from '../words.ts';
import type { Wire } from '../wire.ts';
import type { Part } from './part.ts';

export function gaugePart({ live }: Chronicle, wire: Wire): Part {
  const { keepAliveMs } = live.actor.getSnapshot().context.settings;
  const now = html('strong', { class: 'figure' });
  const longest = html('span', { class: 'muted' });
  const fill = html('div', { class: 'fill' });
  const peak = html('div', { class: 'peak' });
  const meter = html(
    'div',
    {
      class: 'track',
      role: 'meter',
      'aria-label': 'Outbound silence',
      'aria-valuemin': 0,
      'aria-valuemax': TIMEOUT_WINDOW_MS / 1000,
    },
    html('div', { class: 'zones' }),
    fill,
    peak,
  );
  meter.style.setProperty('--keep-alive', String(keepAliveMs / TIMEOUT_WINDOW_MS));
  const scale = html('div', { class: 'scale', 'aria-hidden': 'true' });
  const ticks: [number, string][] = [
    [0, '0'],
    [keepAliveMs, `${keepAliveMs / 1000} s KeepAlive`],
    [TIMEOUT_WINDOW_MS, `${TIMEOUT_WINDOW_MS / 1000} s: 1011`],
  ];
  for (const [ms, text] of ticks) {
    const tick = html('span', {}, text);
    tick.style.setProperty('--at', String(ms / TIMEOUT_WINDOW_MS));
    scale.append(tick);
  }
  const partOf = (ms: number) => String(Math.min(1, ms / TIMEOUT_WINDOW_MS));

  return {
    element: panel(
      'gauge',
      'Silence on the wire',
      [meter, scale],
      html('p', { class: 'figures' }, longest, now),
    ),
    draw: () => {
      const { silenceMs, longestSilenceMs } = wire;
      write(now, silenceMs === undefined ? '–' : inSeconds(silenceMs));
      write(longest, `longest ${inSeconds(longestSilenceMs)}`);
      set(meter, {
        'aria-valuenow': ((silenceMs ?? 0) / 1000).toFixed(0),
        'aria-valuetext': silenceMs === undefined ? 'no connection' : inSeconds(silenceMs),
      });
      meter.classList.toggle('off', silenceMs === undefined);
      style(fill, '--part', partOf(silenceMs ?? 0));
      style(peak, '--part', partOf(longestSilenceMs));
    },
  };
}
