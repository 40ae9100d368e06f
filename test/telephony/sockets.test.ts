/** All kinds of sockets with all kinds of messages: nothing throws, and every defect is counted. */
import { EventEmitter, once } from 'node:events';
import { EMPTY, lastValueFrom, NEVER, of, Subject, toArray } from 'rxjs';
import { type WebSocket, WebSocketServer } from 'ws';
import { describe, expect, test } from 'vitest';
import { TranscriptionError } from '../../src/index.ts';
import {
  type CallSocket,
  type Dialect,
  fromCall,
  fromTelnyx,
  fromTwilio,
  fromVonage,
  type PhoneCall,
  type SocketMessage,
} from '../../src/telephony/index.ts';
import { dialCall, speak, VirtualClock } from '../../src/testing/index.ts';
import { listenIn } from './switchboard.ts';

const START = {
  event: 'start',
  streamSid: 'MZ1',
  start: {
    streamSid: 'MZ1',
    accountSid: 'AC1',
    callSid: 'CA1',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { from: '+491234', odd: 5 },
  },
};
const STOP = { event: 'stop', streamSid: 'MZ1', stop: {} };
const media = (timestamp: unknown, payload: unknown, track = 'inbound') => ({
  event: 'media',
  streamSid: 'MZ1',
  media: { track, chunk: '1', timestamp, payload },
});
const frame = (value: number) => Buffer.alloc(160, value).toString('base64');
const texts = (...messages: unknown[]) => messages.map((each) => JSON.stringify(each));

/** The whole of a call's audio. */
async function audioOf(call: PhoneCall): Promise<number[]> {
  const chunks = await lastValueFrom(call.audio$.pipe(toArray()));
  return chunks.flatMap(({ audio }) => [...audio]);
}

async function refusalOf(opening: Promise<PhoneCall>): Promise<TranscriptionError> {
  const error: unknown = await opening.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TranscriptionError);
  return error as TranscriptionError;
}

describe('a socket may be', () => {
  const said = texts({ event: 'connected' }, START, media('0', frame(1)), media('20', frame(2)), STOP);
  const expected = [...Buffer.alloc(160, 1), ...Buffer.alloc(160, 2)];

  test.each<[string, () => { socket: CallSocket; say: (text: string) => void }]>([
    [
      'one of ws, with on(), whose text comes as bytes',
      () => {
        const socket = new EventEmitter();
        return { socket, say: (text) => socket.emit('message', Buffer.from(text), false) };
      },
    ],
    [
      'one of a platform, with addEventListener()',
      () => {
        const socket = new EventTarget();
        return { socket, say: (data) => socket.dispatchEvent(new MessageEvent('message', { data })) };
      },
    ],
    [
      'an Observable of text, as Bun and Hono feed it',
      () => {
        const socket = new Subject<SocketMessage>();
        return { socket, say: (text) => socket.next(text) };
      },
    ],
    [
      'an Observable of views, fragments and Blobs',
      () => {
        const socket = new Subject<SocketMessage>();
        let n = 0;
        const say = (text: string) => {
          const bytes = new TextEncoder().encode(text);
          n += 1;
          if (n % 3 === 0) socket.next(new Blob([bytes]));
          else socket.next(n % 3 === 1 ? bytes : [bytes.subarray(0, 7), bytes.subarray(7)]);
        };
        return { socket, say };
      },
    ],
  ])('%s', async (_, make) => {
    const { socket, say } = make();
    const opening = fromTwilio(socket);
    for (const each of said) say(each);
    const call = await opening;
    expect(await audioOf(call)).toEqual(expected);
    expect(await call.ended).toEqual({ reason: 'stop' });
  });

  test('a socket whose binary messages would be Blobs, which gets another binaryType', () => {
    const socket = Object.assign(new EventTarget(), { binaryType: 'blob' });
    void fromVonage(socket);
    expect(socket.binaryType).toBe('arraybuffer');
  });

  test.each([{ hangUp: 'stop' as const }, { hangUp: 'cut' as const }])(
    'a real one, of ws, on which a call is dialled ($hangUp)',
    async ({ hangUp }) => {
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      const accepted = once(server, 'connection');
      const inbound = speak([1], { sampleRate: 8_000 });
      const dialled = dialCall(`ws://127.0.0.1:${port}`, { provider: 'twilio', inbound, hangUp });
      const [socket] = (await accepted) as [WebSocket];
      const call = await fromTwilio(socket);
      expect((await audioOf(call)).length).toBe(4_000);
      expect(await call.ended).toEqual({ reason: hangUp === 'stop' ? 'stop' : 'closed' });
      await (await dialled).over;
      server.close();
    },
  );
});

describe('a call does not start', () => {
  test.each<[string, CallSocket, string]>([
    ['that closes at once', EMPTY, 'closed'],
    ['that says something else', of(...texts({ event: 'connected' }, { type: 'hello' })), 'closed'],
    [
      'that says too much else',
      of(...texts(...Array.from({ length: 101 }, () => ({ event: 'media' })))),
      'No call',
    ],
    ["that speaks another provider's words", of(...texts({ ...START, streamSid: undefined })), 'closed'],
  ])('on a socket %s', async (_, socket, problem) => {
    const error = await refusalOf(fromTwilio(socket));
    expect(error.reason).toBe('no-call');
    expect(error.message).toContain(problem);
    expect(error.remedy).toContain('twilio');
  });

  test('on a socket without an answer in time, and no timer is left', async () => {
    const clock = new VirtualClock();
    const opening = refusalOf(fromCall(NEVER, { clock, startWithinMs: 3_000 }));
    await clock.advanceAsync(3_000);
    expect((await opening).message).toContain('3000 ms');
    expect(clock.pendingTimers).toBe(0);
  });

  test('in an encoding that cannot be used, and the error names which can', async () => {
    const start = {
      event: 'start',
      stream_id: 's',
      start: { call_control_id: 'c', media_format: { encoding: 'G722', sample_rate: 8000 } },
    };
    const error = await refusalOf(fromTelnyx(of(...texts(start))));
    expect(error.message).toContain("'g722'");
    expect(error.remedy).toContain('pcmu, pcma');
  });

  test.each([0, 0.001, 1e300])(
    'with a sample rate that no call has, %d, which would hang the server',
    async (rate) => {
      const start = {
        ...START,
        start: { ...START.start, mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: rate } },
      };
      const error = await refusalOf(fromTwilio(of(...texts(start, media('0', frame(1)), STOP))));
      expect(error.reason).toBe('no-call');
      expect(error.message).toContain(String(rate));
    },
  );

  test('in an encoding named like a property of every object', async () => {
    const start = {
      ...START,
      start: { ...START.start, mediaFormat: { encoding: 'constructor', sampleRate: 8_000 } },
    };
    expect((await refusalOf(fromTwilio(of(...texts(start))))).message).toContain("'constructor'");
  });

  test.each([
    { frameMs: 5 },
    { reorderMs: -1 },
    { fillMs: Number.NaN },
    { startWithinMs: 0 },
    { tracks: [] },
  ])('with an option that cannot work: %j', async (options) => {
    expect((await refusalOf(fromCall(NEVER, options))).reason).toBe('invalid-option');
  });
});

test('counts bad messages and reports each kind once, and transcribes the rest of the call', async () => {
  const clock = new VirtualClock();
  const messages = new Subject<SocketMessage>();
  const opening = fromTwilio(messages, { clock });
  for (const text of texts(START)) messages.next(text);
  const call = await opening;
  const log = listenIn(call);
  const bad = [
    'no json',
    '[]',
    'null',
    ...texts(
      {},
      { event: 'close' },
      { event: 5 },
      START,
      { event: 'media' },
      { event: 'media', media: 'x' },
      media('0', 'not base64!'),
      media('0', 5),
      media('soon', frame(9)),
      media('-20', frame(9)),
      media({}, frame(9)),
      media('0', ''),
      media('0', Buffer.alloc(20_000).toString('base64')),
      { event: 'dtmf' },
      { event: 'dtmf', dtmf: { digit: '' } },
    ),
  ];
  for (const each of bad) messages.next(each);
  messages.next(new Uint8Array([0xff, 0xfe]));
  for (const each of texts(media('0', frame(9), 'outbound'), media('0', frame(1)))) messages.next(each);
  for (const each of texts(
    { event: 'mark', mark: { name: 'greeting' } },
    { event: 'dtmf', dtmf: { digit: '#' } },
  ))
    messages.next(each);
  messages.complete();
  expect(await audioOf(call)).toEqual([...Buffer.alloc(160, 1)]);
  expect(call.counts).toMatchObject({ frames: 1, bad: bad.length + 2 });
  expect(log.notices.map(({ code }) => code)).toEqual(['bad-message', 'unexpected-track']);
  expect(log.control).toEqual([
    { type: 'mark', name: 'greeting' },
    { type: 'dtmf', digit: '#', durationMs: undefined },
  ]);
  expect(log.end).toEqual([{ reason: 'closed' }]);
  expect(clock.pendingTimers).toBe(0);
});

test('the details of a call are what its start says, texts only', async () => {
  const { call } = await fromTwilio(of(...texts(START, STOP)));
  expect(call).toEqual({
    provider: 'twilio',
    streamId: 'MZ1',
    callId: 'CA1',
    accountId: 'AC1',
    from: undefined,
    to: undefined,
    parameters: { from: '+491234' },
    start: START,
  });
});

test('a frame that overtakes the start is not lost', async () => {
  const call = await fromTwilio(of(...texts(media('0', frame(3)), START, media('20', frame(4)), STOP)));
  expect(await audioOf(call)).toEqual([...Buffer.alloc(160, 3), ...Buffer.alloc(160, 4)]);
});

test('reports an error of the provider', async () => {
  const start = { event: 'start', stream_id: 's', start: { call_control_id: 'c', from: '+1', to: '+2' } };
  const error = { event: 'error', payload: { code: 100_003, title: 'malformed_frame' } };
  const call = await fromTelnyx(of(...texts(start, error, { event: 'stop', stream_id: 's' })));
  expect(call.call).toMatchObject({ from: '+1', to: '+2' });
  expect(listenIn(call).notices).toMatchObject([{ code: 'provider-error' }]);
});

test('keeps audio without a subscriber for a minute, and reports its loss', async () => {
  const messages = new Subject<SocketMessage>();
  const opening = fromTwilio(messages, { clock: new VirtualClock() });
  for (const text of texts(START)) messages.next(text);
  const call = await opening;
  for (let i = 0; i < 3_500; i += 1) messages.next(JSON.stringify(media(i * 20, frame(i % 200))));
  messages.complete();
  expect((await audioOf(call)).length).toBe(60 * 8_000);
  expect(listenIn(call).notices.map(({ code }) => code)).toEqual(['audio-dropped']);
});

describe('a pause', () => {
  async function pausing(tracks: string[]) {
    const clock = new VirtualClock();
    const messages = new Subject<SocketMessage>();
    const opening = fromTwilio(messages, { clock });
    messages.next(JSON.stringify({ ...START, start: { ...START.start, tracks } }));
    const call = await opening;
    const sizes: number[] = [];
    call.audio$.subscribe(({ audio }) => sizes.push(audio.length));
    for (const i of [0, 1, 2]) messages.next(JSON.stringify(media(i * 20, frame(i))));
    return { clock, sizes, messages };
  }

  test('of 300 ms releases an incomplete chunk: the end of a word does not wait for the next', async () => {
    const { clock, sizes, messages } = await pausing(['inbound']);
    clock.advance(299);
    expect(sizes).toEqual([]);
    clock.advance(1);
    expect(sizes).toEqual([480]);
    messages.complete();
    expect(clock.pendingTimers).toBe(0);
  });

  test('of two seconds releases audio that waits for the other track', async () => {
    const { clock, sizes } = await pausing(['inbound', 'outbound']);
    clock.advance(1_999);
    expect(sizes).toEqual([]);
    clock.advance(1);
    expect(sizes).toEqual([960]);
    expect(clock.pendingTimers).toBe(0);
  });
});

test('accepts another provider as a row of the table', async () => {
  const acme: Dialect = {
    name: 'acme',
    events: { start: ['hello', 'hello-again'], media: 'audio', stop: 'bye' },
    fields: { callId: 'call.id', track: 'side', timestampMs: 'at', payload: 'data' },
    tellsBy: ['callId'],
    encodings: {},
    format: { encoding: 'alaw', sampleRate: 8_000 },
  };
  const said = texts(
    { event: 'hello-again', call: { id: 7 } },
    { event: 'audio', side: 'inbound', at: 0, data: frame(6) },
    { event: 'bye' },
  );
  const call = await fromCall(of(...said), { dialects: [acme] });
  expect(call.call).toMatchObject({ provider: 'acme', callId: '7' });
  expect(call.listen).toEqual({ encoding: 'alaw', sample_rate: 8_000, channels: 1 });
  expect(await audioOf(call)).toEqual([...Buffer.alloc(160, 6)]);
});
