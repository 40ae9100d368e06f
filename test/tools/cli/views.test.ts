import { describe, expect, test } from 'vitest';
import { frame } from '../../../src/tools/cli/demo/frame.ts';
import { STATES } from '../../../src/tools/cli/demo/look.ts';
import type { Outcome } from '../../../src/tools/cli/demo/performance.ts';
import { LOCAL_PLAN } from '../../../src/tools/cli/demo/plan.ts';
import { record, report } from '../../../src/tools/cli/demo/report.ts';
import { Story } from '../../../src/tools/cli/demo/story.ts';
import { tellLine } from '../../../src/tools/cli/demo/telling.ts';
import { judge } from '../../../src/tools/cli/demo/verdict.ts';
import { paint, span, type Style } from '../../../src/tools/cli/terminal/span.ts';
import { kindOf } from '../../../src/tools/viewer/words.ts';
import { NOW_MS, PROGRAMME, said, storyOfARun } from './story-of-a-run.ts';

const ESCAPE = '\u001b';

function plain(text: string): string {
  return text.replaceAll(new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g'), '');
}

const room = (columns: number, rows: number, colour = false) => ({ columns, rows, colour });

describe('frame', () => {
  test('at 80 columns without colour, letters show the states', () => {
    const lines = frame(storyOfARun(), PROGRAMME, room(80, 24), NOW_MS);
    expect(lines.join('\n')).toMatchSnapshot();
  });

  test('at 40 columns everything is still there, only less of it', () => {
    const lines = frame(storyOfARun(), PROGRAMME, room(40, 24), NOW_MS);
    expect(lines.join('\n')).toMatchSnapshot();
  });

  test.each([
    [200, 60],
    [120, 40],
    [80, 24],
    [40, 24],
    [40, 10],
    [20, 6],
    [10, 3],
  ])('fits %i columns and %i rows, at any time, in colour and without', (columns, rows) => {
    for (const colour of [true, false]) {
      for (const [story, nowMs] of [
        [new Story(), 0],
        [storyOfARun(), NOW_MS],
        [storyOfARun(), 200_000],
      ] as const) {
        const lines = frame(story, PROGRAMME, room(columns, rows, colour), nowMs);
        expect(lines.length).toBeLessThanOrEqual(Math.max(4, rows - 1));
        expect(Math.max(...lines.map((line) => plain(line).length))).toBeLessThan(Math.max(23, columns));
      }
    }
  });

  test('colour changes nothing but the colour, the filling of the band and the marks of recovered words', () => {
    const lines = frame(storyOfARun(), PROGRAMME, room(80, 24, true), NOW_MS);
    expect(lines.join('')).toContain(`${ESCAPE}[32m`);
    expect(lines.map(plain)).toHaveLength(frame(storyOfARun(), PROGRAMME, room(80, 24), NOW_MS).length);
  });

  test('without colour no control code is written', () => {
    expect(frame(storyOfARun(), PROGRAMME, room(80, 24), NOW_MS).join('')).not.toContain(ESCAPE);
  });

  test('the height stands still while the story grows', () => {
    const early = frame(new Story(), PROGRAMME, room(80, 40), 0);
    const late = frame(storyOfARun(), PROGRAMME, room(80, 40), NOW_MS);
    expect(early.length).toBe(late.length);
  });

  test('a short state is shown in the band: each cell shows its most important state', () => {
    const state = frame(storyOfARun(), PROGRAMME, room(120, 40), NOW_MS).find((line) =>
      line.includes('state '),
    );
    expect(state).toMatch(/C?S+K+S+RS+XS?/);
  });
});

describe('telling', () => {
  test('every piece of news is one line, without control codes', () => {
    const lines: string[] = [];
    storyOfARun((news) => {
      const line = tellLine(news);
      if (line) lines.push(paint(line, false));
    });
    expect(lines.join('\n')).toMatchSnapshot();
    expect(lines.join('')).not.toContain(ESCAPE);
  });
});

describe('report', () => {
  const ledger = { accepted: 435_200, confirmed: 435_200, pending: 0, dropped: 0, sampleRate: 16_000 };
  const outcome: Outcome = {
    report: {
      outcome: 'drained',
      error: undefined,
      lastEnd: undefined,
      ledger,
      connections: 3,
      attempts: 3,
      keepAlives: 4,
      silenceMs: 0,
      longestOutboundSilenceMs: 3_002,
    },
    undisturbed: [
      said('and mister john dashwood had then leisure to consider how much there might be prudently', 0.2),
      said('he was not an ill disposed young man', 7.3),
      said('unless to be rather cold heart', 11),
      said('had he married', 17),
    ],
    undisturbedError: undefined,
    measuredSilenceMs: 3_010,
  };
  const finished = () => {
    const story = storyOfARun();
    story.receive(said('had he married', 17, { connection: 3 }), NOW_MS + 1_000);
    return story;
  };
  const page = (story: Story, ended: Outcome, columns: number) =>
    report(story, ended, judge(story, ended, LOCAL_PLAN, 27.2), { columns, colour: false }).join('\n');

  test('a difference at a seam is shown, and is no failure', () => {
    expect(page(finished(), outcome, 80)).toMatchSnapshot();
  });

  test('fits 40 columns, and so does the record', () => {
    const story = finished();
    const lines =
      `${page(story, outcome, 40)}\n${record(story, { columns: 40, colour: false }).join('\n')}`.split('\n');
    expect(lines.filter((line) => line.length >= 40)).toEqual([]);
  });

  test('every kind of failure is reported', () => {
    const story = storyOfARun();
    story.receive(said('young man young man', 9.5, { connection: 3, end: 23 }), NOW_MS + 1_000);
    const failed: Outcome = {
      ...outcome,
      report: {
        ...outcome.report,
        outcome: 'deadline',
        ledger: { ...ledger, accepted: 419_200, confirmed: 400_000, pending: 3_200, dropped: 16_000 },
        longestOutboundSilenceMs: 12_000,
      },
    };
    expect(page(story, failed, 100)).toMatchSnapshot();
  });
});

test('a state is of the same kind here and in the viewer, and has the colour of its kind', () => {
  for (const [state, { kind, styles }] of Object.entries(STATES)) {
    expect(kind, state).toBe(kindOf(state));
    const other = Object.values(STATES).find((each) => each.kind === kind);
    expect(styles, state).toEqual(other?.styles);
  }
});

test('no colour vanishes on a light terminal: neither yellow nor cyan of the theme is used', () => {
  const styles: Style[] = ['amber', 'teal', 'green', 'blue', 'red', 'grey', 'magenta'];
  for (const style of styles) expect(paint([span('x', style)], true), style).not.toMatch(/\[(33|36|93|96)m/);
});
