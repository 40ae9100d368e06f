/** Provokes every notice, and ends its cause where it lasts. A record over the codes, so that none is missed. */
import type { NoticeCode } from '../../src/diagnosis/notices.ts';
import { malformed, stallResults, throttle } from '../../src/testing/index.ts';
import { later, type Room, type Setting } from './room.ts';
import { STORE_PROVOCATIONS } from './store-provocations.ts';

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

export interface Provocation {
  setting?: Setting;
  provoke: (room: Room) => Promise<unknown>;
  /** Ends the cause; absent for events, and for lasting conditions that cannot end. */
  mend?: (room: Room) => Promise<unknown>;
}

export const PROVOCATIONS: Record<NoticeCode, Provocation> = {
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
  'messages-missing': {
    setting: {
      listen: { model: 'flux-general-en', interim_results: undefined, endpointing: undefined },
      server: { fluxSampleRate: 'any' },
    },
    provoke: async (room) => {
      await room.play(2);
      room.server.loseMessages();
      await room.play(2);
    },
  },
  'key-exposed': {
    setting: { baseUrl: 'ws://10.0.0.5:8080' },
    provoke: (room) => room.wait(1),
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
  ...STORE_PROVOCATIONS,
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
