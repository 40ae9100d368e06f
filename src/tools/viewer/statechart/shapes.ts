/**
 * The picture's shapes as SVG markup, without a colour: `style.ts` has those. States and arrows carry their names in `data-`
 * attributes, so that a viewer can light them. No inline style: a strict Content-Security-Policy would refuse it.
 */
import { type Edge, EDGES, type Label } from './arrows.ts';
import { TONES } from './colours.ts';
import type { MachineGraph } from './graph.ts';
import { BOXES, type Box, FORKS, FRAMES } from './layout.ts';

const CORNER = 14;
const LINE = 19;

/** Everything between the paper and the legend. */
export function drawShapes(graph: MachineGraph): string {
  const parts = [
    `<defs>${Object.keys(TONES).map(arrowHead).join('')}</defs>`,
    ...Object.entries(FRAMES).map(frame),
    ...EDGES.map(edge),
    initial(graph),
    ...graph.states
      .filter(({ name }) => BOXES[name])
      .map(({ name, isFinal }) => box(name, BOXES[name] as Box, isFinal)),
    ...Object.values(FORKS).map(fork),
    ...EDGES.flatMap(({ labels = [], tone }, i) => labels.map((each) => label(each, i, tone))),
  ];
  return parts.join('\n');
}

const arrowHead = (tone: string): string =>
  `<marker id="${tone}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="13" markerHeight="13" markerUnits="userSpaceOnUse" orient="auto"><path class="${tone}-head" d="M0 .6 10 5 0 9.4 2.4 5z"/></marker>`;

function frame([name, { x, y, w, h, caption }]: [string, (typeof FRAMES)[string]]): string {
  return `<rect class="frame" x="${x}" y="${y}" width="${w}" height="${h}" rx="18"/>
<text x="${x + 20}" y="${y + 29}"><tspan class="title">${name}</tspan><tspan class="note" dx="10">${caption}</tspan></text>`;
}

function box(name: string, { kind, x, y, w, h, caption }: Box, isFinal: boolean): string {
  const top = y - (caption.length * LINE) / 2 + 5;
  const rect = (className: string, inset: number) =>
    `<rect class="${className}" x="${x - w / 2 + inset}" y="${y - h / 2 + inset}" width="${w - 2 * inset}" height="${h - 2 * inset}" rx="${13 - inset / 2}"/>`;
  return [
    `<g class="state" data-state="${name}">${rect(`box ${kind}`, 0)}`,
    isFinal ? rect(`box rim ${kind}`, 4.5) : '',
    `<text class="name" x="${x}" y="${top}">${name}</text>`,
    ...caption.map((text, i) => `<text class="caption" x="${x}" y="${top + (i + 1) * LINE}">${text}</text>`),
    '</g>',
  ].join('');
}

function fork({ x, y, w, h, text, caption }: (typeof FORKS)['deciding']): string {
  const turn = h > w ? ` transform="rotate(-90 ${x} ${y})"` : '';
  const words = caption
    ? `<text class="name" x="${x}" y="${y - 2}">${text}</text><text class="caption" x="${x}" y="${y + 15}">${caption}</text>`
    : `<text class="turned" x="${x}" y="${y + 5}"${turn}>${text}</text>`;
  return `<rect class="fork" x="${x - w / 2}" y="${y - h / 2}" width="${w}" height="${h}" rx="${Math.min(w, h) / 2}"/>${words}`;
}

function edge({ points, tone, headless }: Edge, index: number): string {
  const head = headless ? '' : ` marker-end="url(#${tone})"`;
  return `<path class="edge ${tone}" data-edge="${index}" d="${rounded(points)}"${head}/>`;
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
function label({ x, y, anchor, lines }: Label, edgeIndex: number, tone: string): string {
  const isInside = Object.values(FRAMES).some((f) => x > f.x && x < f.x + f.w && y > f.y && y < f.y + f.h);
  const words = lines.map((line, i) => {
    const spans = line
      .split('~')
      .map((part, isCondition) => (isCondition ? `<tspan class="condition">${part}</tspan>` : part))
      .join('');
    return `<text class="label" x="${x}" y="${y + (i - lines.length + 1) * LINE}" text-anchor="${anchor}">${spans}</text>`;
  });
  return `<g class="words${isInside ? ' in' : ''}" data-edge="${edgeIndex}" data-tone="${tone}">${words.join('')}</g>`;
}

function initial({ states }: MachineGraph): string {
  const state = states.find(({ isInitial }) => isInitial);
  const { x, y, w, h } = BOXES[state?.name ?? ''] as Box;
  const left = x - w / 2 + 22;
  const top = y - h / 2;
  return `<circle class="start-head" cx="${left}" cy="${top - 42}" r="7"/><path class="edge start" d="M${left} ${top - 42}V${top}" marker-end="url(#start)"/>`;
}
