/** The connection machine as a picture in a file of its own, for light and dark. */
import { NOTES } from './notes.ts';
import { COLOURS } from '../../src/tools/viewer/statechart/colours.ts';
import type { MachineGraph } from '../../src/tools/viewer/statechart/graph.ts';
import { BOXES, HEIGHT, WIDTH } from '../../src/tools/viewer/statechart/layout.ts';
import { drawShapes } from '../../src/tools/viewer/statechart/shapes.ts';
import { STATECHART_STYLE } from '../../src/tools/viewer/statechart/style.ts';

const LINE = 19;

/** The whole file. */
export function drawStatechart(graph: MachineGraph): string {
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title description">`,
    '<title id="title">The connection machine of rx-deepgram</title>',
    `<desc id="description">${describe(graph)}</desc>`,
    style(),
    `<rect class="paper" x="1" y="1" width="${WIDTH - 2}" height="${HEIGHT - 2}" rx="16"/>`,
    drawShapes(graph),
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
  return `<style>
svg{${variables(0)}}
@media (prefers-color-scheme:dark){svg{${variables(1)}}}
.paper{fill:var(--paper);stroke:var(--edge)}
${STATECHART_STYLE}
</style>`;
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
