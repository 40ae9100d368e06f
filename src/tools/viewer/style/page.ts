/** The page around the viewer. */
import { tokensFor } from './tokens.ts';

export const PAGE_STYLE = `${tokensFor(':root')}
:root { color-scheme: light dark; --covered: 62px; scroll-padding-block-start: var(--covered); background: var(--ground); color: var(--ink); font: 15px/1.5 var(--sans); }
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0 auto; max-inline-size: 2100px; padding: 8px 20px 24px; }
:focus-visible { outline: 2px solid var(--opening-line); outline-offset: 2px; }

header { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 16px; min-block-size: 42px; }
h1 { margin: 0; font-size: 21px; font-weight: 400; letter-spacing: -.02em; }
h1 b { font-weight: 750; }
.what, .outcome { flex: 1 1 200px; margin: 0; }
.what { color: var(--muted); }
.outcome { font-weight: 600; font-variant-numeric: tabular-nums; }
.outcome:empty { display: none; }
.what progress { inline-size: 90px; block-size: 8px; vertical-align: middle; accent-color: var(--live-line); }
.what span { font-variant-numeric: tabular-nums; }
.controls { display: flex; flex-wrap: wrap; gap: 8px; }

button, select {
  display: inline-flex; align-items: center; gap: 6px; min-block-size: 34px; padding: 4px 9px; border: 1px solid var(--edge); border-radius: 9px;
  background: var(--raised); color: var(--ink); font: 550 13.5px/1.2 var(--sans); cursor: pointer; box-shadow: 0 1px 1px var(--shade);
}
button:hover, select:hover { border-color: var(--muted); }
button:active { translate: 0 1px; }
button[aria-disabled="true"] { border-style: dashed; color: var(--muted); cursor: default; box-shadow: none; background: transparent; }
button[aria-pressed="true"] { border-color: var(--opening-line); background: var(--opening-fill); }
kbd { min-inline-size: 1.6em; padding: 1px 4px; border-radius: 5px; background: var(--resting-fill); color: var(--muted); font: 600 11.5px/1.4 var(--mono); text-align: center; }

/* Stays visible with the chart, which shows the effect of a fault. */
.faults { position: sticky; inset-block-start: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center; gap: 6px; margin-block: 0 6px; padding-block: 4px; background: var(--ground); }
.faults h2 { margin: 0 4px 0 0; font-size: 12px; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; color: var(--muted); }
.faults button { font-variant-numeric: tabular-nums; }
.faults button:not([aria-disabled="true"]):hover { border-color: var(--failed-line); background: var(--failed-fill); }
.faults button:not([aria-disabled="true"]):active kbd { background: var(--failed-line); color: var(--raised); }
.keys { display: inline-flex; align-items: center; gap: 5px; font-size: 13px; color: var(--muted); }
.keys input { inline-size: 15px; block-size: 15px; margin: 0; accent-color: var(--opening-line); }

@media (max-width: 719px) {
  body { padding: 8px 10px 20px; }
  .what, .outcome { flex-basis: 100%; }
  .faults { flex-wrap: nowrap; overflow-x: auto; margin-inline: -10px; padding: 4px 10px 8px; }
  .faults button, .faults h2 { flex: none; }
  .keys, kbd { display: none; }
  .faults button { min-block-size: 42px; }
  .controls { inline-size: 100%; margin-block-end: 6px; }
  .controls > * { flex: 1 1 auto; justify-content: center; min-block-size: 42px; white-space: nowrap; }
}
@media (prefers-reduced-motion: reduce) { button:active { translate: none; } }
`;
