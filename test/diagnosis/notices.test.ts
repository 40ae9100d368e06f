/**
 * Every notice there is, provoked on a real session in virtual time: it comes once, with its numbers, and those that last
 * are cleared when it is over. The table cannot miss one.
 */
import { describe, expect, test } from 'vitest';
import { NOTICES, type Notice, type NoticeCode } from '../../src/diagnosis/notices.ts';
import { createLiveTranscription, type LiveTranscriptionOptions } from '../../src/index.ts';
import {
  count,
  Emulator,
  type EmulatorOptions,
  malformed,
  speak,
  stallResults,
  throttle,
  toneRecogniser,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';

// Loaded lazily in apps; virtual time does not wait for a module.
await import('../../src/data/container-framing.ts');

const RATE = 16_000;
const SPEECH = new Uint8Array(speak(count(1, 200), { sampleRate: RATE }).buffer);

interface Setting extends Partial<Omit<LiveTranscriptionOptions, 'clock' | 'transport'>> {
  server?: EmulatorOptions;
}

/** A session, and what it has to say of itself. */
class Room {
  readonly clock = new VirtualClock();
  readonly server: Emulator;
  readonly network: VirtualNetwork;
  readonly live: ReturnType<typeof createLiveTranscription>;
  readonly notices: Notice[] = [];
  /** What becomes of the server's messages on their way. */
  rewrite = (text: string): string => text;
  #toClient: ((text: string) => void) | undefined;
  #at = 0;

  constructor({ server, listen, ...options }: Setting = {}) {
    clock = this.clock;
    this.server = new Emulator({ clock: this.clock, recogniser: toneRecogniser, ...server });
    this.network = new VirtualNetwork(this.server);
    this.live = createLiveTranscription({
      auth: { apiKey: 'a-key' },
      seed: 1,
      ...options,
      listen: {
        model: 'nova-3',
        encoding: 'linear16',
        sample_rate: RATE,
        interim_results: true,
        endpointing: 300,
        ...listen,
      },
      clock: this.clock,
      transport: (request, handlers) => {
        this.#toClient = (text) => handlers.message(text);
        // The emulator decodes no Opus, and need not: nothing here depends on what it hears.
        const url = request.url.replace('encoding=opus', 'encoding=linear16');
        const message = (text: string) => handlers.message(this.rewrite(text));
        return this.network.transport({ ...request, url }, { ...handlers, message });
      },
    });
    this.live.notices$.subscribe((notice) => this.notices.push(notice));
  }

  /** The server says something of its own. */
  say(message: object): void {
    this.#toClient?.(JSON.stringify(message));
  }

  async wait(seconds: number): Promise<void> {
    await this.clock.advanceAsync(seconds * 1000);
  }

  /** Sends audio at real time, `hurry` times as fast, `chunkMs` of it at once. */
  async play(seconds: number, { chunkMs = 20, hurry = 1, sound = (bytes: Uint8Array) => bytes } = {}) {
    const chunkBytes = Math.round((RATE * chunkMs) / 1000) * 2;
    for (let left = seconds * 1000; left > 0; left -= chunkMs) {
      await this.wait(chunkMs / hurry / 1000);
      const from = this.#at % (SPEECH.byteLength - chunkBytes);
      this.live.send(sound(SPEECH.slice(from, from + chunkBytes)));
      this.#at += chunkBytes;
    }
  }

  of(code: NoticeCode, stage?: Notice['stage']): Notice[] {
    return this.notices.filter((notice) => notice.code === code && (!stage || notice.stage === stage));
  }

  async end(): Promise<void> {
    this.live.abort();
    await this.wait(60);
    expect(this.clock.pendingTimers, 'timers that outlive the session').toBe(0);
  }
}

/** The clock of the room that is being played in. */
let clock = new VirtualClock();

function later<Value>(value: Value, delayMs: number): Promise<Value> {
  return new Promise((resolve) => clock.setTimeout(() => resolve(value), delayMs));
}

const muted = (bytes: Uint8Array) => bytes.fill(0);

const shouted = (bytes: Uint8Array) => {
  const samples = new Int16Array(bytes.buffer);
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = Math.max(-0x8000, Math.min(0x7fff, (samples[at] as number) * 40));
  }
  return bytes;
};

/** Bytes as µ-law makes them, and other compressed things: no samples. */
let noiseSeed = 1;
const noise = (bytes: Uint8Array) =>
  bytes.map(() => (noiseSeed = Math.imul(noiseSeed, 1_103_515_245) + 12_345) >>> 16);

interface Provocation {
  setting?: Setting;
  provoke: (room: Room) => Promise<unknown>;
  /** Makes it well again; absent for what only happens, and for what stays. */
  mend?: (room: Room) => Promise<unknown>;
}

const PROVOCATIONS: Record<NoticeCode, Provocation> = {
  'audio-clipping': {
    provoke: (room) => room.play(5, { sound: shouted }),
    mend: (room) => room.play(5),
  },
  'audio-dropped': {
    setting: { log: { maxSeconds: 2 } },
    provoke: async (room) => {
      await room.play(2);
      room.network.offline = true;
      room.network.cut();
      await room.play(5);
    },
  },
  'audio-inexact': {
    setting: { listen: { encoding: 'opus' } },
    provoke: async (room) => {
      await room.play(2);
      room.network.cut();
      await room.play(2);
    },
  },
  'audio-refused': {
    setting: { log: { maxSeconds: 10, overflow: 'refuse' } },
    provoke: async (room) => {
      await room.play(2);
      room.network.offline = true;
      room.network.cut();
      await room.play(15);
    },
    mend: async (room) => {
      room.network.offline = false;
      room.live.connect();
      await room.play(20);
    },
  },
  'audio-silent': {
    provoke: (room) => room.play(7, { sound: muted }),
    mend: (room) => room.play(2),
  },
  'audio-stopped': {
    provoke: async (room) => {
      await room.play(2);
      await room.wait(8);
    },
    mend: (room) => room.play(1),
  },
  'audio-unprocessed': {
    provoke: async (room) => {
      room.rewrite = (text) => text.replace(/("type":"Metadata".*"duration":)[\d.]+/, '$11.5');
      await room.play(2);
      void room.live.close();
      await room.wait(20);
    },
  },
  'audio-unreadable': {
    provoke: async (room) => {
      const gone = Object.assign(new Blob(['audio']), {
        arrayBuffer: () => Promise.reject(new Error('gone')),
      });
      room.live.send(gone);
      await room.wait(1);
    },
  },
  'catching-up': {
    provoke: async (room) => {
      await room.play(2);
      room.network.offline = true;
      room.network.cut();
      await room.play(4);
      room.network.offline = false;
      room.live.connect();
      await room.play(2);
    },
    mend: (room) => room.play(50),
  },
  'chunks-large': {
    provoke: (room) => room.play(10, { chunkMs: 1_000 }),
    mend: (room) => room.play(2),
  },
  'chunks-small': {
    provoke: (room) => room.play(4, { chunkMs: 5 }),
    mend: (room) => room.play(1),
  },
  'clock-jumped': {
    provoke: async (room) => {
      await room.play(2);
      room.clock.jumpWallTime(60_000);
      await room.play(2);
    },
  },
  'connection-flapping': {
    provoke: async (room) => {
      for (let times = 0; times < 3; times += 1) {
        await room.play(2);
        room.network.cut();
      }
      await room.play(2);
    },
    mend: (room) => room.play(62),
  },
  'connection-lost': {
    provoke: async (room) => {
      await room.play(2);
      room.network.cut();
      await room.play(1);
    },
  },
  'connection-suspended': {
    provoke: async (room) => {
      await room.play(2);
      room.network.offline = true;
      room.network.cut();
      await room.play(100);
    },
    mend: async (room) => {
      room.network.offline = false;
      room.live.connect();
      await room.play(60);
    },
  },
  'credentials-failed': {
    setting: { auth: () => Promise.reject(new Error('no token today')) },
    provoke: (room) => room.play(2),
  },
  'credentials-slow': {
    setting: { auth: () => later({ apiKey: 'a-key' }, 5_000) },
    provoke: (room) => room.play(4.5),
    mend: (room) => room.play(5),
  },
  'empty-audio': {
    provoke: async (room) => {
      await room.play(1);
      for (let times = 0; times < 3; times += 1) room.live.send(new Uint8Array(0));
    },
    mend: (room) => room.play(1),
  },
  'format-doubtful': {
    provoke: (room) => room.play(4, { sound: noise }),
  },
  'link-congested': {
    provoke: async (room) => {
      await room.play(2);
      room.network.conditions.uplinkBytesPerSecond = 10_000;
      await room.play(15);
    },
    mend: async (room) => {
      room.network.conditions.uplinkBytesPerSecond = 1_000_000;
      await room.play(30);
    },
  },
  'message-malformed': {
    provoke: async (room) => {
      room.server.onConnection(1, malformed({ afterMs: 1_000 }));
      await room.play(3);
    },
  },
  'parameters-doubtful': {
    setting: { listen: { interim_results: false } },
    provoke: (room) => room.wait(1),
  },
  'rate-doubtful': {
    provoke: (room) => room.play(30, { hurry: 3 }),
    mend: (room) => room.play(20),
  },
  'results-late': {
    provoke: async (room) => {
      room.server.onConnection(1, throttle(0.3));
      await room.play(20);
    },
    mend: async (room) => {
      room.server.throttle(1.25);
      await room.play(90);
    },
  },
  'results-missing': {
    provoke: async (room) => {
      room.server.onConnection(1, stallResults({ afterMs: 2_000, forMs: 8_000 }));
      await room.play(9.6);
    },
    mend: (room) => room.play(5),
  },
  'server-complaint': {
    provoke: async (room) => {
      await room.play(1);
      room.say({ type: 'Error', description: 'Too quick', variant: 'PACE' });
      await room.play(1);
    },
  },
  'session-failed': {
    provoke: async (room) => {
      room.server.refuse(402);
      await room.play(2);
    },
  },
  'speakers-restarted': {
    provoke: async (room) => {
      room.rewrite = (text) => text.replaceAll('"confidence"', '"speaker":0,"confidence"');
      await room.play(5);
      room.network.cut();
      await room.play(10);
    },
  },
  'timer-late': {
    provoke: async (room) => {
      await room.play(2);
      await room.wait(2.5);
      room.clock.jump(4_000);
      await room.play(2);
    },
    mend: (room) => room.play(40),
  },
};

describe.each(Object.entries(PROVOCATIONS))('%s', (name, { setting, provoke, mend }) => {
  const code = name as NoticeCode;

  test(`is said once${mend ? ', and once that it is over' : ''}`, async () => {
    const room = new Room(setting);
    await provoke(room);
    const told = room.of(code);
    expect(told.length, room.notices.map(({ message }) => message).join('\n')).toBeGreaterThan(0);
    const [first] = told as [Notice];
    expect(first.message.startsWith(NOTICES[code].meaning)).toBe(true);
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

test('a healthy session has nothing to say', async () => {
  const room = new Room();
  await room.play(60);
  void room.live.close();
  await room.wait(20);
  expect(room.notices.map(({ message }) => message)).toEqual([]);
});

test('a container where samples are declared is told by its name', async () => {
  const room = new Room();
  room.live.send(new TextEncoder().encode('RIFF....WAVEfmt '));
  await room.play(1);
  expect(room.of('format-doubtful')[0]?.evidence).toEqual({ declared: 'linear16', found: 'wav' });
  await room.end();
});

test('a wrong rate is told with one that would fit', async () => {
  const room = new Room();
  await room.play(60, { hurry: 3 });
  expect(room.of('rate-doubtful')[0]?.evidence['rather']).toBe('linear16 at 48000 Hz');
  await room.end();
});

test('what happened before anybody listened is said to the first who does, and to no other', async () => {
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

test('nobody watches, and no timer runs, for a session that nobody asks', async () => {
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
