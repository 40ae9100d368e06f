/** The live statechart: the active state is lit, and recent transitions glow. */
import { TONES } from '../statechart/colours.ts';
import { STATECHART_STYLE } from '../statechart/style.ts';

/** Text in an arrow's colour needs more contrast than the arrow. */
const TOLD: Partial<Record<string, string>> = {
  open: 'opening',
  live: 'live',
  lost: 'lost',
  fail: 'failed',
  end: 'closed',
};

export const CHART_STYLE = `
.chart svg { display: block; overflow: visible; inline-size: 100%; min-inline-size: 720px; --paper: var(--raised); }
.chart { ${STATECHART_STYLE} }
.chart text { font-family: var(--sans); }

.chart .edge { opacity: .62; }
.chart .state { transition: opacity .25s; }
.chart .state .box { transition: stroke-width .2s, fill .2s; }

.chart .state[aria-current] .box { stroke-width: 3.4; }
.chart .state[aria-current] { filter: drop-shadow(0 0 9px var(--lit)) drop-shadow(0 0 22px var(--lit)); }
.chart .state[aria-current] .name { font-weight: 750; }
.chart .state[aria-current] .caption { fill: var(--ink); }
.chart { --lit: var(--resting-line); }
${['resting', 'opening', 'live', 'waiting', 'closed', 'failed']
  .map(
    (kind) => `.chart [data-kind="${kind}"] { --lit: var(--${kind}-line); }
.chart .state[aria-current] .box.${kind}:not(.rim) { fill: color-mix(in oklab, var(--${kind}-line) 30%, var(--${kind}-fill)); }
.chart .state .box.${kind} { --own: var(--${kind}-line); }`,
  )
  .join('\n')}
${Object.entries(TONES)
  .map(
    ([tone, colour]) =>
      `.chart .${tone} { --own: var(--${colour}); } .chart [data-tone="${tone}"] { --told: var(--${colour === 'ink' ? 'ink' : `ink-${TOLD[tone] ?? 'live'}`}); }`,
  )
  .join('\n')}
/* As wide as its panel: it would cut off the light of a state at its edge. */
.chart .scroller { overflow-x: auto; margin: -12px -16px -14px; padding: 12px 16px 14px; border-radius: 14px; }
.chart .head { position: absolute; clip-path: inset(50%); }

/* Twice the same: a new name begins anew. */
@keyframes afterglow-a { from { opacity: 1; stroke-width: 5; } 25% { opacity: 1; stroke-width: 5; } }
@keyframes afterglow-b { from { opacity: 1; stroke-width: 5; } 25% { opacity: 1; stroke-width: 5; } }
@keyframes ember-a { from { stroke-width: 4; filter: drop-shadow(0 0 12px var(--own)); } }
@keyframes ember-b { from { stroke-width: 4; filter: drop-shadow(0 0 12px var(--own)); } }
@keyframes told-a { from, 50% { fill: var(--told); } }
@keyframes told-b { from, 50% { fill: var(--told); } }
@keyframes pulse { from { stroke-dashoffset: .3; opacity: 1; } 80% { opacity: 1; } to { stroke-dashoffset: -1.1; opacity: 0; } }
${['a', 'b']
  .map(
    (name) => `.chart .edge[data-glow="${name}"] { animation: afterglow-${name} 3.2s ease-in; }
.chart .state[data-glow="${name}"] .box:not(.rim) { animation: ember-${name} 2.6s ease-in; }
.chart .words[data-glow="${name}"] .label, .chart .words[data-glow="${name}"] .condition { animation: told-${name} 3.2s ease-in; }`,
  )
  .join('\n')}
.chart .pulse {
  opacity: 0; stroke-width: 7; stroke-linecap: round; stroke-dasharray: .16 2;
  filter: drop-shadow(0 0 5px var(--own)); animation: pulse .9s ease-out;
}
@media (prefers-reduced-motion: reduce) {
  .chart .pulse { animation: none; }
  .chart .edge[data-glow], .chart .state[data-glow] .box { animation-timing-function: step-end; }
  .chart .state, .chart .state .box { transition: none; }
}
`;
