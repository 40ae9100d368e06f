import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/testing/clock/virtual-clock.ts';
import { Emulator } from '../../../src/testing/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../src/testing/emulator/options.ts';
import { encodePcm } from '../../../src/testing/media/pcm.ts';
import { VirtualNetwork, type VirtualNetworkOptions } from '../../../src/testing/network/virtual-network.ts';
import { numberedRecogniser, speakNumbered } from '../../../src/testing/recognisers/numbered.ts';
import { count } from '../../../src/testing/recognisers/tone-speaker.ts';
import type { Handshake, Socket, SocketEnd } from '../../../src/transports/transport.ts';

const URL = 'ws://virtual/v1/listen?encoding=linear16&sample_rate=1000&interim_results=true&endpointing=300';

interface Seen {
  atMs: number;
  event: 'opened' | 'message' | 'binary' | 'ended';
  handshake?: Handshake;
  text?: string;
  end?: SocketEnd;
}

function connect(options: VirtualNetworkOptions & { emulator?: EmulatorOptions; key?: string } = {}) {
  const clock = new VirtualClock();
  const emulator = new Emulator({ clock, recogniser: numberedRecogniser, ...options.emulator });
  const network = new VirtualNetwork(emulator, options);
  const seen: Seen[] = [];
  const open = (): Socket =>
    network.transport(
      { url: URL, credentials: { scheme: 'token', value: options.key ?? 'some-key' } },
      {
        opened: (handshake) => seen.push({ atMs: clock.now(), event: 'opened', handshake }),
        message: (text) => seen.push({ atMs: clock.now(), event: 'message', text }),
        binary: () => seen.push({ atMs: clock.now(), event: 'binary' }),
        ended: (end) => seen.push({ atMs: clock.now(), event: 'ended', end }),
      },
    );
  const events = () => seen.map((entry) => entry.event);
  const lastEnd = () => seen.findLast((entry) => entry.event === 'ended');
  return { clock, emulator, network, seen, open, events, lastEnd };
}

const audio = encodePcm(speakNumbered(count(0, 4), { sampleRate: 1_000, gapMs: 400 }), 'linear16');

function stream(socket: Socket, clock: VirtualClock, bytes = audio): void {
  for (let at = 0; at < bytes.length; at += 40) {
    socket.send(bytes.subarray(at, at + 40));
    clock.advance(20);
  }
}

test('a handshake takes a round trip and shows its request id; a browser is shown nothing', () => {
  const node = connect({ latencyMs: 50, handshakeDelayMs: 100 });
  node.open();
  node.clock.advance(199);
  expect(node.seen).toEqual([]);
  node.clock.advance(1);
  expect(node.seen).toEqual([
    {
      atMs: 200,
      event: 'opened',
      handshake: { headers: { 'dg-request-id': node.emulator.latest?.requestId } },
    },
  ]);
  const browser = connect({ platform: 'browser' });
  browser.open();
  browser.clock.advance(100);
  expect(browser.seen[0]?.handshake).toEqual({});
});

test('a session runs, drains and leaves no timer', () => {
  const { clock, emulator, open, seen, lastEnd } = connect();
  const socket = open();
  clock.advance(40);
  stream(socket, clock);
  socket.send('{"type":"CloseStream"}');
  clock.advance(100);
  expect(emulator.transcript()).toEqual(['0000', '0001', '0002', '0003']);
  expect(seen.at(-2)?.text).toContain('"Metadata"');
  expect(lastEnd()?.end).toEqual({ code: 1000, reason: '' });
  expect(clock.pendingTimers).toBe(0);
});

test('bytes are copied on send, so a caller may reuse its buffer', () => {
  const { clock, emulator, open } = connect();
  const socket = open();
  clock.advance(40);
  const buffer = new Uint8Array(40);
  for (let at = 0; at < audio.length; at += 40) {
    buffer.set(audio.subarray(at, at + 40));
    socket.send(buffer);
    buffer.fill(255);
    clock.advance(20);
  }
  clock.advance(100);
  expect(emulator.transcript()).toEqual(['0000', '0001', '0002', '0003']);
});

test('frames arrive in the order they were sent, with any jitter', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.integer({ min: 0, max: 500 }), (seed, jitterMs) => {
      const { clock, emulator, open } = connect({ seed, jitterMs });
      const socket = open();
      clock.advance(2_000);
      stream(socket, clock);
      clock.advance(2_000);
      expect(emulator.transcript()).toEqual(['0000', '0001', '0002', '0003']);
    }),
    { numRuns: 50 },
  );
});

test('a cut ends both sides with 1006 and loses what was under way, both ways', () => {
  const { clock, emulator, network, open, seen, lastEnd } = connect({ latencyMs: 500 });
  const socket = open();
  clock.advance(1_000);
  stream(socket, clock, audio.subarray(0, 4_000));
  const messagesBefore = seen.length;
  network.cut();
  socket.send(audio.subarray(0, 40));
  clock.advance(5_000);
  expect(lastEnd()).toMatchObject({ atMs: 3_000, end: { code: 1006 } });
  expect(seen.length).toBe(messagesBefore + 1);
  // Of the frames sent from 1.0 s on, those sent after 2.5 s had not arrived at 3.0 s.
  expect(emulator.latest?.receivedAudioMs).toBe(1_520);
  expect(emulator.latest?.end).toMatchObject({ atMs: 3_000, by: 'network', code: 1006 });
  expect(clock.pendingTimers).toBe(0);
});

test('a half-open link swallows everything while bufferedAmount grows, until the client gives up', () => {
  const { clock, emulator, network, open, events } = connect();
  const socket = open();
  clock.advance(40);
  stream(socket, clock, audio.subarray(0, 400));
  network.halfOpen();
  const heardMs = emulator.latest?.receivedAudioMs;
  for (let sent = 0; sent < 10; sent += 1) socket.send(audio.subarray(0, 40));
  clock.advance(60_000);
  expect(socket.bufferedAmount).toBe(400);
  expect(emulator.latest?.receivedAudioMs).toBe(heardMs);
  expect(events()).not.toContain('ended');
  socket.terminate();
  expect(events()).not.toContain('ended');
  clock.advance(0);
  expect(events().at(-1)).toBe('ended');
  expect(clock.pendingTimers).toBe(0);
});

test('closing a half-open link does not wait for ever', () => {
  const { clock, network, open, lastEnd } = connect();
  const socket = open();
  clock.advance(40);
  network.halfOpen();
  socket.close(1000, '');
  clock.advance(2_000);
  expect(lastEnd()?.end?.code).toBe(1006);
});

test('a slow uplink fills bufferedAmount and drains it at its own pace', () => {
  const { clock, open } = connect({ uplinkBytesPerSecond: 1_000, latencyMs: 0 });
  const socket = open();
  clock.advance(0);
  for (let sent = 0; sent < 10; sent += 1) socket.send(audio.subarray(0, 100));
  expect(socket.bufferedAmount).toBe(1_000);
  clock.advance(500);
  expect(socket.bufferedAmount).toBe(500);
  clock.advance(500);
  expect(socket.bufferedAmount).toBe(0);
});

test('a refused handshake ends with 1006 and its status, which a browser is not shown', () => {
  const node = connect({ key: 'wrong-key' });
  node.open();
  node.clock.advance(100);
  expect(node.seen).toMatchObject([
    { event: 'ended', end: { code: 1006, status: 401, headers: { 'dg-error': 'Invalid credentials.' } } },
  ]);
  const browser = connect({ key: 'wrong-key', platform: 'browser' });
  browser.open();
  browser.clock.advance(100);
  expect(browser.lastEnd()?.end).toEqual({ code: 1006, reason: '' });
});

test('a hanging handshake ends when the client gives it up, and not before', () => {
  const { clock, emulator, open, seen } = connect();
  emulator.hang();
  const socket = open();
  clock.advance(600_000);
  expect(seen).toEqual([]);
  socket.terminate();
  clock.advance(0);
  expect(seen).toMatchObject([{ event: 'ended', end: { code: 1006 } }]);
  expect(clock.pendingTimers).toBe(0);
});

test('an offline network lets no attempt reach the emulator', () => {
  const { clock, emulator, network, open, seen } = connect();
  network.offline = true;
  open();
  clock.advance(1_000);
  expect(seen).toMatchObject([{ event: 'ended', end: { code: 1006 } }]);
  expect(emulator.attempts).toBe(0);
});

test('a client that closes is answered, and the emulator knows it was the client', () => {
  const { clock, emulator, open, lastEnd } = connect();
  const socket = open();
  clock.advance(40);
  socket.close(1000, 'bye');
  clock.advance(40);
  expect(lastEnd()?.end).toEqual({ code: 1000, reason: 'bye' });
  expect(emulator.latest?.end).toMatchObject({ by: 'client', code: 1000, reason: 'bye' });
  expect(clock.pendingTimers).toBe(0);
});

test('late events of a dead socket come when they are requested', () => {
  const { clock, network, open, events } = connect({ lateEvents: true });
  open();
  clock.advance(40);
  network.cut();
  clock.advance(30_000);
  expect(events().filter((event) => event === 'ended').length).toBeGreaterThan(1);
  expect(events().filter((event) => event === 'opened').length).toBeGreaterThan(1);
});

test('every outbound frame is on record with its time, kind and size, and so is the longest silence', () => {
  const { clock, network, open } = connect();
  const socket = open();
  clock.advance(40);
  socket.send(audio.subarray(0, 40));
  clock.advance(4_000);
  socket.send('{"type":"KeepAlive"}');
  clock.advance(1_000);
  socket.send(new Uint8Array(0));
  expect(network.latest?.frames).toEqual([
    { atMs: 40, kind: 'audio', bytes: 40 },
    { atMs: 4_040, kind: 'text', bytes: 20, text: '{"type":"KeepAlive"}' },
    { atMs: 5_040, kind: 'empty', bytes: 0 },
  ]);
  expect(network.longestOutboundSilenceMs).toBe(4_000);
});

test('a fault planned for a connection strikes at the planned amount of audio', () => {
  const { clock, emulator, open, lastEnd } = connect({
    emulator: { faultsOf: () => [{ kind: 'cut', afterAudioMs: 1_000 }] },
  });
  const socket = open();
  clock.advance(40);
  stream(socket, clock);
  expect(emulator.latest?.receivedAudioMs).toBe(1_000);
  expect(lastEnd()?.end?.code).toBe(1006);
  expect(emulator.latest?.end).toMatchObject({ by: 'network' });
});

test.each([0, 39, 40, 41, 799] as const)(
  'a link can be lost at any byte: %i arrive, and of the frame cut in two nothing',
  (bytes) => {
    const { clock, emulator, network, open, lastEnd } = connect();
    const socket = open();
    clock.advance(40);
    network.cutAfterBytes(bytes);
    stream(socket, clock);
    expect(emulator.latest?.receivedBytes).toBe(bytes - (bytes % 40));
    expect(lastEnd()?.end?.code).toBe(1006);
  },
);

test('a message of the server that a lost link cuts in two never arrives', () => {
  const { clock, network, open, seen } = connect();
  const socket = open();
  clock.advance(40);
  network.cutAfterBytes(10, 'down');
  stream(socket, clock);
  expect(seen.map(({ event }) => event)).toEqual(['opened', 'ended']);
});

test("a link that is silent upwards loses the client's messages; the server gives up, and its close arrives", () => {
  const { clock, emulator, network, open, lastEnd } = connect();
  const socket = open();
  clock.advance(40);
  network.halfOpen('up');
  stream(socket, clock);
  clock.advance(20_000);
  expect(emulator.latest?.receivedBytes).toBe(0);
  expect(lastEnd()?.end).toMatchObject({ code: 1011 });
});

test('a link that is silent downwards carries audio, and no answer', () => {
  const { clock, emulator, network, open, events } = connect();
  const socket = open();
  clock.advance(40);
  network.halfOpen('down');
  stream(socket, clock);
  emulator.cut();
  clock.advance(20_000);
  expect(emulator.finals.length).toBeGreaterThan(0);
  expect(events()).toEqual(['opened']);
});
