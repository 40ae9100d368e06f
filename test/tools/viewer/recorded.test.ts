/** A recording in the viewer shows the same as its session, and foreign recordings cannot break it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFlight } from '../../../src/diagnosis/index.ts';
import { initialContext } from '../../../src/connection/context.ts';
import { RecordedHistory } from '../../../src/tools/viewer/recorded.ts';
import { openSession } from './session.ts';

/** As recordings are. */
const rounded = <Item extends { atMs: number }>(item: Item): Item => ({
  ...item,
  atMs: Math.round(item.atMs * 10) / 10,
});

describe('a recording that was saved in the viewer', () => {
  test('shows the states, marks, events, transitions and texts of its session, each at its time', async () => {
    const { network, emulator, chronicle, speak, wait, close } = openSession();
    await speak(3_000);
    await wait(8_000);
    network.cut();
    await speak(3_000);
    emulator.closeAll(1011, 'NET-0000');
    await speak(3_000);
    await close();
    const recorded = new RecordedHistory(readFlight(chronicle.toNDJSON()));
    expect(recorded.spans).toEqual(chronicle.spans.map(rounded));
    expect(recorded.marks).toEqual(chronicle.marks.map(rounded));
    const events = chronicle.entries.filter(({ kind }) => kind === 'event' || kind === 'ignored');
    // Guards are of the machine alone: an event that stays in its state may have done something.
    const shown = ({ atMs, name, detail, to, took }: (typeof events)[number]) => [
      atMs,
      name,
      detail,
      to,
      to && took,
    ];
    expect(recorded.entries.map(shown)).toEqual(events.map(rounded).map(shown));
    expect(recorded.entries.filter(({ kind }) => kind === 'ignored').length).toBeGreaterThan(0);
    const texts = ({ atMs, text, final, connection }: (typeof chronicle.texts)[number]) => [
      atMs,
      text,
      final,
      connection,
    ];
    expect(recorded.texts.map(texts)).toEqual(chronicle.texts.map(rounded).map(texts));
    expect([...recorded.loudness.keys()]).toEqual([...chronicle.loudness.keys()]);
  });

  test('has the ledger and the silence of each moment', async () => {
    const { network, chronicle, speak, wait, live, close } = openSession();
    await speak(3_000);
    await wait(8_000);
    const { confirmed, accepted, sampleRate } = live.ledger;
    expect(confirmed).toBeGreaterThan(0);
    // A mark that can be chosen.
    const { atMs = 0 } = chronicle.marks.find(({ kind }) => kind === 'keep-alive') ?? {};
    network.cut();
    await speak(3_000);
    await close();
    const recorded = new RecordedHistory(readFlight(chronicle.toNDJSON()));
    for (const history of [chronicle, recorded]) {
      const then = history.ledgerAt(atMs);
      expect(then.confirmed / then.sampleRate).toBeCloseTo(confirmed / sampleRate, 2);
      expect(then.accepted / then.sampleRate).toBeCloseTo(accepted / sampleRate, 2);
      const now = history.ledgerAt();
      expect(now.confirmed / now.sampleRate).toBeCloseTo(live.ledger.accepted / sampleRate, 2);
      expect(history.stateAt(atMs)).toBe('idle-keepalive');
      expect(history.silenceAt(atMs - 100)).toBeGreaterThan(2_700);
      expect(history.silenceAt(atMs - 100)).toBeLessThan(3_000);
      expect(history.silenceAt(atMs + 500)).toBeCloseTo(500, 0);
    }
    expect(chronicle.silenceAt(chronicle.presentMs)).toBeUndefined();
  });

  test('of a viewer without a wire has the states and events', async () => {
    const { chronicle, network, speak, close } = openSession({ interim_results: true }, { hasWire: false });
    await speak(2_000);
    network.cut();
    await speak(2_000);
    await close();
    const recorded = new RecordedHistory(readFlight(chronicle.toNDJSON()));
    expect(recorded.spans).toEqual(chronicle.spans.map(rounded));
    expect(recorded.ledgerAt().accepted).toBeNaN();
  });
});

describe('the history', () => {
  test('holds an hour of speech, and no more', async () => {
    const { chronicle, speak, live } = openSession();
    await speak(1_000);
    const [heard] = chronicle.texts;
    if (!heard) throw new Error('Nothing was heard.');
    const { hear, hearSound } = chronicle as unknown as {
      hear: (transcript: object, atMs: number) => void;
      hearSound: (level: number, atMs: number) => void;
    };
    for (let i = 0; i < 5_000; i += 1) hear.call(chronicle, { ...heard, words: [] }, 2_000 + i);
    for (let cell = 0; cell < 40_000; cell += 1) hearSound.call(chronicle, 1, cell * 100);
    expect(chronicle.texts).toHaveLength(3_600);
    expect(chronicle.loudness.size).toBe(36_000);
    live.abort();
  });
});

describe('a recording from elsewhere', () => {
  const time = fc.double({ min: 0, max: 1e12, noNaN: true });
  const state = fc.constantFrom('dormant', 'streaming', 'backoff', 'closed-1011', 'closed');
  const any = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 1e300, '__proto__', null));
  const entry = fc.oneof(
    fc.record({
      kind: fc.constant('event'),
      event: fc.record({
        type: fc.oneof(
          fc.constantFrom('socket.ended', 'socket.stalled', 'socket.opened', 'user.close'),
          fc.string(),
        ),
        end: fc.dictionary(fc.constantFrom('kind', 'code', 'status', 'cause', 'serverMessage'), any),
        pendingAudio: any,
        place: any,
      }),
    }),
    fc.record({ kind: fc.constant('state'), state }),
    fc.record({
      kind: fc.constant('checkpoint'),
      value: fc.constantFrom('dormant', 'backoff', { attached: 'streaming' }),
      context: fc.constant(initialContext()),
    }),
    fc.record({
      kind: fc.constant('opening'),
      socket: fc.nat(3),
      url: fc.constantFrom(
        'ws://a/?sample_rate=-1&encoding=linear16',
        'ws://a/?encoding=linear16&sample_rate=0&channels=x',
        'ws://a/?model=flux',
        'data:a',
      ),
    }),
    fc.record({ kind: fc.constant('opened'), socket: fc.nat(3), requestId: any }),
    fc.record({ kind: fc.constant('frames'), socket: fc.nat(3), frames: fc.array(fc.tuple(time, time)) }),
    fc.record({ kind: fc.constant('audio'), socket: fc.nat(3), data: fc.string() }),
    fc.record({
      kind: fc.constant('sent'),
      socket: fc.nat(3),
      text: fc.constantFrom('"KeepAlive"', '"CloseStream"', ''),
    }),
    fc.record({
      kind: fc.constant('received'),
      socket: fc.nat(3),
      text: fc.oneof(
        fc.string(),
        fc
          .record({
            type: fc.constantFrom('Results', 'Metadata', 'TurnInfo'),
            start: any,
            duration: any,
            is_final: any,
            channel_index: any,
            channel: any,
          })
          .map((message) => JSON.stringify(message)),
      ),
    }),
  );

  test('is shown with any field values that the reader accepts', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(time, entry), { maxLength: 12 }), (lines) => {
        const header = { kind: 'flight', version: 2, startedAt: '2026-01-01T00:00:00.000Z', dropped: 0 };
        const text = [header, ...lines.map(([at, line]) => ({ at, ...line }))]
          .map((line) => JSON.stringify(line))
          .join('\n');
        const history = new RecordedHistory(readFlight(text));
        expect(history.presentMs).toBeGreaterThanOrEqual(0);
        expect(typeof history.stateAt(history.presentMs / 2)).toBe('string');
        expect(history.silenceAt(history.presentMs) ?? 0).toBeGreaterThanOrEqual(0);
        for (const each of history.entries) expect(typeof each.detail).toBe('string');
      }),
      { numRuns: 400, seed: 20_260_103 },
    );
  });
});
