/** What becomes of audio when the session ends before its link does. */
import { expect, test } from 'vitest';
import type { Drop } from '../../src/audio/audio-timeline.ts';
import { ReadTimeline } from './read-timeline.ts';

/** A link has sent `seconds` of audio, of which a tenth of a second is confirmed, and ends behind the session. */
function endAfter(seconds: number, maxSeconds: number) {
  const drops: Drop[] = [];
  const line = new ReadTimeline({
    rate: 100,
    frameBytes: 2,
    maxSeconds,
    maxBytes: 1e9,
    maxProcessBytes: Infinity,
    onDrop: (drop) => drops.push({ ...drop }),
  });
  line.isLive = true;
  line.connect();
  for (let samples = 0; samples < 100 * seconds; samples += 20) line.add(new Uint8Array(40), 20);
  line.confirm(10);
  line.close();
  line.disconnect();
  return { ledger: line.snapshot(), drops };
}

test('audio that is pending stays pending [G2]', () => {
  const { ledger, drops } = endAfter(1, 60);
  expect(ledger).toMatchObject({ accepted: 100, confirmed: 10, pending: 90, dropped: 0 });
  expect(drops).toEqual([]);
});

test('audio that was pushed out of a full log is dropped, and announced [G2]', () => {
  const { ledger, drops } = endAfter(3, 1);
  expect(ledger).toMatchObject({ accepted: 300, confirmed: 10, pending: 300 - 10 - ledger.dropped });
  expect(drops).toEqual([{ start: 10, end: 10 + ledger.dropped, reason: 'connection-lost' }]);
  expect(ledger.dropped).toBeGreaterThanOrEqual(180);
});
