/** Compares `docs/machine.md` and its picture with the machine, and its invariants with their tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drawPicture, renewSpecification } from '../../scripts/draw-statechart/files.ts';
import { graphOf } from '../../src/tools/viewer/statechart/graph.ts';
import { EDGES } from '../../src/tools/viewer/statechart/arrows.ts';
import { NOTES } from '../../scripts/draw-statechart/notes.ts';
import { BOXES, FORKS, FRAMES } from '../../src/tools/viewer/statechart/layout.ts';
import { connectionMachine } from '../../src/connection/connection-machine.ts';
import { EVENTS, STATES } from '../connection/transition-table.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const specification = read('docs', 'machine.md');
const graph = graphOf(connectionMachine);

const RENEW = 'Run `node scripts/draw-statechart.mjs`.';

describe('the specification', () => {
  test('shows the tables that the tests use', () => {
    expect(specification === renewSpecification(specification), RENEW).toBe(true);
  });

  test('explains every state and every event', () => {
    for (const name of [...STATES, ...EVENTS]) expect(specification, name).toContain(`\`${name}\``);
  });

  test('names no invariant that is not tested, and the tests none that is not named', () => {
    const files = readdirSync(join(root, 'test', 'connection')).filter((file) => file.endsWith('.test.ts'));
    const titles = files.flatMap((file) => read('test', 'connection', file).match(/\[[GM\d, ]+\]/g) ?? []);
    const tested = new Set(titles.flatMap((title) => title.match(/M\d+/g) ?? []));
    const named = new Set(specification.match(/^\| M\d+(?= )/gm)?.map((cell) => cell.slice(2)));
    expect([...tested].sort()).toEqual([...named].sort());
  });
});

describe('the picture', () => {
  test('is the one that the machine gives', () => {
    expect(read('docs', 'statechart.svg') === drawPicture(), RENEW).toBe(true);
  });

  test('has a place for every state, and no other', () => {
    const names = graph.states.map(({ name }) => name);
    expect([...Object.keys(BOXES), ...Object.keys(FRAMES), 'deciding'].sort()).toEqual([...names].sort());
  });

  test('draws the state that lasts no time as a decision', () => {
    expect(FORKS).toHaveProperty('deciding');
  });

  test('shows every transition once, and no other', () => {
    const drawn = [...EDGES, ...NOTES, ...Object.values(BOXES)].flatMap(({ draws = [] }) => draws);
    expect([...drawn].sort()).toEqual(graph.transitions.map(({ id }) => id).sort());
  });
});
