/**
 * The marks on the timeline. Marks that are close share a place and are counted. Pointing at them, or the arrow keys, shows their
 * texts.
 */
import type { Mark, MarkKind } from '../history.ts';
import { html, set, svg, write } from '../dom.ts';
import { clockTime } from '../words.ts';
import { type Cluster, clustersOf, lengthOf } from './clusters.ts';

export const GLYPHS: Record<MarkKind, string> = {
  opened: '●',
  lost: '✕',
  'keep-alive': '♥',
  dropped: '▼',
  closing: '■',
  note: '⚡',
};

/** From the top: kinds that happen together stand below one another, each at its own time. */
const LANES: Record<MarkKind, number> = {
  note: 0,
  closing: 0,
  lost: 1,
  opened: 2,
  'keep-alive': 3,
  dropped: 3,
};
const LANE_PX = 15;

/** Height of all lanes. */
export const MARKS_PX = 4 * LANE_PX;

/** The visible part of the session. */
export interface View {
  fromMs: number;
  pxPerMs: number;
  widthPx: number;
}

const HINT = 'Point at a mark to read what happened. A click, or ← and →, show that moment.';

/**
 * @param y Where the first lane's marks stand.
 * @param travelTo Shows a moment, in milliseconds; `undefined` is the present.
 */
export function momentsAt(y: number, travelTo: (atMs: number | undefined) => void) {
  const lane = svg('g');
  const reading = html('p', { class: 'reading', 'aria-live': 'polite' }, HINT);
  /** Clusters on the screen, by their first mark. */
  const shown = new Map<Mark, { cluster: Cluster; group: SVGGElement; look: string }>();
  /** Also those that are not on the screen. */
  let clusters: Cluster[] = [];
  let scale = 0;
  /** The chosen mark, which stays when its neighbours change. */
  let chosen: Mark | undefined;

  const choose = (mark: Mark | undefined) => {
    chosen = mark;
    const isChosen = ({ marks }: Cluster) => mark !== undefined && marks.includes(mark);
    for (const { cluster, group } of shown.values()) group.classList.toggle('chosen', isChosen(cluster));
    const cluster = clusters.find(isChosen);
    write(reading, cluster ? storyOf(cluster).join('; ') : HINT);
  };

  const show = (cluster: Cluster) => {
    const look = cluster.glyphs.map(({ kind, atMs, count }) => `${kind} ${atMs} ${count}`).join();
    const before = shown.get(cluster.first);
    if (before?.look === look) return before;
    before?.group.remove();
    const group = svg(
      'g',
      { class: 'moment' },
      svg('title', {}, storyOf(cluster).join('\n')),
      plate(cluster, y, scale),
    );
    group.addEventListener('click', () => travelTo(tellingOf(cluster)));
    for (const { kind, atMs, count } of cluster.glyphs) {
      const place = { x: (atMs - cluster.first.atMs) * scale, y: y + LANES[kind] * LANE_PX };
      const glyph = svg('text', { class: `mark ${kind}`, ...place }, GLYPHS[kind]);
      glyph.addEventListener('click', (event) => {
        event.stopPropagation();
        travelTo(atMs);
      });
      group.append(glyph);
      if (count > 1)
        group.append(svg('text', { class: `count ${kind}`, ...place, x: place.x + 6 }, String(count)));
    }
    group.addEventListener('pointerenter', () => choose(cluster.first));
    lane.append(group);
    const made = { cluster, group, look };
    shown.set(cluster.first, made);
    if (chosen && cluster.marks.includes(chosen)) choose(chosen);
    return made;
  };

  return {
    lane,
    reading,
    draw: (marks: readonly Mark[], { fromMs, pxPerMs, widthPx }: View) => {
      if (pxPerMs !== scale) {
        for (const { group } of shown.values()) group.remove();
        shown.clear();
        scale = pxPerMs;
      }
      clusters = clustersOf(marks, pxPerMs);
      const untilMs = fromMs + widthPx / (pxPerMs || 1);
      const present = clusters.filter(({ first }) => first.atMs >= fromMs && first.atMs <= untilMs);
      const firsts = new Set(present.map(({ first }) => first));
      for (const [first, { group }] of shown) {
        if (firsts.has(first)) continue;
        group.remove();
        shown.delete(first);
      }
      for (const cluster of present) {
        const x = cluster.first.atMs * pxPerMs;
        set(show(cluster).group, { transform: `translate(${x.toFixed(1)} 0)` });
      }
      if (chosen && !present.some(({ marks: those }) => those.includes(chosen as Mark))) choose(undefined);
    },
    /** Moves on from the chosen mark; without one, to the newest. */
    press: (key: string): boolean => {
      const at = clusters.findIndex(({ marks }) => chosen && marks.includes(chosen));
      const last = clusters.length - 1;
      const goals: Partial<Record<string, number>> = {
        ArrowLeft: at < 0 ? last : Math.max(0, at - 1),
        ArrowRight: at < 0 ? last : Math.min(last, at + 1),
        Home: 0,
        End: last,
      };
      const goal = goals[key];
      if (key !== 'Escape' && goal === undefined) return false;
      const next = goal === undefined ? undefined : clusters[goal];
      choose(next?.first);
      travelTo(next && tellingOf(next));
      return true;
    },
  };
}

/** Where a connection was lost, or else where it begins. */
function tellingOf({ marks, first }: Cluster): number {
  return (marks.find(({ kind }) => kind === 'lost') ?? first).atMs;
}

/** The area behind a cluster: a target for the pointer, visible when chosen. */
function plate(cluster: Cluster, y: number, pxPerMs: number): SVGElement {
  const place = { x: -8, y: y - 14, width: lengthOf(cluster, pxPerMs) + 3, height: MARKS_PX + 4 };
  return svg('rect', { class: 'plate', ...place, rx: 6 });
}

/** Each with its time. */
function storyOf({ marks }: Cluster): string[] {
  return marks.map(
    ({ atMs, kind, text }) => `${clockTime(atMs)} ${kind === 'lost' ? `lost: ${text}` : text}`,
  );
}
