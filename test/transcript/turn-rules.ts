/** What an app may rely on of turns, as a check of all that came. */
import { expect } from 'vitest';
import type { Turn } from '../../src/index.ts';

export function expectTurnsToHold(turns: readonly Turn[], isOver = true): void {
  let open: Turn['type'] | undefined;
  let id = 0;
  let heardTo = 0;
  for (const turn of turns) {
    const place = `${turn.type} of turn ${turn.id}, after ${open ?? 'an end'} of turn ${id}`;
    if (open === undefined) {
      expect(turn.type, place).toBe('start');
      expect(turn.id, place).toBe(id + 1);
    } else {
      expect(turn.type, place).not.toBe('start');
      expect(turn.id, place).toBe(id);
    }
    if (turn.type === 'resumed') expect(open, place).toBe('eager-end');
    if (turn.type === 'eager-end') expect(open, place).not.toBe('eager-end');
    if (turn.type !== 'withdrawn') expect(turn.text, place).not.toBe('');
    expect(turn.behindMs, place).toBeGreaterThanOrEqual(0);
    for (const word of turn.words) {
      expect(
        (word.start + word.end) / 2,
        `${word.word} in ${place} is no word of an ended turn`,
      ).toBeGreaterThanOrEqual(heardTo);
    }
    id = turn.id;
    // After an eager end updates with the same words may come.
    if (!(open === 'eager-end' && turn.type === 'update')) open = turn.type;
    if (turn.type === 'end') heardTo = turn.words.at(-1)?.end ?? heardTo;
    if (turn.type === 'end' || turn.type === 'withdrawn') open = undefined;
  }
  if (isOver) expect(open, 'every turn has ended').toBeUndefined();
}
