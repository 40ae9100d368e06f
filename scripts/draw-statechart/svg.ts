/** Draws the connection machine as SVG, for light and dark. */
import { type Edge, EDGES, type Label, NOTES } from './arrows.ts';
import { BOXES, type Box, FORKS, FRAMES, HEIGHT, type Kind, WIDTH } from './layout.ts';
import type { MachineGraph } from './graph.ts';

const CORNER = 14;
const LINE = 19;

/** Light and dark of each colour. */
const COLOURS: Record<string, [light: string, dark: string]> = {
  paper: ['#ffffff', '#0d1117'],
  edge: ['#d8dee6', '#30363d'],
  ink: ['#1b2430', '#e6edf3'],
  muted: ['#5c6877', '#9aa6b4'],
  'resting-fill': ['#f1f3f6', '#1c222b'],
  'resting-line': ['#8a96a5', '#6f7b8a'],
  'opening-fill': ['#e8f0ff', '#12233f'],
  'opening-line': ['#3d7be0', '#5b9bff'],
  'live-fill': ['#e3f7ec', '#0f2c20'],
  'live-line': ['#169a61', '#35c98a'],
  'waiting-fill': ['#fff3db', '#33260c'],
  'waiting-line': ['#c98206', '#e3a93c'],
  'closed-fill': ['#eceff3', '#222a34'],
  'closed-line': ['#4d5a6a', '#b0bccb'],
  'failed-fill': ['#fde9e7', '#3a1614'],
  'failed-line': ['#cf3a30', '#f47067'],
  'frame-fill': ['#f7faf9', '#10171c'],
  'frame-line': ['#9fc3b3', '#2f5546'],
  'fork-fill': ['#f6f3fd', '#211b33'],
  'fork-line': ['#8b6fd4', '#a78bfa'],
};

const TONES = {
  start: 'ink',
  open: 'opening-line',
  live: 'live-line',
  lost: 'waiting-line',
  fail: 'failed-line',
  end: 'closed-line',
};

/** The whole file. */
export function drawStatechart(graph: MachineGraph): string {
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title description">`,
    '<title id="title">The connection machine of rx-deepgram</title>',
    `<desc id="description">${describe(graph)}</desc>`,
    style(),
    `<defs>${Object.keys(TONES).map(arrowHead).join('')}</defs>`,
    `<rect class="paper" x="1" y="1" width="${WIDTH - 2}" height="${HEIGHT - 2}" rx="16"/>`,
    ...Object.entries(FRAMES).map(frame),
    ...EDGES.map(edge),
    initial(graph),
    ...graph.states
      .filter(({ name }) => BOXES[name])
      .map(({ name, isFinal }) => box(name, BOXES[name] as Box, isFinal)),
    ...Object.values(FORKS).map(fork),
    ...EDGES.flatMap(({ labels = [] }) => labels.map(label)),
    legend(),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function describe({ states, transitions }: MachineGraph): string {
  const drawn = states.filter(({ name }) => BOXES[name]).map(({ name }) => name);
  return `${drawn.length} states: ${drawn.join(', ')}; ${transitions.length} transitions. The same in words: docs/machine.md.`;
}

function style(): string {
  const variables = (index: 0 | 1) =>
    Object.entries(COLOURS)
      .map(([name, pair]) => `--${name}:${pair[index]}`)
      .join(';');
  const kinds: Kind[] = ['resting', 'opening', 'live', 'waiting', 'closed', 'failed'];
  return `<style>
svg{${variables(0)}}
@media (prefers-color-scheme:dark){svg{${variables(1)}}}
text{font-family:-apple-system,BlinkMacSystemFont,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif;fill:var(--ink)}
.paper{fill:var(--paper);stroke:var(--edge)}
.name{font-size:19px;font-weight:650;text-anchor:middle}
.caption{font-size:14.5px;fill:var(--muted);text-anchor:middle}
.label{font-size:16px;paint-order:stroke;stroke:var(--paper);stroke-width:5px;stroke-linejoin:round}
.in .label{stroke:var(--frame-fill)}
.condition{font-style:italic;fill:var(--muted)}
.note{font-size:14px;fill:var(--muted)}
.box{stroke-width:1.8}
.rim{fill:none;stroke-width:1.2}
.edge{fill:none;stroke-width:1.9}
.frame{fill:var(--frame-fill);stroke:var(--frame-line);stroke-width:1.6}
.fork{fill:var(--fork-fill);stroke:var(--fork-line);stroke-width:1.6;stroke-dasharray:5 4}
${kinds.map((kind) => `.${kind}{fill:var(--${kind}-fill);stroke:var(--${kind}-line)}`).join('\n')}
${Object.entries(TONES)
  .map(([tone, colour]) => `.${tone}{stroke:var(--${colour})}.${tone}-head{fill:var(--${colour})}`)
  .join('\n')}
</style>`;
}

const arrowHead = (tone: string): string =>
  `<marker id="${tone}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="13" markerHeight="13" markerUnits="userSpaceOnUse" orient="auto"><path class="${tone}-head" d="M0 .6 10 5 0 9.4 2.4 5z"/></marker>`;

function frame([name, { x, y, w, h, caption }]: [string, (typeof FRAMES)[string]]): string {
  return `<rect class="frame" x="${x}" y="${y}" width="${w}" height="${h}" rx="18"/>
<text x="${x + 20}" y="${y + 29}"><tspan class="name" style="text-anchor:start">${name}</tspan><tspan class="note" dx="10">${caption}</tspan></text>`;
}

function box(name: string, { kind, x, y, w, h, caption }: Box, isFinal: boolean): string {
  const top = y - (caption.length * LINE) / 2 + 5;
  const rect = (className: string, inset: number) =>
    `<rect class="${className}" x="${x - w / 2 + inset}" y="${y - h / 2 + inset}" width="${w - 2 * inset}" height="${h - 2 * inset}" rx="${13 - inset / 2}"/>`;
  return [
    `<g>${rect(`box ${kind}`, 0)}`,
    isFinal ? rect(`box rim ${kind}`, 4.5).replace('class="', 'style="fill:none" class="') : '',
    `<text class="name" x="${x}" y="${top}">${name}</text>`,
    ...caption.map((text, i) => `<text class="caption" x="${x}" y="${top + (i + 1) * LINE}">${text}</text>`),
    '</g>',
  ].join('');
}

function fork({ x, y, w, h, text, caption }: (typeof FORKS)['verdict']): string {
  const turn = h > w ? ` transform="rotate(-90 ${x} ${y})"` : '';
  const words = caption
    ? `<text class="name" x="${x}" y="${y - 2}">${text}</text><text class="caption" x="${x}" y="${y + 15}">${caption}</text>`
    : `<text class="caption" style="fill:var(--ink);font-size:16px" x="${x}" y="${y + 5}"${turn}>${text}</text>`;
  return `<rect class="fork" x="${x - w / 2}" y="${y - h / 2}" width="${w}" height="${h}" rx="${Math.min(w, h) / 2}"/>${words}`;
}

function edge({ points, tone, headless }: Edge): string {
  const head = headless ? '' : ` marker-end="url(#${tone})"`;
  return `<path class="edge ${tone}" d="${rounded(points)}"${head}/>`;
}

/** Straight lines with rounded corners. */
function rounded(points: readonly (readonly [number, number])[]): string {
  return points
    .map((point, i) => {
      const before = points[i - 1];
      const after = points[i + 1];
      if (!before) return `M${point.join(' ')}`;
      if (!after) return `L${point.join(' ')}`;
      return `L${towards(point, before).join(' ')}Q${point.join(' ')} ${towards(point, after).join(' ')}`;
    })
    .join('');
}

function towards([x, y]: readonly [number, number], [toX, toY]: readonly [number, number]): [number, number] {
  const length = Math.hypot(toX - x, toY - y);
  const part = Math.min(CORNER, length / 2) / length;
  return [x + (toX - x) * part, y + (toY - y) * part];
}

/** The last line stands on `y`; the others above it. */
function label({ x, y, anchor, lines }: Label): string {
  const isInside = Object.values(FRAMES).some((f) => x > f.x && x < f.x + f.w && y > f.y && y < f.y + f.h);
  const words = lines.map((line, i) => {
    const spans = line
      .split('~')
      .map((part, isCondition) => (isCondition ? `<tspan class="condition">${part}</tspan>` : part))
      .join('');
    return `<text class="label" x="${x}" y="${y + (i - lines.length + 1) * LINE}" text-anchor="${anchor}">${spans}</text>`;
  });
  return `<g${isInside ? ' class="in"' : ''}>${words.join('')}</g>`;
}

function initial({ states }: MachineGraph): string {
  const state = states.find(({ isInitial }) => isInitial);
  const { x, y, w, h } = BOXES[state?.name ?? ''] as Box;
  const left = x - w / 2 + 22;
  const top = y - h / 2;
  return `<circle class="start-head" cx="${left}" cy="${top - 42}" r="7"/><path class="edge start" d="M${left} ${top - 42}V${top}" marker-end="url(#start)"/>`;
}

function legend(): string {
  const kinds: [string, string, number][] = [
    ['box resting', 'resting', 26],
    ['box opening', 'opening', 110],
    ['box live', 'open', 200],
    ['box waiting', 'waiting', 272],
    ['box closed', 'final', 358],
    ['fork', 'decision', 426],
  ];
  const swatches = kinds.map(
    ([className, text, x]) =>
      `<rect class="${className}" x="${x}" y="755" width="18" height="18" rx="${className === 'fork' ? 9 : 5}"/><text class="note" x="${x + 25}" y="769">${text}</text>`,
  );
  const notes = NOTES.filter(({ text }) => text).map(
    ({ text }, i) => `<text class="note" x="1176" y="${760 + i * LINE}" text-anchor="end">${text}</text>`,
  );
  return [...swatches, ...notes].join('\n');
}
