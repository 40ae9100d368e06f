import { describe, expect, test } from 'vitest';
import { abilitiesOf } from '../../../src/tools/cli/terminal/abilities.ts';
import { LiveRegion } from '../../../src/tools/cli/terminal/live-region.ts';
import { fit, flow, justify, paint, span, wrap } from '../../../src/tools/cli/terminal/span.ts';

const ESCAPE = '\u001b';

describe('abilitiesOf', () => {
  test.each([
    ['a terminal', true, {}, true, true],
    ['a pipe', false, {}, false, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false, false],
    ['a build', true, { CI: 'true' }, false, true],
    ['no build after all', true, { CI: 'false' }, true, true],
    ['NO_COLOR', true, { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR, which says nothing', true, { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR into a pipe', false, { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR against NO_COLOR', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, true],
    ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, true, false],
  ])('%s', (_, isTTY, env, live, colour) => {
    expect(abilitiesOf({ isTTY, env })).toEqual({ live, colour });
  });
});

describe('spans', () => {
  test('colour is closed in the order it was opened', () => {
    expect(paint([span('a', 'bold', 'red'), span('b')], true)).toBe(
      `${ESCAPE}[1m${ESCAPE}[31ma${ESCAPE}[39m${ESCAPE}[22mb`,
    );
    expect(paint([span('a', 'red'), span('b ')], false)).toBe('ab');
  });

  test('ends a text that does not fit with an ellipsis', () => {
    const line = [span('abc', 'red'), span('def')];
    expect(paint(fit(line, 6), false)).toBe('abcdef');
    expect(paint(fit(line, 5), false)).toBe('abcd…');
    expect(paint(fit(line, 3), false)).toBe('ab…');
  });

  test('the right text is cut before the left one', () => {
    expect(paint(justify([span('left')], [span('right')], 12), false)).toBe('left   right');
    expect(paint(justify([span('left')], [span('right')], 10), false)).toBe('left');
  });

  test('words are wrapped under each other, and one that is too wide is cut', () => {
    const words = ['ab', 'cd', 'efghijkl'].map((word) => span(word));
    expect(wrap(words, 8, '  ').map((line) => paint(line, false))).toEqual(['  ab cd', '  efghi…']);
    expect(wrap([], 8)).toEqual([]);
  });

  test('groups stay together', () => {
    const groups = [[span('a '), span('1')], [span('b 2')], [span('c 3')]];
    expect(flow(groups, 9).map((line) => paint(line, false))).toEqual(['a 1   b 2', 'c 3']);
  });
});

describe('LiveRegion', () => {
  function openRegion() {
    const written: string[] = [];
    const region = new LiveRegion({ write: (text) => written.push(text) });
    return { region, written };
  }

  test('only what has changed is written, in one go', () => {
    const { region, written } = openRegion();
    region.draw(['one', 'two']);
    region.draw(['one', 'TWO']);
    expect(written).toHaveLength(2);
    expect(written[1]).not.toContain('one');
    expect(written[1]).toContain(`${ESCAPE}[2A`);
    expect(written[1]).toContain('TWO');
  });

  test('the same picture again costs nothing', () => {
    const { region, written } = openRegion();
    region.draw(['one']);
    region.draw(['one']);
    expect(written).toHaveLength(1);
  });

  test('the cursor is hidden once, and given back once', () => {
    const { region, written } = openRegion();
    region.draw(['one']);
    region.draw(['two']);
    region.close();
    region.close();
    const all = written.join('');
    expect(all.split(`${ESCAPE}[?25l`)).toHaveLength(2);
    expect(all.split(`${ESCAPE}[?25h`)).toHaveLength(2);
    expect(all.endsWith(`${ESCAPE}[?25h`)).toBe(true);
  });

  test('a region that was never drawn writes nothing', () => {
    const { region, written } = openRegion();
    region.resized();
    region.close();
    expect(written).toEqual([]);
  });

  test('after a resize everything is redrawn', () => {
    const { region, written } = openRegion();
    region.draw(['one', 'two']);
    region.resized();
    region.draw(['one', 'two']);
    expect(written.at(-1)).toContain('one');
    expect(written.at(-1)).not.toContain(`${ESCAPE}[2A`);
  });
});
