/** Every part but the statechart. */

const KINDS = ['resting', 'opening', 'live', 'waiting', 'closed', 'failed'];

export const PARTS_STYLE = `
/* State */
.status { position: relative; overflow: hidden; --kind: var(--resting-line); }
${KINDS.map((kind) => `.status[data-kind="${kind}"] { --kind: var(--${kind}-line); }`).join('\n')}
.status::before { content: ""; position: absolute; inset: 0 auto 0 0; inline-size: 5px; background: var(--kind); transition: background .2s; }
.status .head { position: absolute; clip-path: inset(50%); }
.state-name { font-size: 25px; line-height: 1.2; font-weight: 700; letter-spacing: -.01em; }
.state-name::before {
  content: ""; display: inline-block; inline-size: .5em; block-size: .5em; margin-inline-end: .45em; border-radius: 50%;
  vertical-align: .09em; background: var(--kind); box-shadow: 0 0 0 4px color-mix(in srgb, var(--kind) 22%, transparent);
}
.meaning { min-block-size: 1.5em; color: var(--muted); }

/* Transcript */
.transcript { display: flex; flex-direction: column; }
.transcript .text { flex: 1; min-block-size: 0; overflow-y: auto; font-size: 17px; line-height: 1.55; overflow-wrap: anywhere; }
.interim { color: var(--muted); font-style: italic; text-decoration: underline dotted 1.5px; text-underline-offset: 4px; text-decoration-color: var(--opening-line); }
.seam {
  display: inline-block; min-inline-size: 1.5em; padding: 0 .4em; border-radius: 99px; border: 1.5px solid var(--waiting-line);
  font: 650 11.5px/1.45 var(--mono); text-align: center; vertical-align: .14em; color: var(--ink-lost); background: var(--waiting-fill);
}
.transcript .legend { align-items: baseline; gap: 4px 10px; }
.transcript .legend .seam { margin-inline-end: -4px; }

/* Silence on the wire */
.figures { display: flex; align-items: baseline; gap: 12px; margin-inline-start: auto; }
.figure { min-inline-size: 3.4em; font-size: 21px; line-height: 1.2; text-align: end; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.gauge .muted { font-variant-numeric: tabular-nums; }
.track { position: relative; block-size: 16px; overflow: hidden; border-radius: 99px; background: var(--resting-fill); }
.zones {
  position: absolute; inset: 0; opacity: .38;
  background: linear-gradient(90deg, var(--live-line) calc(var(--keep-alive) * 100%), var(--waiting-line) calc(var(--keep-alive) * 100% + 8%) 62%, var(--failed-line));
}
.fill {
  position: absolute; inset: 0; transform-origin: left; transform: scaleX(var(--part));
  background: linear-gradient(90deg, var(--live-line), var(--live-line)); border-inline-end: 0;
}
.peak { position: absolute; inset-block: 0; left: calc(var(--part) * 100%); inline-size: 3px; margin-inline-start: -3px; background: var(--ink); }
.track.off .fill { visibility: hidden; }
.scale { position: relative; block-size: 1.5em; margin-block-start: 4px; font-size: 12.5px; color: var(--muted); }
.scale span { position: absolute; white-space: nowrap; left: calc(var(--at) * 100%); }
.scale span:nth-child(2) { transform: translateX(-1px); padding-inline-start: 6px; border-inline-start: 2px solid var(--muted); line-height: 1.2; }
.scale span:last-child { transform: translateX(-100%); color: var(--ink-failed); font-weight: 650; }

/* The ledger */
.bar { display: flex; gap: 2px; block-size: 16px; margin-block: 2px 8px; overflow: hidden; border-radius: 99px; background: var(--resting-fill); }
.bar div { flex: 0 0 0; }
.bar .confirmed { background: var(--live-line); }
.bar .pending { background: repeating-linear-gradient(135deg, var(--opening-line) 0 5px, color-mix(in srgb, var(--opening-line) 62%, var(--raised)) 5px 8px); }
.bar .dropped { background: var(--failed-line); }
.sum { display: grid; grid-template-columns: repeat(4, auto); justify-content: space-between; gap: 4px; }
.sum div { position: relative; }
.sum dt { font-size: 12.5px; color: var(--muted); }
.sum dt::before { content: ""; display: inline-block; inline-size: 9px; block-size: 9px; margin-inline-end: 5px; border-radius: 3px; }
.sum .accepted dt::before { display: none; }
.sum .confirmed dt::before { background: var(--live-line); }
.sum .pending dt::before { background: var(--opening-line); }
.sum .dropped dt::before { background: var(--failed-line); }
.sum dd { font-size: 18px; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.sum .confirmed dd::before { content: "= "; color: var(--muted); font-weight: 400; }
.sum .pending dd::before, .sum .dropped dd::before { content: "+ "; color: var(--muted); font-weight: 400; }

/* Timeline */
/* Marks at the edge are whole. */
.timeline { display: block; inline-size: 100%; overflow: visible; clip-path: inset(0 -9px); }
.timeline text { font: 12px var(--sans); fill: var(--muted); }
.axis line { stroke: var(--edge); stroke-width: 1; }
.voice { fill: none; stroke: var(--opening-line); opacity: .85; }
.late { fill: none; stroke: var(--ink); stroke-width: 1.8; stroke-linejoin: round; }
.interim-late { stroke: var(--muted); stroke-width: 1.2; stroke-dasharray: 3 2; }
.lateness { margin-block-start: 2px; font-variant-numeric: tabular-nums; }
.lateness .line { display: inline-block; inline-size: 18px; border-block-start: 2px solid var(--ink); vertical-align: middle; }
.lateness .interim-late { border-block-start: 2px dashed var(--muted); }
.present { stroke: var(--ink); stroke-width: 1.5; opacity: .55; }
.timeline .span-name { font-weight: 650; fill: var(--on-span, var(--ink)); pointer-events: none; }
.span { stroke: none; }
${KINDS.map((kind) => `.span.${kind} { fill: var(--${kind}-line); }`).join('\n')}
.span.idle { fill: url(#hatching); stroke: var(--live-line); stroke-width: 1; }
.hatch-ground { fill: var(--live-fill); }
.hatch-line { fill: color-mix(in srgb, var(--live-line) 45%, var(--live-fill)); }
.timeline .span:not(.idle) + .span-name { fill: #04120b; }
.timeline .failed + .span-name, .timeline .closed + .span-name { fill: light-dark(#fff, #04120b); }
.timeline .idle + .span-name { paint-order: stroke; stroke: var(--live-fill); stroke-width: 4px; stroke-linejoin: round; }
.moments { border-radius: 8px; }
.timeline .mark { font-size: 14px; text-anchor: middle; }
.timeline .count { font-size: 11px; font-weight: 700; fill: var(--ink); }
.plate { fill: transparent; stroke: none; }
.moment.chosen .plate, .moment:hover .plate { fill: var(--resting-fill); stroke: var(--muted); }
.reading { block-size: 3em; overflow-y: auto; margin-block-start: 6px; font-size: 12.5px; color: var(--muted); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.mark.opened { fill: var(--live-line); color: var(--ink-live); }
.loss { stroke: var(--failed-line); stroke-width: 2; }
.mark.lost { fill: var(--failed-line); color: var(--ink-failed); font-weight: 800; }
.mark.keep-alive { fill: var(--opening-line); color: var(--ink-opening); }
.mark.dropped { fill: var(--failed-line); color: var(--ink-failed); }
.mark.closing { fill: var(--ink); color: var(--ink); }
.mark.note { fill: var(--waiting-line); color: var(--ink-lost); }
.band .legend i { font-style: normal; }

/* Forced colours take backgrounds away: these are the picture itself. */
@media (forced-colors: active) {
  .track, .bar, .sum dt::before, .state-name::before, .status::before { forced-color-adjust: none; }
  .track, .bar, .seam { border: 1px solid CanvasText; }
  .interim { text-decoration-color: currentcolor; }
  .rows li[aria-selected="true"] { outline: 2px solid Highlight; outline-offset: -2px; }
}

/* Event log */
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-inline-start: auto; font-size: 12.5px; }
.tools input, .tools button { min-block-size: 28px; padding: 3px 9px; border: 1px solid var(--edge); border-radius: 8px; background: var(--raised); color: var(--ink); font: 12.5px/1.2 var(--sans); }
.tools input { inline-size: 9em; }
.tools button { font-weight: 600; cursor: pointer; }
/* The past */
.status .tools { margin: 10px 0 0; }
.status .tools button[aria-disabled="true"] { border-style: dashed; color: var(--muted); background: transparent; cursor: default; }
.past .status, .past .chart, .past .transcript, .past .gauge, .past .ledger { border-style: dashed; border-color: var(--opening-line); }
.timeline .past { stroke: var(--opening-line); stroke-width: 2; stroke-dasharray: 5 3; }
.moment { cursor: pointer; }
.rows li[aria-selected="true"] { background: var(--opening-fill); box-shadow: inset 3px 0 var(--opening-line); }
.rows li { cursor: pointer; }
.problem:not(:empty) { margin: 0 0 12px; padding: 10px 14px; border: 1px solid var(--failed-line); border-radius: 10px; background: var(--failed-fill); color: var(--ink-failed); overflow-wrap: anywhere; }
:host([data-drop]) .viewer { outline: 3px dashed var(--opening-line); outline-offset: 4px; }

.final span:hover { background: var(--opening-fill); }
.log { display: flex; flex-direction: column; }
.rows { flex: 1; min-block-size: 0; overflow-y: auto; list-style: none; font-size: 13.5px; }
.rows li { display: flex; gap: 12px; padding: 3px 2px; border-block-end: 1px solid color-mix(in srgb, var(--edge) 55%, transparent); }
.rows time { flex: none; font: 12.5px/1.65 var(--mono); color: var(--muted); }
.rows b { font: 600 12.5px/1.6 var(--mono); margin-inline-end: 4px; }
.rows .detail { color: var(--muted); overflow-wrap: anywhere; }
.rows .to { margin-inline-end: 4px; font-weight: 650; white-space: nowrap; color: var(--ink); }
.rows .to.live { color: var(--ink-live); }
.rows .to.opening { color: var(--ink-opening); }
.rows .to.waiting { color: var(--ink-lost); }
.rows .to.failed, .rows .error b { color: var(--ink-failed); }
.rows .warning b, .rows .note b { color: var(--ink-lost); }
.rows .note b { font-family: var(--sans); font-size: 13.5px; }
.rows .ignored b { color: var(--muted); font-weight: 400; }
`;
