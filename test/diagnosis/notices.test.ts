/** Provokes every notice on a real session in virtual time: it comes once, with its numbers, and a lasting one is cleared. */
import { describe, expect, test } from 'vitest';
import { createNotice, NOTICES, type Notice, type NoticeCode } from '../../src/diagnosis/notices.ts';
import { createLiveTranscription } from '../../src/index.ts';
import {
  Emulator,
  muxWav,
  stallResults,
  toneRecogniser,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';
import { PROVOCATIONS } from './provocations.ts';
import { RATE, Room, SPEECH } from './room.ts';

describe.each(Object.entries(PROVOCATIONS))('%s', (name, { setting, provoke, mend }) => {
  const code = name as NoticeCode;

  test(`is reported once${mend ? ', and once when it is over' : ''}`, async () => {
    const room = new Room(setting);
    await provoke(room);
    const told = room.of(code);
    expect(told.length, room.notices.map(({ message }) => message).join('\n')).toBeGreaterThan(0);
    const [first] = told as [Notice];
    expect(first.message.startsWith(NOTICES[code].meaning)).toBe(true);
    expect(first.message, 'words and units, not names of fields').not.toMatch(/[a-z](Seconds|Ms|Percent)\b/);
    expect(first.severity).toBe(NOTICES[code].severity);
    expect(first.docs).toBe(`docs/recovery.md#${code}`);
    expect(first.since).toBeLessThanOrEqual(first.at);
    if (mend) {
      expect(told.map(({ stage }) => stage)).toEqual(['raised']);
      await mend(room);
      expect(room.of(code).map(({ stage }) => stage)).toEqual(['raised', 'cleared']);
      expect(room.of(code)[1]?.since).toBe(first.since);
    }
    await room.end();
  });
});

/** A notice that needs time for its detection begins before its report. */
const SURE_AFTER_MS: Partial<Record<NoticeCode, number>> = {
  'audio-clipping': 3_000,
  'audio-silent': 5_000,
  'audio-stopped': 5_000,
  'chunks-large': 5_000,
  'credentials-slow': 3_000,
  'format-doubtful': 2_000,
  'link-congested': 3_000,
  'rate-doubtful': 8_000,
  'results-late': 5_000,
  'results-missing': 6_000,
  'timer-late': 1_000,
};

test.each(Object.entries(SURE_AFTER_MS))('%s says since when: %i ms ago', async (name, sureAfterMs) => {
  const { setting, provoke } = PROVOCATIONS[name as NoticeCode];
  const room = new Room(setting);
  await provoke(room);
  const { at, since } = room.of(name as NoticeCode)[0] as Notice;
  expect(at - since).toBeGreaterThanOrEqual(sureAfterMs);
  expect(at - since).toBeLessThanOrEqual(sureAfterMs + 3_000);
  await room.end();
});

test.each([
  ['audio-silent', 8_000],
  ['audio-clipping', 14_000],
  ['format-doubtful', 13_000],
] as const)('%s is found in mid-session, too, within %i ms', async (code, withinMs) => {
  const { setting, provoke } = PROVOCATIONS[code];
  const room = new Room({ ...setting, log: { maxSeconds: 600 } });
  await room.play(33.3);
  const startedAt = room.clock.wallTime();
  while (room.of(code).length === 0 && room.clock.wallTime() < startedAt + 60_000) await provoke(room);
  const [notice] = room.of(code);
  expect(notice?.at).toBeLessThanOrEqual(startedAt + withinMs);
  await room.end();
});

test.each([{}, PROVOCATIONS['messages-missing'].setting])(
  'a healthy session gives no notice: %j',
  async (setting) => {
    const room = new Room(setting);
    await room.play(60);
    void room.live.close();
    await room.wait(20);
    expect(room.notices.map(({ message }) => message)).toEqual([]);
  },
);

test('shows evidence in words and units', () => {
  const evidence = { backlogSeconds: 8.983, doneInSeconds: 44.9, lateMs: 120, losses: 3, kind: 'stalled' };
  expect(createNotice('catching-up', 'raised', evidence, 0).message).toBe(
    'A backlog is being sent, faster than real time (backlog 9 s, done in 44.9 s, late 120 ms, losses 3, kind: stalled).',
  );
});

test.each([
  'ws://localhost:8080',
  'ws://app.localhost',
  'ws://127.0.0.1',
  'ws://[::1]:1/x',
  'wss://10.0.0.5',
])('a key sent to %s is not exposed', async (baseUrl) => {
  const room = new Room({ baseUrl });
  await room.wait(1);
  expect(room.of('key-exposed')).toEqual([]);
  await room.end();
});

test.each(['ws://localhost.example', 'ws://127.0.0.1.example', 'http://10.0.0.5'])(
  'a key sent to %s is exposed',
  async (baseUrl) => {
    const room = new Room({ baseUrl });
    await room.wait(1);
    expect(room.of('key-exposed').length).toBe(1);
    await room.end();
  },
);

test('with Flux, transcripts that lag are reported, and that an outage is over', async () => {
  const room = new Room({ ...PROVOCATIONS['messages-missing'].setting, giveUpAfterMs: Infinity });
  await room.play(4);
  room.server.throttle(0.3);
  await room.play(20);
  expect(room.of('results-late').map(({ stage }) => stage)).toEqual(['raised']);
  await room.end();
});

const WAV = new TextEncoder().encode('RIFF....WAVEfmt ');
/** Thirty frames of 96 bytes. */
const MP3 = Uint8Array.from({ length: 30 * 96 }, (_, i) => [0xff, 0xfb, 0x14, 0xc4][i % 96] ?? 0);

test.each([
  ['wav', 16, WAV],
  ['wav', 3, WAV],
  ['mp3', 20, MP3],
])(
  'a container where samples are declared is reported by its name: %s, in chunks of %i bytes',
  async (found, chunkBytes, bytes) => {
    const room = new Room();
    for (let from = 0; from < bytes.length; from += chunkBytes)
      room.live.send(bytes.subarray(from, from + chunkBytes));
    await room.play(1);
    expect(room.of('format-doubtful')[0]?.evidence).toEqual({ declared: 'linear16', found });
    await room.end();
  },
);

test.each([20, 700, 1_400])(
  'silence is counted in whole seconds of audio, in chunks of %i ms',
  async (chunkMs) => {
    const room = new Room();
    const silence = (bytes: Uint8Array) => bytes.fill(0);
    await room.play(4.2, { chunkMs, sound: silence });
    expect(room.of('audio-silent')).toEqual([]);
    await room.play(1.4, { chunkMs, sound: silence });
    expect(room.of('audio-silent')).toMatchObject([{ stage: 'raised' }]);
    await room.end();
  },
);

test('reports a wrong rate with one that fits', async () => {
  const room = new Room();
  await room.play(60, { hurry: 3 });
  expect(room.of('rate-doubtful')[0]?.evidence['rather']).toBe('linear16 at 48000 Hz');
  await room.end();
});

test('emits earlier events to the first subscriber only', async () => {
  const clock = new VirtualClock();
  const server = new Emulator({ clock });
  const network = new VirtualNetwork(server);
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    listen: { encoding: 'linear16', sample_rate: RATE, interim_results: true },
    clock,
    transport: network.transport,
  });
  live.send(SPEECH.slice(0, RATE));
  await clock.advanceAsync(1_000);
  network.cut();
  await clock.advanceAsync(1_000);
  const first: NoticeCode[] = [];
  const second: NoticeCode[] = [];
  live.notices$.subscribe(({ code }) => first.push(code));
  live.notices$.subscribe(({ code }) => second.push(code));
  expect(first).toEqual(['connection-lost']);
  expect(second).toEqual([]);
  live.abort();
});

test('a notice has the wall-clock time of its event, not of the first subscription', async () => {
  const clock = new VirtualClock({ wallTimeMs: Date.UTC(2026, 0, 1) });
  const network = new VirtualNetwork(new Emulator({ clock }));
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    listen: { encoding: 'linear16', sample_rate: RATE, interim_results: true },
    clock,
    transport: network.transport,
  });
  live.send(SPEECH.slice(0, RATE));
  await clock.advanceAsync(1_000);
  const lostAt = clock.wallTime();
  network.cut();
  await clock.advanceAsync(5_000);
  const told: Notice[] = [];
  live.notices$.subscribe((notice) => told.push(notice));
  expect(told.find(({ code }) => code === 'connection-lost')).toMatchObject({ at: lostAt, since: lostAt });
  live.abort();
});

test('a connection that is given back ends the watch for audio, and the next one begins another', async () => {
  const room = new Room({ disconnectAfterIdleMs: 4_000 });
  for (const stages of [
    ['raised', 'cleared'],
    ['raised', 'cleared', 'raised', 'cleared'],
  ]) {
    await room.play(3);
    await room.wait(60);
    expect(room.of('audio-stopped').map(({ stage }) => stage)).toEqual(stages);
  }
  // Nor is the time in which nothing was watched taken for sleep, or for audio that comes too slowly.
  for (const code of ['clock-jumped', 'timer-late', 'rate-doubtful'] as const)
    expect(room.of(code)).toEqual([]);
  await room.end();
});

test('results that are missing are counted anew on every connection', async () => {
  const room = new Room();
  room.server.onConnection(2, stallResults());
  await room.play(20);
  room.network.cut();
  await room.play(9);
  const [missing] = room.of('results-missing', 'raised');
  expect(missing?.evidence['unansweredSeconds']).toBeLessThan(8);
  await room.end();
});

test('runs no watch and no timer for a session without a subscriber', async () => {
  const room = new Room();
  await room.play(1);
  const withWatch = room.clock.pendingTimers;
  const clock = new VirtualClock();
  const network = new VirtualNetwork(new Emulator({ clock, recogniser: toneRecogniser }));
  const live = createLiveTranscription({
    auth: { apiKey: 'a-key' },
    listen: { encoding: 'linear16', sample_rate: RATE, interim_results: true, endpointing: 300 },
    clock,
    transport: network.transport,
  });
  for (let sent = 0; sent < 50; sent += 1) {
    await clock.advanceAsync(20);
    live.send(SPEECH.slice(sent * 640, (sent + 1) * 640));
  }
  expect(clock.pendingTimers).toBe(withWatch - 1);
  live.abort();
  await room.end();
});

describe('the format of a container', () => {
  const start = (bytes: Uint8Array) => {
    const clock = new VirtualClock();
    const network = new VirtualNetwork(new Emulator({ clock }));
    const live = createLiveTranscription({
      auth: { apiKey: 'a-key' },
      listen: { interim_results: true },
      clock,
      transport: network.transport,
    });
    live.send(bytes);
    return { clock, live };
  };
  const watch = async ({ clock, live }: ReturnType<typeof start>) => {
    const told: Notice[] = [];
    await clock.advanceAsync(100);
    live.notices$.subscribe((notice) => told.push(notice));
    live.send(SPEECH.slice(0, 4_000));
    await clock.advanceAsync(100);
    live.abort();
    return told.filter(({ code }) => code === 'format-doubtful');
  };

  test('is not doubted by a watch that was loaded after the header', async () => {
    const { header } = muxWav(new Int16Array(RATE), { sampleRate: RATE });
    expect(await watch(start(header))).toEqual([]);
  });

  test('is reported if it is unknown, also to a later subscriber', async () => {
    expect(await watch(start(new Uint8Array(100).fill(7)))).toMatchObject([
      { stage: 'raised', evidence: { declared: 'a container', found: 'none that we know' } },
    ]);
  });
});
