/** The floating button and its panel. */
import { tokensFor } from './tokens.ts';

const KINDS = ['resting', 'opening', 'live', 'waiting', 'closed', 'failed'];

export const DEVTOOLS_STYLE = `${tokensFor(':host')}
:host { all: initial; position: fixed; z-index: 2147483000; inset: auto 16px 16px auto; color-scheme: inherit; }
:host([data-corner="bottom-left"]) { inset: auto auto 16px 16px; }
:host([data-corner="top-left"]) { inset: 16px auto auto 16px; }
:host([data-corner="top-right"]) { inset: 16px 16px auto auto; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--opening-line); outline-offset: 2px; }
button, select {
  min-block-size: 36px; padding: 5px 12px; border: 1px solid var(--edge); border-radius: 9px;
  background: var(--raised); color: var(--ink); font: 600 13.5px/1.2 var(--sans); cursor: pointer;
}
.open { --kind: var(--resting-line); display: inline-flex; align-items: center; gap: 8px; border-radius: 99px; box-shadow: 0 2px 12px var(--shade), 0 0 0 1px var(--edge); touch-action: none; }
${KINDS.map((kind) => `.open[data-kind="${kind}"] { --kind: var(--${kind}-line); }`).join('\n')}
.open::before { content: ""; inline-size: 10px; block-size: 10px; border-radius: 50%; background: var(--kind); forced-color-adjust: none; }
.panel {
  position: fixed; inset: auto 16px 64px 16px; display: flex; flex-direction: column; max-inline-size: 1100px; margin-inline: auto;
  block-size: min(78dvh, 900px); border: 1px solid var(--edge); border-radius: 14px; background: var(--ground); box-shadow: 0 12px 48px var(--shade);
}
:host([data-corner^="top"]) .panel { inset: 64px 16px auto 16px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; padding: 10px 14px; border-block-end: 1px solid var(--edge); color: var(--ink); }
h2 { margin: 0; font: 650 15px/1.2 var(--sans); }
header button { margin-inline-start: auto; }
.body { flex: 1; min-block-size: 0; overflow: auto; padding: 12px; border-radius: 0 0 14px 14px; }
`;
