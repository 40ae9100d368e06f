/** The simulator of calls: its messages are as documented by the providers, with the requested faults. */
import { describe, expect, test } from 'vitest';
import {
  type CallScript,
  playCall,
  type PlayedCall,
  speak,
  VirtualClock,
} from '../../../src/testing/index.ts';

const RATE = 8_000;
const FRAME_MS = 20;
const SECOND = speak([1, 2], { sampleRate: RATE });

interface Message {
  event?: string;
  media?: { timestamp: string; payload: string };
}

interface Received {
  atMs: number;
  data: string | ArrayBuffer;
}

/** Plays a call to its end, and answers what a server got, and when. */
function receive(script: Partial<CallScript> = {}) {
  const clock = new VirtualClock();
  const played = playCall({ provider: 'twilio', inbound: SECOND, ...script }, { clock });
  const received: Received[] = [];
  const closes: number[] = [];
  played.socket.addEventListener('message', (event) => {
    received.push({ atMs: clock.now(), data: (event as { data: string | ArrayBuffer }).data });
  });
  played.socket.addEventListener('close', (event) => closes.push((event as { code: number }).code));
  clock.advance(60_000);
  expect(clock.pendingTimers).toBe(0);
  const objects = received.flatMap(({ data }) =>
    typeof data === 'string' ? [JSON.parse(data) as Message] : [],
  );
  const media = objects.filter(({ event }) => event === 'media');
  return { played, received, closes, objects, media };
}

const stampsOf = (media: readonly Message[]) => media.map((each) => Number(each.media?.timestamp));

test("Twilio's call has its documented shape: numbers are texts, chunks count for each track, messages for all", () => {
  const { objects, closes } = receive({
    inbound: SECOND.subarray(0, 320),
    outbound: SECOND.subarray(0, 160),
    parameters: { customer: '42' },
  });
  const media = (sequence: number, track: string, chunk: number, timestamp: number) => ({
    event: 'media',
    sequenceNumber: String(sequence),
    media: {
      track,
      chunk: String(chunk),
      timestamp: String(timestamp),
      payload: expect.any(String) as string,
    },
    streamSid: expect.stringMatching(/^MZ/) as string,
  });
  expect(objects).toEqual([
    { event: 'connected', protocol: 'Call', version: '1.0.0' },
    {
      event: 'start',
      sequenceNumber: '1',
      streamSid: expect.stringMatching(/^MZ/) as string,
      start: {
        streamSid: expect.stringMatching(/^MZ/) as string,
        accountSid: expect.stringMatching(/^AC/) as string,
        callSid: expect.stringMatching(/^CA/) as string,
        tracks: ['inbound', 'outbound'],
        customParameters: { customer: '42' },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 },
      },
    },
    media(2, 'inbound', 1, 0),
    media(3, 'outbound', 1, 0),
    media(4, 'inbound', 2, 20),
    {
      event: 'stop',
      sequenceNumber: '5',
      streamSid: expect.any(String) as string,
      stop: expect.any(Object) as object,
    },
  ]);
  expect(closes).toEqual([1000]);
});

test('frames come in real time, and their bytes are the recording', () => {
  const { received, media } = receive();
  const atMs = received.slice(2, -1).map((each) => each.atMs);
  expect(atMs).toEqual(Array.from({ length: 50 }, (_, i) => (i + 1) * FRAME_MS));
  expect(media.every(({ media }) => Buffer.from(media?.payload ?? '', 'base64').length === 160)).toBe(true);
});

test('Vonage sends binary linear16, as long as 20 ms are at its rate', () => {
  const inbound = speak([1], { sampleRate: 16_000 });
  const { received } = receive({ provider: 'vonage', inbound, sampleRate: 16_000 });
  expect(received[0]?.data).toContain('audio/l16;rate=16000');
  const bytes = received
    .slice(1)
    .flatMap(({ data }) => (typeof data === 'string' ? [] : [...new Uint8Array(data)]));
  expect(bytes).toEqual([...new Uint8Array(inbound.buffer)]);
  expect(received[1]?.data).toHaveProperty('byteLength', 640);
});

describe('faults', () => {
  test('is the same for the same seed, and another for another', () => {
    const faults = { loss: 0.1, jitterMs: 50, reorderMs: 50, duplication: 0.1 };
    const one = receive({ ...faults, seed: 5 }).received;
    expect(receive({ ...faults, seed: 5 }).received).toEqual(one);
    expect(receive({ ...faults, seed: 6 }).received).not.toEqual(one);
  });

  test('lost frames are missing, their time passes, and they are reported', () => {
    const { played, media } = receive({ loss: 0.2 });
    const lost = played.lost.map(({ fromMs }) => fromMs);
    expect(lost.length).toBeGreaterThan(3);
    const all = Array.from({ length: 50 }, (_, i) => i * FRAME_MS);
    expect(stampsOf(media)).toEqual(all.filter((ms) => !lost.includes(ms)));
  });

  test('jitter delays and keeps the order; reordering does not; neither is early', () => {
    const jittered = receive({ jitterMs: 100 });
    expect(stampsOf(jittered.media)).toEqual(stampsOf(jittered.media).toSorted((a, b) => a - b));
    const disordered = receive({ reorderMs: 100 });
    expect(stampsOf(disordered.media)).not.toEqual(stampsOf(disordered.media).toSorted((a, b) => a - b));
    for (const { received } of [jittered, disordered]) {
      for (const { atMs, data } of received) {
        const { media } = JSON.parse(data as string) as { media?: { timestamp: string } };
        const delayMs = media ? atMs - Number(media.timestamp) - FRAME_MS : 0;
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(100);
      }
    }
  });

  test('doubled frames come twice', () => {
    expect(receive({ duplication: 1 }).media).toHaveLength(100);
  });

  test('a hold stops the media, and its time passes', () => {
    const { media } = receive({ holds: [{ afterMs: 500, forMs: 3_000 }] });
    const stamps = stampsOf(media);
    expect(stamps).toHaveLength(50);
    expect(stamps.find((ms) => ms >= 500)).toBe(3_500);
  });

  test.each([
    ['stop', 1000, 1],
    ['close', 1000, 0],
    ['cut', 1006, 0],
  ] as const)('a hang-up by %s closes with %i', (hangUp, code, stops) => {
    const { closes, objects } = receive({ hangUp });
    expect(closes).toEqual([code]);
    expect(objects.filter(({ event }) => event === 'stop')).toHaveLength(stops);
  });

  test('a call may be cut at any time, once', async () => {
    const clock = new VirtualClock();
    const played: PlayedCall = playCall({ provider: 'twilio', inbound: SECOND }, { clock });
    clock.advance(500);
    played.cut();
    played.cut();
    await played.over;
    expect(clock.pendingTimers).toBe(0);
  });
});

test.each<[string, Partial<CallScript>]>([
  ['a second track of Vonage', { provider: 'vonage', outbound: SECOND }],
  ['µ-law of Exotel', { provider: 'exotel', encoding: 'mulaw' }],
  ['another rate of Twilio', { sampleRate: 16_000 }],
  ['a stop of Plivo', { provider: 'plivo', hangUp: 'stop' }],
])('%s is refused: no provider plays it', (_, script) => {
  expect(() => receive(script)).toThrow(RangeError);
});
