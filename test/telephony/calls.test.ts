/** Whole calls: every word that arrived is transcribed, on its channel and at its time, in any network. */
import { describe, expect, test } from 'vitest';
import { type CallOptions, fromCall, fromTelnyx, fromTwilio, fromVonage } from '../../src/telephony/index.ts';
import { type CallScript, count, playCall, speak } from '../../src/testing/index.ts';
import { type Heard, listenIn, Switchboard, wholeWords } from './switchboard.ts';

const RATE = 8_000;
const WORD_MS = 320;
/** A word and the silence after it. */
const CYCLE_MS = 500;
const TOLERANCE_MS = 40;

/** What each side says: 0001 … and 5001 …, half a word apart, so that they speak over each other. */
const INBOUND = { first: 1, leadMs: 100 };
const OUTBOUND = { first: 5_001, leadMs: 350 };

type Side = typeof INBOUND;

function voice({ first, leadMs }: Side, words: number, sampleRate = RATE): Int16Array {
  return speak(count(first, words), { sampleRate, leadMs });
}

/** When a word was said, in milliseconds of the recording. */
function saidAt({ first, leadMs }: Side, number: string): number {
  return leadMs + (Number(number) - first) * CYCLE_MS;
}

/** All words of the side that were not hit by loss are there, in order, none twice, none of the other side, each at its time. */
function expectSide(heard: Heard, channel: number, side: Side, words: number, lost: readonly Stretch[] = []) {
  const found = wholeWords(heard.words, channel);
  const numbers = found.map(({ number }) => number);
  expect(numbers, 'in order, and none twice').toEqual([...new Set(numbers)].sort());
  const all = count(side.first, words).map((number) => String(number).padStart(4, '0'));
  expect(
    numbers.filter((number) => !all.includes(number)),
    'none of the other side',
  ).toEqual([]);
  const isWhole = (number: string) => {
    const startMs = saidAt(side, number);
    return !lost.some(({ fromMs, toMs }) => fromMs < startMs + WORD_MS && toMs > startMs);
  };
  const arrived = all.filter(isWhole);
  expect(arrived.length, 'the loss leaves most words whole').toBeGreaterThan(words / 3);
  expect(
    arrived.filter((number) => !numbers.includes(number)),
    'none that arrived is lost',
  ).toEqual([]);
  for (const { number, startMs } of found) {
    expect(Math.abs(startMs - saidAt(side, number)), `${number} is where it was said`).toBeLessThanOrEqual(
      TOLERANCE_MS,
    );
  }
}

interface Stretch {
  fromMs: number;
  toMs: number;
}

/** Plays a call of both sides to its end, through a source and a session. */
async function hear(
  script: Partial<CallScript>,
  from: typeof fromCall,
  words: number,
  options: CallOptions = {},
) {
  const board = new Switchboard();
  const played = playCall(
    { provider: 'twilio', inbound: voice(INBOUND, words), ...script },
    { clock: board.clock },
  );
  const opening = from(played.socket, { clock: board.clock, ...options });
  await board.wait(1);
  const call = await opening;
  const heard = call.streams.map((stream) => board.transcribe(stream));
  const log = listenIn(call);
  await board.wait(played.endsAtMs + 20_000);
  const lostOf = (track: 'inbound' | 'outbound') => played.lost.filter((each) => each.track === track);
  return { board, call, heard, first: heard[0] as Heard, log, lostOf };
}

describe('both tracks of a call become one stereo stream', () => {
  test.each([1, 2, 3, 4])(
    'with loss, jitter and doubled frames no word is lost that arrived, and no channel mixed (Twilio, seed %i)',
    async (seed) => {
      const outbound = voice(OUTBOUND, 30);
      const { first, call, log, lostOf, board } = await hear(
        { outbound, loss: 0.01, jitterMs: 120, duplication: 0.05, seed },
        fromTwilio,
        30,
      );
      expect(call.listen).toEqual({ encoding: 'mulaw', sample_rate: RATE, channels: 2, multichannel: true });
      expectSide(first, 0, INBOUND, 30, lostOf('inbound'));
      expectSide(first, 1, OUTBOUND, 30, lostOf('outbound'));
      expect(call.counts).toMatchObject({ late: 0, bad: 0, gaps: 0 });
      expect(call.counts.doubled).toBeGreaterThan(0);
      expect(log.notices.map(({ code }) => code)).toEqual(['doubled-audio']);
      expect(log.end).toEqual([{ reason: 'stop' }]);
      expect(first).toMatchObject({ isComplete: true, error: undefined });
      expect(board.clock.pendingTimers).toBe(0);
    },
  );

  test.each([1, 2, 3, 4])(
    'in whatever order their frames come (Telnyx, which promises none, seed %i)',
    async (seed) => {
      const outbound = voice(OUTBOUND, 20);
      const { first, call, lostOf } = await hear(
        { provider: 'telnyx', encoding: 'alaw', outbound, loss: 0.01, reorderMs: 80, seed },
        fromTelnyx,
        20,
        { tracks: ['outbound', 'inbound'] },
      );
      expect(call.listen).toEqual({ encoding: 'alaw', sample_rate: RATE, channels: 2, multichannel: true });
      expectSide(first, 0, INBOUND, 20, lostOf('inbound'));
      expectSide(first, 1, OUTBOUND, 20, lostOf('outbound'));
      expect(call.counts).toMatchObject({ late: 0, doubled: 0, bad: 0, gaps: 0 });
    },
  );

  test('or one stream for each track, in frames of 80 ms, as Flux wants them', async () => {
    const outbound = voice(OUTBOUND, 10);
    const { call, heard, board } = await hear({ outbound }, fromTwilio, 10, { split: true, frameMs: 80 });
    const mono = { encoding: 'mulaw', sample_rate: RATE, channels: 1 };
    expect(call.streams.map(({ tracks, listen }) => ({ tracks, listen }))).toEqual([
      { tracks: ['inbound'], listen: mono },
      { tracks: ['outbound'], listen: mono },
    ]);
    expectSide(heard[0] as Heard, 0, INBOUND, 10);
    expectSide(heard[1] as Heard, 0, OUTBOUND, 10);
    const sizes = board.network.links[0]?.frames.flatMap(({ kind, bytes }) =>
      kind === 'audio' ? [bytes] : [],
    );
    expect(new Set(sizes?.slice(0, -1))).toEqual(new Set([640]));
  });

  test('does not delay one side while the other is silent', async () => {
    const silent = new Int16Array();
    const { first, call } = await hear({ outbound: silent }, fromTwilio, 6);
    expectSide(first, 0, INBOUND, 6);
    expect(call.counts.late).toBe(0);
  });
});

describe('one track', () => {
  test.each([
    ['twilio', fromTwilio, {}, { encoding: 'mulaw', sample_rate: 8_000 }],
    ['telnyx', fromTelnyx, {}, { encoding: 'mulaw', sample_rate: 8_000 }],
    ['vonage', fromVonage, { sampleRate: 16_000 }, { encoding: 'linear16', sample_rate: 16_000 }],
    ['plivo', fromCall, { encoding: 'linear16' }, { encoding: 'linear16', sample_rate: 8_000 }],
    ['exotel', fromCall, {}, { encoding: 'linear16', sample_rate: 8_000 }],
    ['twilio', fromCall, {}, { encoding: 'mulaw', sample_rate: 8_000 }],
    ['telnyx', fromCall, { encoding: 'alaw' }, { encoding: 'alaw', sample_rate: 8_000 }],
    ['vonage', fromCall, {}, { encoding: 'linear16', sample_rate: 8_000 }],
  ] as const)('of %s is transcribed, and its keys are heard', async (provider, from, format, listen) => {
    const sampleRate = 'sampleRate' in format ? format.sampleRate : RATE;
    const { first, call, log } = await hear(
      {
        provider,
        ...format,
        inbound: voice(INBOUND, 8, sampleRate),
        parameters: { customer: '42' },
        digits: [{ afterMs: 1_000, digit: '5' }],
      },
      from,
      8,
    );
    expect(call.listen).toEqual({ ...listen, channels: 1 });
    expect(call.call.provider).toBe(provider);
    const parameters = provider === 'plivo' ? { extra_headers: 'customer=42' } : { customer: '42' };
    expect(call.call.parameters).toEqual(parameters);
    expectSide(first, 0, INBOUND, 8);
    expect(log.control).toMatchObject([{ type: 'dtmf', digit: '5' }]);
    expect(log.notices).toEqual([]);
    expect(log.end).toEqual([{ reason: ['vonage', 'plivo'].includes(provider) ? 'closed' : 'stop' }]);
    expect(first.isComplete).toBe(true);
  });
});

describe('a call without media', () => {
  test('is announced as held, loses no word before the hold, and its gap is announced with its length', async () => {
    const { first, log, call } = await hear(
      { holds: [{ afterMs: 5_000, forMs: 30_000 }], outbound: voice(OUTBOUND, 20) },
      fromTwilio,
      20,
    );
    expect(log.control).toEqual([{ type: 'hold' }, { type: 'hold-ended', heldMs: 30_020 }]);
    expect(log.notices).toEqual([
      { code: 'gap', message: expect.any(String) as string, fromMs: 5_000, toMs: 35_000 },
    ]);
    expect(call.counts.gaps).toBe(1);
    // The session's clock counts audio, and none came: after the hold it is behind the call by the gap.
    expectSide(first, 0, INBOUND, 20);
    expectSide(first, 1, OUTBOUND, 20);
    const behindMs = first.words.map(({ capturedAt, startMs }) => Math.round((capturedAt - startMs) / 1000));
    expect([...new Set(behindMs.map((seconds) => seconds - behindMs[0]!))].sort((a, b) => a - b)).toEqual([
      0, 30,
    ]);
  });

  test('for less than two seconds is silence, so that times stay those of the call', async () => {
    const { first, log, call } = await hear({ holds: [{ afterMs: 5_000, forMs: 1_500 }] }, fromTwilio, 20);
    expect(log.notices).toEqual([]);
    expect(call.counts).toMatchObject({ filledMs: 1_500, gaps: 0 });
    const late = wholeWords(first.words, 0).filter(({ number }) => saidAt(INBOUND, number) > 5_000);
    expect(late.length).toBeGreaterThan(8);
    for (const { number, startMs } of late) {
      expect(Math.abs(startMs - saidAt(INBOUND, number) - 1_500)).toBeLessThanOrEqual(TOLERANCE_MS);
    }
  });
});

describe('a hang-up', () => {
  test.each(['stop', 'close', 'cut'] as const)(
    'by %s brings the last words, and ends once',
    async (hangUp) => {
      // The call ends 40 ms after the last word, in the middle of a chunk.
      const inbound = voice(INBOUND, 6).subarray(0, ((100 + 5 * CYCLE_MS + WORD_MS + 40) * RATE) / 1000);
      const { first, log, board } = await hear({ inbound, hangUp }, fromTwilio, 6);
      expectSide(first, 0, INBOUND, 6);
      expect(log.end).toEqual([{ reason: hangUp === 'stop' ? 'stop' : 'closed' }]);
      expect(first.isComplete).toBe(true);
      const [connection, ...others] = board.emulator.connections;
      expect(others).toEqual([]);
      expect(connection?.received.filter(({ text }) => text?.includes('CloseStream'))).toHaveLength(1);
    },
  );

  test('in the middle of a hold loses nothing of the words before it', async () => {
    const board = new Switchboard();
    // The sixth word ends just before it, and fills no chunk.
    const holds = [{ afterMs: 100 + 5 * CYCLE_MS + WORD_MS, forMs: 60_000 }];
    const played = playCall(
      { provider: 'twilio', inbound: voice(INBOUND, 12), holds },
      { clock: board.clock },
    );
    const opening = fromTwilio(played.socket, { clock: board.clock });
    await board.wait(1);
    const heard = board.transcribe(await opening);
    await board.wait(20_000);
    played.cut();
    await board.wait(20_000);
    expectSide(heard, 0, INBOUND, 6);
    expect(heard.isComplete).toBe(true);
    expect(board.clock.pendingTimers).toBe(0);
  });
});

test('audio that comes before somebody subscribes is kept', async () => {
  const board = new Switchboard();
  const played = playCall({ provider: 'twilio', inbound: voice(INBOUND, 6) }, { clock: board.clock });
  const opening = fromTwilio(played.socket, { clock: board.clock });
  await board.wait(2_000);
  const call = await opening;
  const heard = board.transcribe(call);
  await board.wait(played.endsAtMs + 10_000);
  expectSide(heard, 0, INBOUND, 6);
});
