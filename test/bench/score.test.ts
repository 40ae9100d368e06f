import { describe, expect, test } from 'vitest';
import { scoreOf, sumOf } from './faults/score.mjs';

const heard = (text: string) => (text === '' ? [] : text.split(' '));
const FINE = { spoken: 4, lost: 0, doubled: 0, disordered: 0, broken: 0 };

describe('the comparison of words', () => {
  test.each([
    ['0001 0002 0003 0004', FINE],
    ['', { ...FINE, lost: 4 }],
    ['0001 0004', { ...FINE, lost: 2 }],
    ['0001 0002 0002 0003 0004 0001', { ...FINE, doubled: 2 }],
    ['0001 0003 0002 0004', { ...FINE, disordered: 1 }],
    ['0001 0002 ~ 0004', { ...FINE, lost: 1, broken: 1 }],
    ['0001 0002 0003 0004 0005 0000', { ...FINE, broken: 2 }],
  ])('of "%s"', (text, score) => {
    expect(scoreOf(4, heard(text))).toEqual(score);
  });

  test('counts a late word as late the first time, and as doubled after that', () => {
    expect(scoreOf(3, heard('0002 0001 0001 0003'))).toEqual({
      ...FINE,
      spoken: 3,
      disordered: 1,
      doubled: 1,
    });
  });

  test('adds up conversations', () => {
    expect(sumOf([scoreOf(4, []), scoreOf(2, heard('0001 0001'))])).toEqual({
      spoken: 6,
      lost: 5,
      doubled: 1,
      disordered: 0,
      broken: 0,
    });
  });
});
