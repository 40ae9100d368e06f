/**
 * The session over time: loudness, states and events. States shorter than a pixel are also shown, since they matter most.
 */
import { CELL_MS, type History, type MarkKind, type Span } from '../history.ts';
import { html, panel, set, svg, write } from '../dom.ts';
import { inSeconds, kindOf } from '../words.ts';
import { GLYPHS, MARKS_PX, momentsAt, type View } from './moments.ts';
import type { Part, Shown } from './part.ts';

/** The smallest that holds the session so far, then the last: in steps, since another scale moves everything. */
const WINDOWS_MS = [45_000, 60_000, 90_000, 120_000] as const;

const VOICE = { y: 4, h: 40 };
const STATES = { y: 50, h: 30 };
const MARKS = { y: 98 };
const AXIS = { y: MARKS.y + MARKS_PX + 11 };
const HEIGHT = AXIS.y + 6;

/** Lateness at the top of the strip; what is later is drawn there. */
const LATE_MS = 5_000;

const MIN_SPAN_PX = 4;
/** Space right of the present, for new marks. */
const ROOM_PX = 72;
/** Space for the name of a state beside the name itself. */
const NAME_PADDING_PX = 18;

export function bandPart(history: History, shown: Shown): Part {
  const voice = svg('path', { class: 'voice' });
  const late = {
    interim: svg('path', { class: 'late interim-late' }),
    final: svg('path', { class: 'late' }),
  };
  const spans = svg('g');
  const cuts = svg('g');
  const moments = momentsAt(MARKS.y, (atMs) => {
    if (atMs !== undefined || shown.moment) shown.choose(atMs === undefined ? undefined : { atMs });
  });
  const axis = svg('g', { class: 'axis' });
  const present = svg('line', { class: 'present', y1: VOICE.y, y2: STATES.y + STATES.h + 4 });
  const past = svg('line', { class: 'past', y1: VOICE.y, y2: AXIS.y - 12 });
  // All that moves, moves together: each thing in it keeps its place.
  const world = svg('g', {}, axis, voice, late.interim, late.final, spans, cuts, moments.lane, present, past);
  const picture = svg('svg', { class: 'timeline', height: HEIGHT, role: 'img' }, hatching(), world);
  const spanElements = new Map<Span, SpanElements>();
  const losses: SVGElement[] = [];
  let width = 0;
  let told = '';
  let drawn = '';
  let drawnAxis = '';
  // Reading it while drawing would cost a layout each time.
  new ResizeObserver(() => {
    width = picture.clientWidth;
    nameWidths.clear();
    shown.redraw();
  }).observe(picture);

  /** In the font of the page, measured once. */
  const nameWidths = new Map<string, number>();
  const widthOf = (name: string, text: SVGTextElement) => {
    const known = nameWidths.get(name) ?? text.getComputedTextLength();
    if (known > 0) nameWidths.set(name, known);
    return known;
  };

  const showSpan = (span: Span): SpanElements => {
    const known = spanElements.get(span);
    if (known) return known;
    const { state } = span;
    const idle = state === 'idle-keepalive' ? ' idle' : '';
    const rect = svg('rect', {
      class: `span ${kindOf(state)}${idle}`,
      y: STATES.y,
      height: STATES.h,
      rx: 5,
      'data-span': state,
    });
    // Without a place until it is drawn.
    const text = svg('text', { class: 'span-name', y: STATES.y + 20, visibility: 'hidden' }, state);
    const group = svg('g', {}, svg('title', {}, state), rect, text);
    spans.append(group);
    const made = { group, rect, text };
    spanElements.set(span, made);
    return made;
  };

  const drawSpans = ({ fromMs, pxPerMs, widthPx }: View, nowMs: number) => {
    const untilMs = fromMs + widthPx / (pxPerMs || 1);
    const first = Math.max(
      0,
      history.spans.findLastIndex(({ atMs }) => atMs <= fromMs),
    );
    const inView = history.spans.slice(first).filter(({ atMs }) => atMs <= untilMs);
    for (const [span, { group }] of spanElements) {
      if (inView.includes(span)) continue;
      group.remove();
      spanElements.delete(span);
    }
    inView.forEach((span, i) => {
      const { rect, text } = showSpan(span);
      const endMs = history.spans[first + i + 1]?.atMs ?? nowMs;
      const left = span.atMs * pxPerMs;
      const length = Math.max(MIN_SPAN_PX, endMs * pxPerMs - left - 1);
      set(rect, { x: left, width: length });
      const seen = Math.max(left, fromMs * pxPerMs);
      const room = left + length - seen;
      set(text, {
        x: seen + 9,
        visibility: room > widthOf(span.state, text) + NAME_PADDING_PX ? 'visible' : 'hidden',
      });
    });
  };

  const drawLosses = ({ fromMs, pxPerMs, widthPx }: View) => {
    const places = history.marks
      .filter(({ kind }) => kind === 'lost')
      .map(({ atMs }) => atMs * pxPerMs)
      .filter((x) => x >= fromMs * pxPerMs && x <= fromMs * pxPerMs + widthPx);
    while (losses.length > places.length) losses.pop()?.remove();
    places.forEach((x, i) => {
      const line = losses[i] ?? svg('line', { class: 'loss', y1: VOICE.y, y2: STATES.y + STATES.h });
      if (!losses[i]) {
        cuts.append(line);
        losses.push(line);
      }
      set(line, { x1: x, x2: x });
    });
  };

  const drawVoice = ({ fromMs, pxPerMs, widthPx }: View, nowMs: number) => {
    const bars: string[] = [];
    const middle = VOICE.y + VOICE.h / 2;
    const untilMs = Math.min(nowMs, fromMs + widthPx / (pxPerMs || 1));
    for (let cell = Math.ceil(fromMs / CELL_MS); cell * CELL_MS <= untilMs; cell += 1) {
      const level = history.loudness.get(cell);
      if (level === undefined) continue;
      const half = 1 + (Math.sqrt(level) * (VOICE.h - 2)) / 2;
      const x = (cell + 0.5) * CELL_MS * pxPerMs;
      bars.push(`M${x.toFixed(1)} ${(middle - half).toFixed(1)}v${(2 * half).toFixed(1)}`);
    }
    set(voice, { d: bars.join(''), 'stroke-width': Math.max(1, CELL_MS * pxPerMs - 0.8).toFixed(1) });
  };

  const drawLateness = ({ fromMs, pxPerMs, widthPx }: View, isFinal: boolean) => {
    const untilMs = fromMs + widthPx / (pxPerMs || 1);
    const points = history.latenesses
      .filter((each) => each.isFinal === isFinal && each.atMs >= fromMs && each.atMs <= untilMs)
      .map(({ atMs, lateMs }) => {
        const y = VOICE.y + VOICE.h * (1 - Math.min(1, lateMs / LATE_MS));
        return `${(atMs * pxPerMs).toFixed(1)} ${y.toFixed(1)}`;
      });
    set(isFinal ? late.final : late.interim, { d: points.length > 0 ? `M${points.join('L')}` : '' });
  };

  const drawAxis = ({ fromMs, pxPerMs, widthPx }: View) => {
    if (pxPerMs === 0) return;
    const everyMs = [5_000, 10_000, 15_000, 30_000].find((ms) => ms * pxPerMs > 64) ?? 60_000;
    const first = Math.ceil(fromMs / everyMs);
    const last = Math.floor((fromMs + (widthPx - 30) / pxPerMs) / everyMs);
    const look = [pxPerMs, first, last].join();
    if (look === drawnAxis) return;
    drawnAxis = look;
    const ticks: SVGElement[] = [];
    for (let i = first; i <= last; i += 1) {
      const x = i * everyMs * pxPerMs;
      ticks.push(svg('line', { x1: x, x2: x, y1: VOICE.y, y2: AXIS.y - 12 }));
      ticks.push(svg('text', { x: x + 3, y: AXIS.y }, `${(i * everyMs) / 1000} s`));
    }
    axis.replaceChildren(...ticks);
  };

  const frame = html(
    'div',
    { class: 'moments', tabindex: 0, role: 'group', 'aria-label': 'Moments of the timeline' },
    picture,
  );
  frame.addEventListener('keydown', (event) => {
    if (moments.press(event.key)) event.preventDefault();
  });
  const lateTexts = [html('span', {}, '–'), html('span', {}, '–')] as const;
  const lateness = html(
    'p',
    { class: 'legend lateness' },
    html('span', {}, html('i', { class: 'line interim-late' }), ' interim text ', lateTexts[0]),
    html('span', {}, html('i', { class: 'line' }), ' final text ', lateTexts[1]),
    html('span', {}, `(up to ${LATE_MS / 1000} s drawn)`),
  );
  const parts = [
    frame,
    ...(history.latenesses.length > 0 || !history.isStill ? [lateness] : []),
    moments.reading,
  ];
  const element = panel('band', 'Timeline', parts, legend());

  /** The start of the visible range, which does not move while a moment is chosen. */
  let heldFromMs: number | undefined;
  const windowFrom = (nowMs: number, windowMs: number, pxPerMs: number) => {
    const presentFromMs = Math.floor(Math.max(0, nowMs - windowMs) * pxPerMs) / (pxPerMs || 1);
    const { moment } = shown;
    if (!moment) heldFromMs = undefined;
    else {
      heldFromMs ??= presentFromMs;
      const isInSight = moment.atMs >= heldFromMs && moment.atMs <= heldFromMs + windowMs;
      if (!isInSight) heldFromMs = Math.min(presentFromMs, Math.max(0, moment.atMs - windowMs / 2));
    }
    return heldFromMs ?? presentFromMs;
  };

  return {
    element,
    draw: () => {
      const nowMs = history.presentMs;
      const windowMs = WINDOWS_MS.find((ms) => ms >= nowMs) ?? WINDOWS_MS[3];
      const pxPerMs = Math.max(0, width - ROOM_PX) / windowMs;
      // By whole pixels.
      const fromMs = windowFrom(nowMs, windowMs, pxPerMs);
      const view = { fromMs, pxPerMs, widthPx: width };
      set(world, { transform: `translate(${-fromMs * pxPerMs} 0)` });
      drawAxis(view);
      // Of cells that have left the view, some are drawn for a while.
      const look = [pxPerMs, heldFromMs, Math.floor(nowMs / CELL_MS)].join();
      if (drawn !== look) {
        drawVoice(view, nowMs);
        for (const isFinal of [false, true]) {
          drawLateness(view, isFinal);
          const lateMs = history.latenesses.findLast((each) => each.isFinal === isFinal)?.lateMs;
          write(lateTexts[isFinal ? 1 : 0], lateMs === undefined ? '–' : `${inSeconds(lateMs)} late`);
        }
      }
      drawn = look;
      drawSpans(view, nowMs);
      drawLosses(view);
      moments.draw(history.marks, view);
      const x = nowMs * pxPerMs;
      set(present, { x1: x, x2: x, visibility: x > fromMs * pxPerMs + width ? 'hidden' : 'visible' });
      const pastX = (shown.moment?.atMs ?? 0) * pxPerMs;
      set(past, { x1: pastX, x2: pastX, visibility: shown.moment ? 'visible' : 'hidden' });
      const summary = summaryOf(history, nowMs);
      if (summary !== told) picture.setAttribute('aria-label', (told = summary));
    },
  };
}

interface SpanElements {
  group: SVGGElement;
  rect: SVGRectElement;
  text: SVGTextElement;
}

/** Idle time is hatched: no loss, and no audio. */
function hatching(): SVGElement {
  const pattern = svg(
    'pattern',
    { id: 'hatching', width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    svg('rect', { class: 'hatch-ground', width: 7, height: 7 }),
    svg('rect', { class: 'hatch-line', width: 2.2, height: 7 }),
  );
  return svg('defs', {}, pattern);
}

function legend(): HTMLElement {
  const meanings: [MarkKind, string][] = [
    ['opened', 'connected'],
    ['lost', 'lost'],
    ['keep-alive', 'KeepAlive'],
    ['dropped', 'audio dropped'],
    ['closing', 'close'],
    ['note', 'yours'],
  ];
  const items = meanings.map(([kind, text]) =>
    html('span', {}, html('i', { class: `mark ${kind}` }, GLYPHS[kind]), ` ${text}`),
  );
  return html('p', { class: 'legend', 'aria-hidden': 'true' }, ...items);
}

/** Rounded to a tenth of a minute, to avoid constant changes. */
function summaryOf({ spans, marks }: History, nowMs: number): string {
  const total = new Map<string, number>();
  spans.forEach(({ state, atMs }, i) => {
    total.set(state, (total.get(state) ?? 0) + (spans[i + 1]?.atMs ?? nowMs) - atMs);
  });
  const states = [...total].map(([state, ms]) => `${state} ${inSeconds(6_000 * Math.round(ms / 6_000), 0)}`);
  const losses = marks.filter(({ kind }) => kind === 'lost').length;
  return `States over time: ${states.join(', ')}. Connections lost: ${losses}.`;
}
