import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check';
import { test } from 'vitest';
import type { Turn } from '../../src/index.ts';
import type { HeardTurn, Segment } from '../../src/protocol/protocol.ts';
import { type StitchedLink, Stitcher } from '../../src/transcript/stitcher.ts';
import { TurnTracker } from '../../src/transcript/turns.ts';
import { expectTurnsToHold } from './turn-rules.ts';

const EVENTS: HeardTurn['event'][] = ['start', 'update', 'eager-end', 'resumed', 'end'];

/** One position is a second. */
function link(number: number, position: number, base: number): StitchedLink {
  return {
    number,
    rate: 1,
    position,
    positionOf: (seconds) => Math.min(position, base + seconds),
    wallTimeOf: (at) => at * 1000,
  };
}

test('turns keep their rules for any messages in any order', () => {
  const said = record({
    event: constantFrom(...EVENTS),
    seconds: integer({ min: 1, max: 3 }),
    wordCount: integer({ min: 0, max: 3 }),
    dropsFirst: boolean(),
    skips: integer({ min: 0, max: 9 }),
  });
  assert(
    property(array(said, { maxLength: 40 }), (messages) => {
      const turns: Turn[] = [];
      const stitcher = new Stitcher();
      const tracker = new TurnTracker(
        (turn) => turns.push(turn),
        () => 1e6,
      );
      let [number, base, from, to] = [1, 0, 0, 0];
      for (const { event, seconds, wordCount, dropsFirst, skips } of messages) {
        if (dropsFirst) {
          tracker.linkEnded();
          number += 1;
          // The replay begins where the last turn ended, or behind what was given up.
          base += from + (skips > 6 ? skips : 0);
          [from, to] = [0, 0];
        }
        to += seconds;
        const words = Array.from({ length: Math.min(wordCount, to - from) }, (_, at) => ({
          word: 'a',
          text: 'a',
          start: from + at,
          end: from + at + 1,
          confidence: 1,
          speaker: undefined,
          language: undefined,
        }));
        const isFinal = event === 'end';
        const segment: Segment = {
          kind: 'segment',
          channel: 0,
          channelCount: 1,
          start: from,
          end: to,
          isFinal,
          endsUtterance: isFinal,
          answersFinalize: false,
          text: words.map(({ text }) => text).join(' '),
          words,
          confidence: 1,
          turn: { event, index: 0, heardTo: to, trigger: undefined, languages: undefined, endConfidence: 0 },
          raw: { type: 'TurnInfo' },
        };
        const connection = link(number, base + to, base);
        tracker.segment(segment, stitcher.receive(segment, connection).transcript, connection);
        if (isFinal) from = to;
      }
      tracker.withdraw();
      expectTurnsToHold(turns);
    }),
  );
});
