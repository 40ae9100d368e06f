/** In the picture of the machine nothing overlaps, crosses, or leaves the frame. */
import { expect, test } from 'vitest';
import { EDGES, type Label } from '../../src/tools/viewer/statechart/arrows.ts';
import { BOXES, FORKS, FRAMES, HEIGHT, WIDTH } from '../../src/tools/viewer/statechart/layout.ts';

interface Area {
  name: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Of the widest of the fonts asked for, at the size of a label. */
const CHARACTER_WIDTH = 8.3;
const LINE = 19;

function areaOfLine({ x, y, anchor, lines }: Label, line: string, i: number): Area {
  const width = line.replaceAll('~', '').length * CHARACTER_WIDTH;
  const left = x - { start: 0, middle: width / 2, end: width }[anchor];
  const baseline = y + (i - lines.length + 1) * LINE;
  return { name: line, left, right: left + width, top: baseline - 12, bottom: baseline + 4 };
}

const lines = EDGES.flatMap(({ labels = [] }) =>
  labels.flatMap((label) => label.lines.map((line, i) => areaOfLine(label, line, i))),
);

const boxes: Area[] = Object.entries({ ...BOXES, ...FORKS }).map(([name, { x, y, w, h }]) => ({
  name,
  left: x - w / 2,
  right: x + w / 2,
  top: y - h / 2,
  bottom: y + h / 2,
}));

interface Segment {
  edge: number;
  area: Area;
  isHorizontal: boolean;
}

const segments: Segment[] = EDGES.flatMap(({ points, draws }, edge) =>
  points.slice(1).map(([x, y], i) => {
    const [fromX, fromY] = points[i] as [number, number];
    const area = {
      name: `${draws[0] ?? 'a line'}, part ${i + 1}`,
      left: Math.min(x, fromX),
      right: Math.max(x, fromX),
      top: Math.min(y, fromY),
      bottom: Math.max(y, fromY),
    };
    return { edge, area, isHorizontal: y === fromY };
  }),
);

const overlap = (a: Area, b: Area): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** The names of all that overlap. */
function clashes(some: readonly Area[], others: readonly Area[]): string[] {
  return some.flatMap((a, i) =>
    others.filter((b, j) => overlap(a, b) && (some !== others || j > i)).map((b) => `${a.name} × ${b.name}`),
  );
}

test('no label lies on another, on a state, or on the rim of a frame', () => {
  expect(clashes(lines, lines)).toEqual([]);
  expect(clashes(lines, boxes)).toEqual([]);
  const rims = Object.entries(FRAMES).flatMap(([name, { x, y, w, h }]) => [
    { name: `${name}, left`, left: x, right: x, top: y, bottom: y + h },
    { name: `${name}, right`, left: x + w, right: x + w, top: y, bottom: y + h },
    { name: `${name}, top`, left: x, right: x + w, top: y, bottom: y },
    { name: `${name}, bottom`, left: x, right: x + w, top: y + h, bottom: y + h },
  ]);
  expect(clashes(lines, rims)).toEqual([]);
});

test('no arrow runs through a label or a state', () => {
  const areas = segments.map(({ area }) => area);
  expect(clashes(areas, lines)).toEqual([]);
  expect(clashes(areas, boxes)).toEqual([]);
});

test('no two arrows cross', () => {
  const crossings = segments.flatMap((a) =>
    segments
      .filter((b) => a.edge < b.edge && a.isHorizontal !== b.isHorizontal && overlap(a.area, b.area))
      .map((b) => `${a.area.name} × ${b.area.name}`),
  );
  expect(crossings).toEqual([]);
});

test('everything is inside the picture, and arrows are straight', () => {
  for (const { name, left, right, top, bottom } of [
    ...lines,
    ...boxes,
    ...segments.map(({ area }) => area),
  ]) {
    expect(left, name).toBeGreaterThan(12);
    expect(right, name).toBeLessThan(WIDTH - 12);
    expect(top, name).toBeGreaterThan(12);
    expect(bottom, name).toBeLessThan(HEIGHT - 12);
  }
  for (const { area } of segments)
    expect(area.left === area.right || area.top === area.bottom, area.name).toBe(true);
});
