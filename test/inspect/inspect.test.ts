/**
 * `inspect` against the real `@statelyai/inspect`: checks the data for its viewers after its own conversion, with definition and output of the machine.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, Server } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type AnyMachineSnapshot, type AnyStateMachine, createActor, createMachine } from 'xstate';
import type { AuthFunction, LiveTranscriptionOptions } from '../../src/index.ts';
import { type Story, tell } from '../system/story.ts';

const API_KEY = 'dg-api-key-5b1e77c0a4';
/** A JWT that the emulator accepts as a token without expiry. */
const ACCESS_TOKEN = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"5b1e77c0a4"}')}.signature5b1e77`;
const AUTH_ERROR = 'the-auth-function-said-5b1e77c0a4';
const SECRETS = [API_KEY, ACCESS_TOKEN, AUTH_ERROR];

/** The inspector defers what it is told by a timer of no length; timers of one length fire in the order they were set. */
const inspectorIsDone = () => sleep(1);

interface Inspected {
  story: Story;
  events: StatelyInspectionEvent[];
}

/** A cut, a close 1011 and a refused handshake, from the first connection to the report. */
async function tellInspected(
  auth: LiveTranscriptionOptions['auth'],
  forward?: (event: StatelyInspectionEvent) => void,
): Promise<Inspected> {
  const events: StatelyInspectionEvent[] = [];
  const inspector = createInspector({
    send: (event) => {
      events.push(event);
      forward?.(event);
    },
  });
  const story = await tell({ auth, inspect: inspector.inspect });
  story.allowRefusals();
  await story.speak(6);
  story.network.cut();
  await story.speak(6);
  story.server.refuse(401);
  story.server.closeAll(1011, 'NET-0000');
  await story.speak(6);
  await story.close();
  await inspectorIsDone();
  return { story, events };
}

/** The text that a viewer would get. */
const written = (events: readonly StatelyInspectionEvent[]): string => JSON.stringify(events);

const namesOf = (events: readonly StatelyInspectionEvent[]): string[] =>
  events.flatMap((each) => (each.type === '@xstate.event' ? [each.event.type] : []));

test('reports all events of a session', async () => {
  const { events, story } = await tellInspected(() => ({ apiKey: API_KEY }));
  expect(story.path).toContain('closed-1011 > backoff > reconnecting > backoff > reconnecting > streaming');
  expect(new Set(namesOf(events))).toEqual(
    new Set([
      'xstate.init',
      'audio.pending',
      'socket.opened',
      'audio.confirmed',
      'socket.ended',
      'xstate.after.backoff.connection.backoff',
      'xstate.after.0.connection.closed-1011',
      'user.close',
      'drain.completed',
    ]),
  );
  const states = events.flatMap((each) =>
    each.type === '@xstate.snapshot' && 'value' in each.snapshot
      ? [JSON.stringify((each.snapshot as AnyMachineSnapshot).value)]
      : [],
  );
  for (const state of ['"dormant"', '{"attached":"streaming"}', '"closed-1011"', '"backoff"', '"closed"']) {
    expect(states).toContain(state);
  }
});

test('the definition that viewers draw is a machine again when it is read back', async () => {
  const { events, story } = await tellInspected({ apiKey: API_KEY });
  const [definition] = events.flatMap((each) =>
    each.type === '@xstate.actor' && each.name === 'connection' ? [each.definition] : [],
  );
  const machine = createMachine(JSON.parse(definition ?? '') as object);
  const { root } = story.live.actor.logic;
  expect(shapeOf(machine.root)).toEqual(shapeOf(root));
});

/** States, and what each listens to; in an order of its own, since the definition is written in the order of the alphabet. */
function shapeOf({ states, events, id }: AnyStateMachine['root']): unknown {
  const inner = Object.values(states).map(shapeOf) as { id: string }[];
  return {
    id,
    heard: [...(events as string[])].sort((a, b) => (a < b ? -1 : 1)),
    states: inner.sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

const AUTHS: Record<string, LiveTranscriptionOptions['auth']> = {
  'an API key': { apiKey: API_KEY },
  'an access token': { accessToken: ACCESS_TOKEN },
  'a function that gives API keys': () => ({ apiKey: API_KEY }),
  'a function that gives tokens, and fails once': flaky(() => ({ accessToken: ACCESS_TOKEN })),
};

function flaky(auth: AuthFunction): AuthFunction {
  let calls = 0;
  return (context) => {
    calls += 1;
    if (calls === 2) throw new Error(AUTH_ERROR, { cause: { apiKey: API_KEY } });
    return auth(context);
  };
}

test.each(Object.entries(AUTHS))(
  'no event holds %s, definition and output included [G8]',
  async (_, auth) => {
    const { events, story } = await tellInspected(auth);
    const text = written(events);
    expect(story.report?.attempts).toBeGreaterThanOrEqual(2);
    expect(events.filter((each) => each.type === '@xstate.actor')).toHaveLength(1);
    expect(text).toContain('definition');
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  },
);

test('finds a secret in definition, context or output', async () => {
  const events: StatelyInspectionEvent[] = [];
  const inspector = createInspector({ send: (event) => events.push(event) });
  const leaking = createMachine({
    context: { a: 'leak-1' },
    output: 'leak-2',
    initial: 'b',
    states: { b: { type: 'final' } },
  });
  createActor(leaking, { inspect: inspector.inspect }).start();
  await inspectorIsDone();
  expect(events.find((each) => each.type === '@xstate.actor')?.definition).toContain('leak-1');
  expect(written(events.filter((each) => each.type === '@xstate.snapshot'))).toContain('"output":"leak-2"');
});

test('the output of the machine is its outcome and nothing else [G8]', async () => {
  const { events } = await tellInspected({ apiKey: API_KEY });
  const outputs = events.flatMap((each) =>
    'snapshot' in each ? [(each.snapshot as { output?: unknown }).output ?? null] : [],
  );
  expect(new Set(outputs.map((each) => JSON.stringify(each)))).toEqual(
    new Set(['null', '{"outcome":"failed"}']),
  );
});

afterEach(() => vi.restoreAllMocks());

test('shows the same through the relay, without a secret [G8]', async () => {
  const relay = await startRelay();
  const sender = new WebSocket(relay.url);
  const viewer = spawn(process.execPath, ['--input-type=module', '--eval', VIEWER, relay.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await Promise.all([once(sender, 'open'), once(viewer, 'spawn')]);
    const { events } = await tellInspected({ apiKey: API_KEY }, (event) =>
      sender.send(JSON.stringify(event)),
    );
    const received: StatelyInspectionEvent[] = [];
    for await (const line of createInterface({ input: viewer.stdout })) {
      received.push(JSON.parse(line) as StatelyInspectionEvent);
      if (received.length === events.length) break;
    }
    expect(namesOf(received)).toContain('socket.ended');
    expect(namesOf(received)).toEqual(namesOf(events));
    for (const secret of SECRETS) expect(written(received)).not.toContain(secret);
  } finally {
    viewer.kill();
    sender.terminate();
    relay.stop();
  }
});

/** A client like a viewer. The relay repeats earlier events to it. */
const VIEWER = `
  import { createWebSocketReceiver } from '@statelyai/inspect';
  createWebSocketReceiver({ server: process.argv[1] })
    .subscribe((event) => process.stdout.write(JSON.stringify(event) + '\\n'));
`;

/** The relay takes no host and tells no port: it is made to listen on this machine only, on a free one. */
async function startRelay(): Promise<{ url: string; stop: () => void }> {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the relay's own server
  const listen = Server.prototype.listen as (this: Server, port: number, host: string) => Server;
  const servers: Server[] = [];
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function listenHere(this: Server) {
    servers.push(this);
    return listen.call(this, 0, '127.0.0.1');
  });
  const relay = createInspectorServer({ autoOpen: false });
  const [server] = servers;
  if (!server) throw new Error('The relay did not listen.');
  if (!server.listening) await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}`, stop: () => relay.stop() };
}
