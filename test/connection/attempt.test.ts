/** An attempt with its surroundings: the limit of connections, patience with handshakes, and servers that greet first. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AdaptiveTimeout } from '../../src/adaptive-timeout.ts';
import type { ConnectionEvent } from '../../src/connection/events.ts';
import { type ConnectionPorts, holdSocket } from '../../src/connection/hold-socket.ts';
import type { PlaceRequest } from '../../src/connection/place.ts';
import { type HeldSocket, holdLater, type HoldSocket } from '../../src/connection/hold-later.ts';
import { listenV1 } from '../../src/protocol/listen-v1/listen-v1.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import type { SocketHandlers } from '../../src/transports/transport.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const READY_MS = 2_000;

let clock: VirtualClock;
let events: ConnectionEvent[];
let handshakeTimeout: AdaptiveTimeout;
let network: SocketHandlers | undefined;
let attempted: HeldSocket;

beforeEach(() => {
  clock = new VirtualClock();
  // Later than zero, where a sum is a difference.
  clock.advance(1_000);
  events = [];
  network = undefined;
  handshakeTimeout = new AdaptiveTimeout(CONNECT_TIMEOUT_MS, 2 * CONNECT_TIMEOUT_MS);
});

/** A link that does nothing. */
const LINK = {
  number: 1,
  isFlowing: false,
  isStalled: false,
  serverError: undefined,
  receive: () => undefined,
  receiveBinary: () => undefined,
  endStream: () => undefined,
  end: () => undefined,
};

/** Begins an attempt; waits until its credentials have come. */
async function attempt(more: Partial<ConnectionPorts> = {}): Promise<void> {
  const ports: ConnectionPorts = {
    clock,
    protocol: listenV1,
    connectionLimit: undefined,
    handshakeTimeout,
    credentialsTimeoutMs: 3_000,
    attemptsPerSecond: 1_000,
    address: () => 'wss://host/v1/listen',
    hasPendingAudio: () => false,
    credentials: () => Promise.resolve({ scheme: 'token', value: 'secret' }),
    credentialsFailed: () => undefined,
    openLink: () => LINK,
    transport: (_, handlers) => {
      network = handlers;
      return {
        bufferedAmount: 0,
        send: () => undefined,
        close: () => undefined,
        terminate: () => undefined,
      };
    },
    ...more,
  };
  attempted = holdSocket(ports, { send: (event) => void events.push(event) });
  await clock.advanceAsync(0);
}

const types = () => events.map(({ type }) => type);

test('has one link, though a transport answers its first audio at once', async () => {
  let links = 0;
  await attempt({
    protocol: { ...listenV1, readyMs: 1_000 },
    openLink: () => {
      links += 1;
      network?.message('{"type":"Other"}');
      return LINK;
    },
  });
  network?.opened({});
  network?.message('{"type":"Connected"}');
  network?.opened({});
  expect(links).toBe(1);
});

describe('with a limit of connections', () => {
  let asked: PlaceRequest;
  let released: boolean[];
  let limited: Partial<ConnectionPorts>;

  beforeEach(() => {
    released = [];
    limited = {
      connectionLimit: {
        request: (request) => {
          asked = request;
          return { release: (isRefused) => released.push(isRefused) };
        },
      },
    };
  });

  const grant = async () => {
    asked.granted();
    await clock.advanceAsync(0);
  };

  test('an attempt begins when it has a place, and says nothing of a wait that was none', async () => {
    await attempt(limited);
    expect(asked.clock).toBe(clock);
    expect(network).toBeUndefined();
    await grant();
    expect(network).toBeDefined();
    expect(events).toEqual([]);
  });

  test('a session in line shows its place, and how long it has waited since the first', async () => {
    await attempt(limited);
    asked.awaited(7);
    clock.advance(400);
    asked.awaited(2);
    clock.advance(600);
    await grant();
    expect(events).toEqual([
      { type: 'place.awaited', place: 7 },
      { type: 'place.awaited', place: 2 },
      { type: 'place.granted', waitedMs: 1_000 },
    ]);
    expect(network).toBeDefined();
  });

  test.each([
    [429, true],
    [503, false],
  ])(
    'the end by HTTP %i frees the place, and tells whether there were too many',
    async (status, isRefused) => {
      await attempt(limited);
      await grant();
      network?.ended({ code: 1006, reason: '', status });
      expect(released[0]).toBe(isRefused);
    },
  );

  test('a socket that ends after it was left frees the place, and not before', async () => {
    await attempt(limited);
    await grant();
    network?.opened({});
    attempted.letGo();
    expect(released).toEqual([]);
    network?.ended({ code: 1000, reason: '' });
    expect(released).toEqual([false]);
  });

  test('an attempt that is left before it opens frees its place at once', async () => {
    await attempt(limited);
    await grant();
    attempted.letGo();
    expect(released).toEqual([false]);
  });
});

describe('the patience with handshakes', () => {
  test('learns how long this one took', async () => {
    const answered = vi.spyOn(handshakeTimeout, 'answered');
    await attempt();
    clock.advance(1_500);
    network?.opened({});
    expect(answered.mock.calls).toEqual([[1_500]]);
    network?.opened({});
    expect(answered).toHaveBeenCalledTimes(1);
  });

  test('grows when one took too long, and not when credentials did', async () => {
    const timedOut = vi.spyOn(handshakeTimeout, 'timedOut');
    await attempt({ credentials: () => new Promise(() => undefined) });
    clock.advance(3_000);
    expect(events).toMatchObject([{ end: { kind: 'credentials-timeout' } }]);
    expect(timedOut).not.toHaveBeenCalled();
    await attempt();
    clock.advance(CONNECT_TIMEOUT_MS);
    expect(events[1]).toMatchObject({ end: { kind: 'connect-timeout' } });
    expect(timedOut).toHaveBeenCalledTimes(1);
  });
});

describe('a server that greets first', () => {
  const greeting = { protocol: { ...listenV1, readyMs: READY_MS } };

  test('has opened the connection when its first message comes', async () => {
    await attempt(greeting);
    network?.opened({});
    expect(types()).toEqual([]);
    clock.advance(READY_MS - 1);
    network?.message('{}');
    expect(types()).toEqual(['socket.opened']);
    clock.advance(READY_MS);
    expect(types()).toEqual(['socket.opened']);
  });

  test('and never does is not ready', async () => {
    await attempt(greeting);
    network?.opened({});
    clock.advance(READY_MS);
    expect(events).toMatchObject([{ type: 'socket.ended', end: { kind: 'not-ready' } }]);
    network?.message('{}');
    expect(events).toHaveLength(1);
  });
});

describe('an attempt whose code is not loaded yet', () => {
  const audio = { hasPending: true };
  let hold: () => void;
  let fail: () => void;
  let later: HeldSocket;
  let held: number;
  let left: number;

  beforeEach(() => {
    [held, left] = [0, 0];
    const loading = new Promise<HoldSocket>((resolve, reject) => {
      hold = () =>
        resolve(() => {
          held += 1;
          return { letGo: () => void (left += 1) };
        });
      fail = () => reject(new Error('no network'));
    });
    later = holdLater(loading, { send: (event) => void events.push(event) }, () => clock.now(), audio);
  });

  test('begins when it is, and can be left', async () => {
    hold();
    await clock.advanceAsync(0);
    expect([held, left]).toEqual([1, 0]);
    later.letGo();
    expect([held, left]).toEqual([1, 1]);
  });

  test('ends with the remedy if it cannot be', async () => {
    fail();
    await clock.advanceAsync(0);
    expect(events).toEqual([
      {
        type: 'socket.ended',
        link: undefined,
        end: { kind: 'network-lost', cause: expect.stringMatching(/rx-deepgram\/static/) as string },
        at: 1_000,
        pendingAudio: true,
        flowingAudio: false,
      },
    ]);
  });

  test.each(['hold', 'fail'])('does nothing if it was left before (%s)', async (what) => {
    later.letGo();
    if (what === 'hold') hold();
    else fail();
    await clock.advanceAsync(0);
    expect([held, left, events]).toEqual([0, 0, []]);
  });
});
