/** One attempt, step by step: its events to the machine, and its calls to the socket. */
import { beforeEach, describe, expect, test } from 'vitest';
import { AdaptiveTimeout } from '../../src/adaptive-timeout.ts';
import { type ConnectionPorts, holdSocket } from '../../src/connection/hold-socket.ts';
import { listenV1 } from '../../src/protocol/listen-v1/listen-v1.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import type { Credentials, SocketEnd, SocketHandlers } from '../../src/transports/transport.ts';

const CREDENTIALS_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 5_000;

let clock: VirtualClock;
/** All events and calls, in order. */
let said: unknown[];
let leave: () => void;
/** The reaction of the app to a request for credentials. */
let asked: { signal: AbortSignal; give(credentials: Credentials): void; refuse(error: unknown): void };
/** The reaction of the network to a requested socket. */
let network: SocketHandlers;
let transport: () => void;
let link: ReturnType<ConnectionPorts['openLink']>;
let openLink: () => void;
let hasPendingAudio: () => boolean;
let ports: ConnectionPorts;

beforeEach(() => {
  clock = new VirtualClock();
  said = [];
  const say = (what: string) => () => void said.push(what);
  transport = () => undefined;
  link = {
    number: 1,
    isFlowing: false,
    isStalled: false,
    serverError: undefined,
    receive: (text) => said.push(`receive ${text}`),
    receiveBinary: (bytes) => said.push(`receive ${bytes} bytes`),
    endStream: say('end stream'),
    end: (end) => said.push(end ? `end by ${end.kind}` : 'end'),
  };
  openLink = say('open link');
  hasPendingAudio = () => false;
  ports = {
    clock,
    protocol: listenV1,
    connectionLimit: undefined,
    address: () => 'wss://host/v1/listen',
    openLink: () => {
      openLink();
      return link;
    },
    hasPendingAudio: () => hasPendingAudio(),
    transport: (request, handlers) => {
      said.push(request);
      network = handlers;
      transport();
      return {
        bufferedAmount: 0,
        send: () => expect.unreachable(),
        close: (code, reason) => said.push(`close ${code} '${reason}'`),
        terminate: say('terminate'),
      };
    },
    credentials: (signal) =>
      new Promise((resolve, reject) => {
        asked = { signal, give: resolve, refuse: reject };
      }),
    credentialsFailed: (error) => said.push(error),
    credentialsTimeoutMs: CREDENTIALS_TIMEOUT_MS,
    handshakeTimeout: new AdaptiveTimeout(CONNECT_TIMEOUT_MS, 2 * CONNECT_TIMEOUT_MS),
    attemptsPerSecond: 1_000,
  };
  const attempt = holdSocket(ports, { send: (event) => void said.push(event) });
  leave = () => attempt.letGo();
});

const ended = (end: object, more: object = {}) => ({
  type: 'socket.ended',
  link: undefined,
  end,
  at: clock.now(),
  pendingAudio: false,
  flowingAudio: false,
  ...more,
});
const opened = { type: 'socket.opened', link: 1, pendingAudio: false };

/** Credentials are given, and a socket is asked for. */
async function dial(value = 'secret'): Promise<void> {
  asked.give({ scheme: 'token', value });
  await clock.advanceAsync(0);
}

/** Opens a connection, and clears the record. */
async function connect(): Promise<void> {
  await dial();
  network.opened({});
  said = [];
}

const close = (more: Partial<SocketEnd> = {}) => network.ended({ code: 1006, reason: '', ...more });

test('requests credentials, opens one socket, makes its link, and then reports to the machine', async () => {
  expect(said).toEqual([]);
  await dial();
  expect(said).toEqual([{ url: 'wss://host/v1/listen', credentials: { scheme: 'token', value: 'secret' } }]);
  said = [];
  let isOpen = false;
  openLink = () => (isOpen = true);
  hasPendingAudio = () => isOpen;
  network.opened({});
  expect(said).toEqual([{ type: 'socket.opened', link: 1, pendingAudio: true }]);
});

test('messages go to the link of an open connection, and are ignored before and after [G5]', async () => {
  await dial();
  said = [];
  const speak = () => {
    network.message('{}');
    network.binary(7);
  };
  speak();
  expect(said).toEqual([]);
  network.opened({});
  speak();
  expect(said).toEqual(['open link', opened, 'receive {}', 'receive 7 bytes']);
  close();
  said = [];
  speak();
  expect(said).toEqual([]);
});

test('a socket opens once, and not before the transport has given it', async () => {
  transport = () => network.opened({});
  await dial();
  expect(said).toHaveLength(1);
  network.opened({});
  network.opened({});
  expect(said.slice(1)).toEqual(['open link', opened]);
});

test('an open connection has no timer left, and is not timed', async () => {
  await connect();
  expect(clock.pendingTimers).toBe(0);
  clock.advance(3_600_000);
  expect(said).toEqual([]);
});

describe('an end', () => {
  test('of an open connection is reported once, with the audio that it leaves, when its link is over [G5]', async () => {
    await connect();
    hasPendingAudio = () => true;
    clock.advance(1_234);
    close({ code: 1001 });
    close({ code: 1001 });
    expect(said).toEqual([
      'end by going-away',
      ended({ kind: 'going-away', code: 1001 }, { link: 1, at: 1_234, pendingAudio: true }),
    ]);
  });

  test('shows whether audio flowed before its link was over', async () => {
    await connect();
    Object.assign(link, { isFlowing: true, end: () => Object.assign(link, { isFlowing: false }) });
    close();
    expect(said).toEqual([ended({ kind: 'network-lost', code: 1006 }, { link: 1, flowingAudio: true })]);
  });

  test('of an attempt that opened nothing ends no link, and opens none later [G5]', async () => {
    await dial();
    said = [];
    close({ status: 503 });
    network.opened({});
    expect(said).toEqual([ended({ kind: 'server-unavailable', status: 503 })]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('an attempt fails', () => {
  test('where credentials fail: the app gets the error, the machine only the fact [G8]', async () => {
    const error = new Error('no token today');
    asked.refuse(error);
    await clock.advanceAsync(0);
    expect(said).toEqual([error, ended({ kind: 'credentials-failed' })]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('where credentials take too long; those that come then open nothing [G5]', async () => {
    clock.advance(CREDENTIALS_TIMEOUT_MS - 1);
    expect([said.length, asked.signal.aborted]).toEqual([0, false]);
    clock.advance(1);
    const timeout = ended({ kind: 'credentials-timeout' });
    expect(said).toEqual([timeout]);
    expect(asked.signal.aborted).toBe(true);
    await dial();
    expect(said).toEqual([timeout]);
  });

  test('where the handshake takes too long, counted from the credentials; the socket is dropped [G5]', async () => {
    clock.advance(CREDENTIALS_TIMEOUT_MS - 1);
    await dial();
    said = [];
    clock.advance(CONNECT_TIMEOUT_MS - 1);
    expect(said).toEqual([]);
    clock.advance(1);
    expect(said).toEqual([ended({ kind: 'connect-timeout' }), 'terminate']);
  });

  test('but not where the server has answered, and our own event loop was late to read it', async () => {
    await dial();
    said = [];
    clock.setTimeout(() => network.opened({}), 3 * CONNECT_TIMEOUT_MS);
    clock.jump(3 * CONNECT_TIMEOUT_MS);
    clock.advance(0);
    expect(said).toEqual(['open link', opened]);
  });

  test('where the platform can make no socket', async () => {
    transport = () => {
      throw new SyntaxError('bad address');
    };
    await dial();
    expect(said.slice(1)).toEqual([
      ended({ kind: 'refused', cause: 'The platform could not make a socket for this address.' }),
    ]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('when a session leaves', () => {
  /** Late events of a socket. */
  const callBack = () => {
    network.opened({});
    network.message('{}');
    network.binary(1);
    close();
  };

  test('cancels the request for credentials, and ignores its result [G5]', async () => {
    leave();
    expect(asked.signal.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    await dial();
    expect(said).toEqual([]);
  });

  test('ignores the failure of a cancelled request for credentials', async () => {
    leave();
    asked.refuse(new Error('called off'));
    await clock.advanceAsync(0);
    expect(said).toEqual([]);
  });

  test('during the handshake drops the socket, and writes nothing on it [G4 G5]', async () => {
    await dial();
    said = [];
    leave();
    callBack();
    expect(said).toEqual(['terminate']);
    expect(clock.pendingTimers).toBe(0);
    expect(asked.signal.aborted).toBe(false);
  });

  test('an open connection ends the stream and its link, and hangs up [G4 G5]', async () => {
    await connect();
    leave();
    callBack();
    expect(said).toEqual(['end stream', 'end', "close 1000 ''"]);
  });

  test('a stalled connection drops it: nothing would be answered', async () => {
    await connect();
    Object.assign(link, { isStalled: true });
    leave();
    expect(said).toEqual(['end', 'terminate']);
  });

  test('has nothing to release after the end', async () => {
    await connect();
    close();
    said = [];
    leave();
    expect(said).toEqual([]);
  });

  test('while the link is made ends it, and reports no connection [G5]', async () => {
    await dial();
    openLink = leave;
    said = [];
    network.opened({});
    expect(said).toEqual(['terminate', 'end']);
  });
});
