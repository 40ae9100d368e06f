/** The viewer's style sheet. Its shadow root allows short names. */
import { CHART_STYLE } from './chart.ts';
import { PARTS_STYLE } from './parts.ts';
import { tokensFor } from './tokens.ts';

export const VIEWER_STYLE = `${tokensFor(':host')}
:host { display: block; container: viewer / inline-size; }
/* Not on the host: there the page's own rules would win, and be inherited. */
.viewer { color: var(--ink); font: 15px/1.5 var(--sans); }
*, *::before, *::after { box-sizing: border-box; }
h2, p, dl, dd, ol { margin: 0; padding: 0; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--opening-line); outline-offset: 2px; }
.muted { color: var(--muted); }
.row { display: flex; align-items: baseline; justify-content: space-between; gap: 12px; flex-wrap: wrap; }

.panel {
  scroll-margin-block-start: var(--covered, 0px);
  min-inline-size: 0; padding: 12px 16px 14px; border: 1px solid var(--edge); border-radius: 14px;
  background: var(--raised); box-shadow: 0 1px 2px var(--shade), 0 6px 20px var(--shade);
}
.head { display: flex; align-items: baseline; justify-content: space-between; gap: 4px 16px; flex-wrap: wrap; margin-block-end: 5px; }
.head h2 { font-size: 12px; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 12.5px; color: var(--muted); }

.viewer { display: grid; gap: 12px; grid-template: "status" "chart" "transcript" "gauge" "ledger" "band" "log" / minmax(0, 1fr); }
${['status', 'transcript', 'gauge', 'ledger', 'band', 'chart', 'log'].map((name) => `.${name} { grid-area: ${name}; }`).join('\n')}
.transcript { block-size: 250px; }
.log { block-size: 420px; }

@container viewer (min-width: 720px) {
  .viewer { grid-template:
    "status status" auto "chart chart" auto "transcript gauge" auto "transcript ledger" 1fr "band band" auto "log log" auto / minmax(0, 1fr) minmax(0, 1fr); }
}
@container viewer (min-width: 1060px) {
  .viewer { grid-template:
    "chart status" auto "chart transcript" minmax(150px, 1fr) "chart gauge" auto "chart ledger" auto
    "band band" auto "log log" auto / minmax(0, 2.05fr) minmax(370px, 1fr); }
  .transcript { block-size: auto; min-block-size: 0; contain: size; }
}
@container viewer (min-width: 1560px) {
  .viewer { grid-template:
    "chart status log" auto "chart transcript log" minmax(150px, 1fr) "chart gauge log" auto "chart ledger log" auto
    "band band band" auto / minmax(0, 2.75fr) minmax(390px, 1fr) minmax(360px, .95fr); }
  .log { block-size: auto; min-block-size: 0; contain: size; }
}
${PARTS_STYLE}
${CHART_STYLE}`;
