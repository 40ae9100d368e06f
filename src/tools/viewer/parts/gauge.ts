/** Time since the last frame on the wire, against Deepgram's window: at the end the server closes with 1011. */
import { TIMEOUT_WINDOW_MS } from '../../../protocol/limits.ts';
import type { History } from '../history.ts';
import { html, panel, set, style, write } from '../dom.ts';
import { inSeconds } from '../words.ts';
import type { Wire } from '../wire.ts';
import type { Part, Shown } from './part.ts';

/** @param wire Of a recording there is none. */
export function gaugePart(
  history: History,
  shown: Shown,
  { wire, keepAliveMs }: { wire?: Wire; keepAliveMs: number },
): Part {
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
      const present = shown.moment ? undefined : wire;
      const silenceMs = present
        ? present.silenceMs
        : history.silenceAt(shown.moment?.atMs ?? history.presentMs);
      const longestMs = present?.longestSilenceMs;
      write(now, silenceMs === undefined ? '–' : inSeconds(silenceMs));
      write(longest, longestMs === undefined ? '' : `longest ${inSeconds(longestMs)}`);
      set(meter, {
        'aria-valuenow': ((silenceMs ?? 0) / 1000).toFixed(0),
        'aria-valuetext': silenceMs === undefined ? 'no connection' : inSeconds(silenceMs),
      });
      meter.classList.toggle('off', silenceMs === undefined);
      style(fill, '--part', partOf(silenceMs ?? 0));
      peak.hidden = longestMs === undefined;
      style(peak, '--part', partOf(longestMs ?? 0));
    },
  };
}
