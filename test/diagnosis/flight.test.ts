/** The flight recorder: complete, bounded, without secrets, and its replay gives the same states. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FlightEntry,
  readFlight,
  recordFlight,
  replayFlight,
  tellFlight,
} from '../../src/diagnosis/index.ts';
import { createLiveTranscription, TranscriptionError } from '../../src/index.ts';
import { Emulator, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';
import { fly, KEY, type Step } from './flown.ts';

const NET_0001 = 'See https://dpgr.am/net0001';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ speak: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ pause: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 2, arbitrary: fc.constant<Step>({ cut: true }) },
  {
    weight: 2,
    arbitrary: fc.record({
      close: fc.constantFrom(1000, 1001, 1006, 1011, 1011, 1011, 1011, 1012, 1013, 4000),
      reason: fc.constantFrom('', NET_0001, 'keepalive ping timeout', 'no_audio_timeout'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      refuse: fc.constantFrom(429, 503, 401, 402),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ offline: fc.integer({ min: 1, max: 90 }) }) },
);

describe('a replay', () => {
  test('arrives at the same states, whatever happened in the session', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const { ndjson, states } = await fly(steps);
        const replay = replayFlight(readFlight(ndjson));
        expect(replay.disagreements).toEqual([]);
        expect(replay.states).toEqual(states);
        for (const state of states) seen.add(state);
      }),
      { numRuns: 60, seed: 20_260_101 },
    );
    // Otherwise the property would say little.
    for (const state of ['backoff', 'closed-1011', 'failed', 'idle-keepalive', 'suspended', 'draining']) {
      expect([...seen], state).toContain(state);
    }
  });

  test('begins with the kept part of a recording', async () => {
    const steps: Step[] = Array.from({ length: 40 }, (_, i) => (i % 4 === 3 ? { cut: true } : { speak: 8 }));
    const { ndjson, states } = await fly(steps, { maxCharacters: 65_536 });
    const flight = readFlight(ndjson);
    expect(flight.header.dropped).toBeGreaterThan(0);
    expect(ndjson.length).toBeLessThan(70_000);
    const replay = replayFlight(flight);
    expect(replay).toMatchObject({ agrees: true });
    expect(replay.states).toEqual(states.slice(-replay.states.length));
    expect(replay.states.length).toBeGreaterThan(2);
  });

  test('shows where an edited recording goes another way', async () => {
    const { ndjson } = await fly([{ speak: 3 }, { cut: true }, { speak: 3 }]);
    const edited = (change: (entry: FlightEntry) => FlightEntry | undefined) => {
      const flight = readFlight(ndjson);
      return replayFlight({ ...flight, entries: flight.entries.flatMap((entry) => change(entry) ?? []) });
    };
    const isBackoff = (entry: FlightEntry) =>
      entry.kind === 'event' && entry.event.type.startsWith('xstate.after');
    expect(edited((entry) => (isBackoff(entry) ? undefined : entry)).agrees).toBe(false);
    expect(
      edited((entry) => (isBackoff(entry) ? { ...entry, at: entry.at - 30 } : entry)).disagreements[0],
    ).toContain('too early');
    expect(
      edited((entry) => (entry.kind === 'state' && entry.state === 'backoff' ? undefined : entry)).agrees,
    ).toBe(false);
    expect(
      edited((entry) => (entry.kind === 'state' && entry.state === 'closed' ? undefined : entry))
        .disagreements[0],
    ).toContain('continues to closed');
    expect(edited((entry) => entry).agrees).toBe(true);
  });

  test('ignores a wait that had been cancelled', async () => {
    const { ndjson } = await fly([{ speak: 2 }, { pause: 4 }, { speak: 6 }]);
    const flight = readFlight(ndjson);
    const last = flight.entries.findIndex(
      (entry) => entry.kind === 'event' && entry.event.type === 'user.close',
    );
    const { at } = flight.entries[last] as FlightEntry;
    const stray: FlightEntry = { at, kind: 'event', event: { type: 'idle.elapsed' } };
    const entries = flight.entries.toSpliced(last, 0, stray);
    expect(replayFlight({ ...flight, entries }).disagreements).toEqual([
      expect.stringContaining('that had not begun') as string,
    ]);
  });

  test('sees how late the timers ran', async () => {
    const { ndjson } = await fly([{ speak: 3 }, { cut: true }, { speak: 3 }]);
    const flight = readFlight(ndjson);
    const entries = flight.entries.map((entry) =>
      entry.kind === 'event' && entry.event.type.startsWith('xstate.after')
        ? { ...entry, at: entry.at + 700 }
        : entry,
    );
    expect(replayFlight({ ...flight, entries }).longestDelayMs).toBeGreaterThan(690);
  });

  test('of an empty recording is empty', () => {
    const flight = recordFlight({ auth: { apiKey: KEY } });
    expect(replayFlight(readFlight(flight.toNDJSON()))).toMatchObject({ agrees: true, states: [] });
  });
});

describe('a recording', () => {
  test('holds sizes and times of every frame, every message, and no audio', async () => {
    const { ndjson } = await fly([{ speak: 6 }, { pause: 5 }]);
    const { entries } = readFlight(ndjson);
    const frames = entries.flatMap((entry) =>
      entry.kind === 'frames' ? entry.frames.map(([after, bytes]) => ({ at: entry.at + after, bytes })) : [],
    );
    expect(frames.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(6 * 16_000);
    expect(frames.map(({ at }) => at)).toEqual(frames.map(({ at }) => at).toSorted((a, b) => a - b));
    const sent = entries.flatMap((entry) => (entry.kind === 'sent' ? [entry.text] : []));
    expect(sent).toEqual(['{"type":"KeepAlive"}', '{"type":"CloseStream"}']);
    expect(entries.filter(({ kind }) => kind === 'received').length).toBeGreaterThan(3);
    expect(entries.some(({ kind }) => kind === 'audio')).toBe(false);
  });

  test('holds the audio where that was requested', async () => {
    const { ndjson } = await fly([{ speak: 1 }], { audio: true });
    const audio = readFlight(ndjson).entries.flatMap((entry) => (entry.kind === 'audio' ? [entry.data] : []));
    expect(Buffer.concat(audio.map((data) => Buffer.from(data, 'base64'))).length).toBe(16_000);
  });

  test('holds the words, or only how long it was', async () => {
    expect((await fly([{ speak: 6 }])).ndjson).toContain('0002');
    const { ndjson } = await fly([{ speak: 6 }], { words: false });
    expect(ndjson).not.toContain('0002');
    expect(ndjson).toContain('····');
    expect(tellFlight(readFlight(ndjson)).outcome).toMatch(/[1-9]\d* final words/);
  });

  test('holds no secret, wherever it turns up [G8]', async () => {
    const clock = new VirtualClock();
    const network = new VirtualNetwork(new Emulator({ clock }));
    const secret = 'eyJhbGciOi"J9.x\\y';
    const flight = recordFlight({
      auth: () => ({ accessToken: secret }),
      listen: { callback: 'https://user:pw@example.com/hook?sig=1', keyterm: ['Deepgram', 'RxJS'] },
      clock,
      transport: (_request, handlers) => {
        const echo = JSON.stringify({ type: 'Error', description: `bad token ${secret}` });
        const socket = network.transport(
          { url: 'wss://api.deepgram.com/v1/listen', credentials: { scheme: 'token', value: 'any' } },
          {
            ...handlers,
            opened: (handshake) => {
              handlers.opened(handshake);
              handlers.message(echo);
            },
            ended: (end) => handlers.ended({ ...end, reason: `no more of ${secret}` }),
          },
        );
        return socket;
      },
    });
    const live = createLiveTranscription(flight.options);
    live.connect();
    await clock.advanceAsync(1_000);
    live.abort();
    await clock.advanceAsync(1_000);
    const ndjson = flight.toNDJSON();
    expect(ndjson).toContain('bad token [secret]');
    expect(ndjson).toContain('no more of [secret]');
    for (const part of ['eyJhbGciOi', 'user:', 'pw@', 'hook', 'sig=1']) expect(ndjson).not.toContain(part);
    expect(ndjson).toContain('keyterm=Deepgram&keyterm=RxJS');
  });

  test('stays within its limit, and shows the dropped part', async () => {
    const { ndjson } = await fly([{ speak: 300 }], { maxCharacters: 65_536, audio: true });
    expect(ndjson.length).toBeLessThan(80_000);
    const { header, entries } = readFlight(ndjson);
    expect(header.dropped).toBeGreaterThan(100);
    expect(entries.at(-1)).toMatchObject({ kind: 'ended' });
  });

  test('stays within its limit when nothing but KeepAlives is sent for hours', async () => {
    const steps = Array.from({ length: 12 }, (): Step[] => [{ speak: 1 }, { pause: 250 }]).flat();
    const { ndjson } = await fly(steps, { maxCharacters: 65_536 });
    const { entries } = readFlight(ndjson);
    const before = entries.flatMap((entry, i) =>
      entry.kind === 'checkpoint' && i > 0 ? [entries[i - 1]?.kind] : [],
    );
    expect(before.length).toBeGreaterThan(5);
    // In the middle of an event the machine's memory is still that before it: a replay would miss the event.
    expect(before).not.toContain('event');
    expect(ndjson.length).toBeLessThan(70_000);
  });

  test('comes line by line, the same as in one piece, and completes with the session', async () => {
    const clock = new VirtualClock();
    const network = new VirtualNetwork(new Emulator({ clock }));
    const flight = recordFlight({ auth: { apiKey: KEY }, clock, transport: network.transport });
    const lines: string[] = [];
    let isComplete = false;
    flight.lines$.subscribe({ next: (line) => lines.push(line), complete: () => (isComplete = true) });
    const live = createLiveTranscription(flight.options);
    live.connect();
    await clock.advanceAsync(4_000);
    const late: string[] = [];
    flight.lines$.subscribe((line) => late.push(line));
    void live.close();
    await clock.advanceAsync(20_000);
    expect(isComplete).toBe(true);
    expect(`${lines.join('\n')}\n`).toBe(flight.toNDJSON());
    expect(late).toEqual(lines);
  });

  test('begins anew with a second session', async () => {
    const clock = new VirtualClock();
    const network = new VirtualNetwork(new Emulator({ clock }));
    const flight = recordFlight({ auth: { apiKey: KEY }, clock, transport: network.transport });
    for (let session = 0; session < 2; session += 1) {
      const live = createLiveTranscription(flight.options);
      live.connect();
      await clock.advanceAsync(1_000);
      live.abort();
      await clock.advanceAsync(1_000);
    }
    const { entries } = readFlight(flight.toNDJSON());
    expect(entries.filter(({ kind }) => kind === 'checkpoint')).toHaveLength(1);
    expect(entries.filter(({ kind }) => kind === 'opening')).toHaveLength(1);
  });

  test("hands on to the user's own inspector, a function or an observer", async () => {
    const seen: string[] = [];
    await fly([{ speak: 1 }], {}, { inspect: ({ type }) => seen.push(type) });
    const observed: string[] = [];
    await fly([{ speak: 1 }], {}, { inspect: { next: ({ type }) => observed.push(type) } });
    expect(observed).toEqual(seen);
    expect(seen).toContain('@xstate.event');
  });

  test('calls an observer with its own `this`', async () => {
    class Counter {
      count = 0;
      next(): void {
        this.count += 1;
      }
    }
    const counter = new Counter();
    await fly([{ speak: 1 }], {}, { inspect: counter });
    expect(counter.count).toBeGreaterThan(0);
  });

  test('with too small a limit is refused', () => {
    expect(() => recordFlight({ auth: { apiKey: KEY } }, { maxCharacters: 10 })).toThrow(TranscriptionError);
  });
});

describe('reading', () => {
  test('passes over a last line that was cut off, as by a crash', async () => {
    const { ndjson } = await fly([{ speak: 1 }]);
    const cutOff = ndjson.slice(0, -20);
    expect(readFlight(cutOff).entries.length).toBe(readFlight(ndjson).entries.length - 1);
  });

  test.each([
    '',
    'hello',
    '{"kind":"state"}',
    '{"kind":"flight","version":1}',
    '{"kind":"flight","version":2}\n{\n{}',
  ])('refuses %j with advice', (text) => {
    expect(() => readFlight(text)).toThrow(/not a flight recording.*toNDJSON/s);
  });
});

describe('an edited recording', () => {
  test.each([
    '5',
    'null',
    '{"at":1,"kind":"event"}',
    '{"at":1,"kind":"event","event":{"type":"socket.ended"}}',
    '{"at":1,"kind":"received","socket":1}',
    '{"at":1,"kind":"toString"}',
    '{"kind":"state","state":"streaming"}',
  ])('is refused by the number of the line: %s', async (line) => {
    const { ndjson } = await fly([{ speak: 1 }]);
    const lines = ndjson.trimEnd().split('\n');
    const edited = [...lines.slice(0, 3), line, ...lines.slice(3)].join('\n');
    expect(() => readFlight(edited)).toThrow('line 4 is not an entry');
  });

  test('differs where an event lacks a field that the machine reads', async () => {
    const { ndjson } = await fly([{ speak: 1 }]);
    const flight = readFlight(ndjson);
    const entries = flight.entries.map((entry) =>
      entry.kind === 'event' && entry.event.type === 'socket.opened'
        ? ({ ...entry, event: { type: 'socket.ended' } } as FlightEntry)
        : entry,
    );
    const { agrees, disagreements } = replayFlight({ ...flight, entries });
    expect(agrees).toBe(false);
    expect(disagreements[0]).toContain('cannot handle the recorded socket.ended');
  });
});

describe('the story', () => {
  test('of a session with losses reports them, and names their causes', async () => {
    const { ndjson } = await fly([
      { speak: 5 },
      { cut: true },
      { speak: 5 },
      { close: 1011, reason: NET_0001 },
      { speak: 5 },
    ]);
    const { incidents, causes, outcome } = tellFlight(readFlight(ndjson));
    expect(causes.map(({ kind, times, isFatal }) => ({ kind, times, isFatal }))).toEqual([
      { kind: 'network-lost', times: 1, isFatal: false },
      { kind: 'client-silent', times: 1, isFatal: false },
    ]);
    const told = incidents.map(({ text }) => text).join('\n');
    expect(told).toContain('the connection ended: 1011 client-silent “See https://dpgr.am/net0001”');
    expect(told).toMatch(/connected, \d+ ms after the loss \(request /);
    expect(told).toMatch(/we sent \d+ frames \(\d+ kB\) and 0 KeepAlives/);
    expect(outcome).toMatch(/^Closed: \d+ final words in \d+\.\d s, 2 ends of connections\.$/);
  });

  test('of a session with Flux counts what was heard, and is replayed', async () => {
    const listen = { model: 'flux-general-en', encoding: 'linear16', sample_rate: 8_000 } as const;
    const { ndjson } = await fly([{ speak: 5 }, { cut: true }, { speak: 5 }], {}, { listen });
    const flight = readFlight(ndjson);
    const { incidents, outcome } = tellFlight(flight);
    expect(outcome).toMatch(/^Closed: [1-9]\d* final words/);
    expect(incidents.filter(({ text }) => /received [1-9]\d* results/.test(text))).toHaveLength(2);
    expect(replayFlight(flight).agrees).toBe(true);
  });

  test('of a long outage shows what is new, and counts the rest', async () => {
    const { ndjson } = await fly([{ speak: 4 }, { offline: 90 }, { speak: 30 }]);
    const told = tellFlight(readFlight(ndjson)).incidents.map(({ text }) => text);
    expect(told.filter((text) => text.includes('attempts failed'))).toHaveLength(1);
    expect(told.filter((text) => text.includes('the outage is long'))).toHaveLength(1);
    expect(told.find((text) => text.includes('attempts failed'))).toMatch(
      /^1\d attempts failed in \d+\.\d s: 1006 network-lost/,
    );
  });

  test('of a failed session puts the fatal end first', async () => {
    const { ndjson } = await fly([{ refuse: 503, times: 2 }, { refuse: 402, times: 1 }, { speak: 10 }]);
    const { causes, outcome } = tellFlight(readFlight(ndjson));
    expect(causes[0]).toMatchObject({ kind: 'payment-required', isFatal: true, status: 402 });
    expect(causes[1]).toMatchObject({ kind: 'server-unavailable', times: 2, isFatal: false });
    expect(outcome).toMatch(/^Failed: /);
  });

  test('of a session without losses has no cause to name', async () => {
    const { ndjson } = await fly([{ speak: 4 }]);
    const { causes, outcome } = tellFlight(readFlight(ndjson));
    expect(causes).toEqual([]);
    expect(outcome).toContain('no connection was lost');
  });
});
