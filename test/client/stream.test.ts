/** Streams with late subscribers, or none. */
import { Subscriber } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { Stream } from '../../src/client/stream.ts';

function heardFrom<Value>(stream: Stream<Value>): (Value | 'over')[] {
  const heard: (Value | 'over')[] = [];
  stream.values$.subscribe({ next: (value) => heard.push(value), complete: () => heard.push('over') });
  return heard;
}

test('without a memory, a subscriber gets what comes after it, and the end at any time', () => {
  const stream = new Stream<number>();
  stream.next(1);
  const heard = heardFrom(stream);
  stream.next(2);
  stream.complete();
  stream.next(3);
  expect([heard, heardFrom(stream)]).toEqual([[2, 'over'], ['over']]);
});

test.each([
  [1, [4]],
  [3, [2, 3, 4]],
])(
  'with a memory of %i, late subscribers get the last values first, and after the end, too',
  (most, last) => {
    const stream = new Stream<number>(most);
    for (const value of [1, 2, 3, 4]) stream.next(value);
    const heard = heardFrom(stream);
    stream.next(5);
    stream.complete();
    expect(heard).toEqual([...last, 5, 'over']);
    expect(heardFrom(stream)).toEqual([...last, 5, 'over'].slice(-1 - most));
  },
);

test('a subscriber that unsubscribes gets no more, and the others do', () => {
  const stream = new Stream<number>(1);
  const first: number[] = [];
  const subscription = stream.values$.subscribe((value) => first.push(value));
  const second = heardFrom(stream);
  stream.next(1);
  subscription.unsubscribe();
  stream.next(2);
  expect([first, second]).toEqual([[1], [1, 2]]);
});

test.each<[string, (stream: Stream<number>) => void, number]>([
  ['value', (stream) => stream.next(1), 0],
  ['subscriber', (stream) => void heardFrom(stream), 1],
])('a subscriber that has gone is forgotten at the next %s', (_, happen, left) => {
  const stream = new Stream<number>();
  stream.values$.subscribe().unsubscribe();
  happen(stream);
  const reached = vi.spyOn(Subscriber.prototype, 'next');
  stream.next(2);
  expect(reached).toHaveBeenCalledTimes(left);
});

test('the observable is the same each time', () => {
  const stream = new Stream<number>();
  expect(stream.values$).toBe(stream.values$);
});
