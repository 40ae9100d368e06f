/** Where an UtteranceEnd has its place on the session's clock. */
import { expect, test } from 'vitest';
import { LinkBench } from './link-bench.ts';

test('an UtteranceEnd at a seam belongs to the words before it [G3]', () => {
  const own = new LinkBench({ maxSeconds: 1 });
  own.open();
  own.hand(500);
  own.clock.advance(1_000);
  own.socket.waiting = 1e6;
  for (let i = 0; i < 10; i += 1) own.hand(200);
  own.socket.waiting = 0;
  own.clock.advance(200);
  expect(own.link.positionOf(0.5, 'start')).toBe(1_500);
  own.log = [];
  own.link.receive(JSON.stringify({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: 0.5 }));
  expect(own.log).toContain('utterance-end on 0 at 0.5');
});

test('an UtteranceEnd before any audio was sent on the link has no place and does nothing', () => {
  const own = new LinkBench();
  own.open();
  const message = JSON.stringify({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: 0.5 });
  expect(own.during(() => own.link.receive(message))).toEqual([]);
});
