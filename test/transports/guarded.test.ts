import { describe, expect, test } from 'vitest';
import { openGuarded } from '../../src/transports/guarded.ts';
import type {
  Handshake,
  Socket,
  SocketEnd,
  SocketHandlers,
  Transport,
} from '../../src/transports/transport.ts';

const SECRET = 'dg-secret/7f3a"9c=0123456789';

function open(secret = SECRET, send: Socket['send'] = () => undefined) {
  let inner!: SocketHandlers;
  const calls: string[] = [];
  const heard: unknown[] = [];
  const transport: Transport = (_request, handlers) => {
    inner = handlers;
    return {
      send,
      bufferedAmount: 7,
      close: () => calls.push('close'),
      terminate: () => calls.push('terminate'),
    };
  };
  const socket = openGuarded(
    transport,
    { url: 'wss://host', credentials: { scheme: 'token', value: secret } },
    {
      opened: (handshake) => heard.push(handshake),
      message: (text) => heard.push(text),
      binary: (bytes) => heard.push(bytes),
      ended: (end) => heard.push(end),
    },
  );
  return { socket, inner, heard, calls };
}

const escaped = Array.from(SECRET, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join(
  '',
);

describe('removes a secret that the server repeats [G8]', () => {
  test.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON within JSON', JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
    ['escaped throughout', escaped],
    ['escaped in upper case', escaped.replace(/[a-f]/g, (digit) => digit.toUpperCase())],
    ['escaped in part', escaped.slice(0, 12) + SECRET.slice(2)],
    ['in an address', encodeURIComponent(SECRET)],
  ])('%s', (_, said) => {
    const { inner, heard } = open();
    inner.opened({ headers: { 'dg-request-id': `id ${said}` } });
    inner.message(`{"description":"no ${said}!"}`);
    const end: SocketEnd = {
      code: 1008,
      reason: `a ${said}`,
      headers: { 'dg-error': `b ${said}` },
      body: `{"err_msg":"c ${said}"}`,
      cause: `d ${said}`,
    };
    inner.ended(end);
    expect(heard).toEqual([
      { headers: { 'dg-request-id': 'id [secret]' } },
      '{"description":"no [secret]!"}',
      {
        code: 1008,
        reason: 'a [secret]',
        headers: { 'dg-error': 'b [secret]' },
        body: '{"err_msg":"c [secret]"}',
        cause: 'd [secret]',
      },
    ]);
  });

  test('before a text is cut, so that no half of it remains', () => {
    const { inner, heard } = open();
    inner.ended({ code: 1008, reason: 'x'.repeat(995) + SECRET });
    expect(JSON.stringify(heard)).not.toContain('dg-sec');
    expect((heard[0] as SocketEnd).reason).toMatch(/x\[secr…$/);
  });

  test('but not a short one, which may be a word', () => {
    const { inner, heard } = open('k');
    inner.message('{"transcript":"kick"}');
    expect(heard).toEqual(['{"transcript":"kick"}']);
  });
});

describe('control characters are escaped', () => {
  test('in messages, where tab, newline and marks of direction are text', () => {
    const { inner, heard } = open();
    const text = '\x1b[2J\ra\nb\tc\u202ed\u0085e\\u001bf\u200fg';
    inner.message(JSON.stringify({ text, ['\x1b']: 1 }));
    inner.message(`{"text":"\u202e\u0085"}`);
    expect(heard.map((json) => JSON.parse(json as string) as unknown)).toEqual([
      { text: '\\u001b[2J\\ra\nb\tc\\u202ed\\u0085e\\u001bf\u200fg', '\\u001b': 1 },
      { text: '\\u202e\\u0085' },
    ]);
  });

  test('in reasons, which are one line and at most a thousand characters', () => {
    const { inner, heard } = open();
    inner.ended({ code: 1011, reason: `\x1b[31m\nforged${'x'.repeat(1e6)}` });
    const { reason } = heard[0] as SocketEnd;
    expect(reason.startsWith('\\u001b[31m\\u000aforged')).toBe(true);
    expect(reason.length).toBe(1_001);
  });
});

test('an end with invalid fields is still an end', () => {
  const { inner, heard } = open();
  inner.ended({ code: 'x', reason: {}, status: '401', cause: 5, failure: 'x' } as unknown as SocketEnd);
  expect(heard).toEqual([{ code: 1006, reason: '' }]);
});

test('only headers of Deepgram are passed on, and within bounds', () => {
  const { inner, heard } = open();
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`dg-${i}`, 'v']));
  const headers = {
    'Dg-Error': '\x1b[31mno',
    'X-Proxy': 'internal',
    'Set-Cookie': 'session=1',
    'dg-list': ['a'],
    ['__proto__']: 'p',
    ...many,
  };
  inner.opened({ headers } as unknown as Handshake);
  inner.opened({ headers: null } as unknown as Handshake);
  inner.ended({ code: 1006, reason: '', status: 403, headers: 5, body: {} } as unknown as SocketEnd);
  const [{ headers: seen }, ...rest] = heard as [Required<Handshake>];
  expect(seen).toMatchObject({ 'dg-error': '\\u001b[31mno', 'dg-0': 'v' });
  expect(Object.keys(seen)).toHaveLength(50);
  for (const name of ['x-proxy', 'set-cookie', 'dg-list']) expect(seen).not.toHaveProperty(name);
  expect(Object.getPrototypeOf(seen)).toBe(Object.prototype);
  expect(rest).toEqual([{ headers: {} }, { code: 1006, reason: '', status: 403 }]);
});

test.each([
  ['is JSON, is JSON still', '{"err_msg":"a\x1bb",\n"n":1}', '{"err_msg":"a\\\\u001bb",\n"n":1}'],
  ['is too long, is left out: cut, it might hold half a secret', 'x'.repeat(9_000) + SECRET, undefined],
])('a body that %s', (_, said, passedOn) => {
  const { inner, heard } = open();
  inner.ended({ code: 1006, reason: '', status: 403, body: said });
  expect((heard[0] as SocketEnd).body).toBe(passedOn);
});

test('a send that throws ends the connection, once, and not within the call', async () => {
  const { socket, inner, heard, calls } = open(SECRET, () => {
    throw new Error(`broken ${SECRET}`);
  });
  socket.send('a');
  socket.send('b');
  expect(heard).toEqual([]);
  await Promise.resolve();
  inner.ended({ code: 1000, reason: '' });
  expect(heard).toEqual([
    { code: 1006, reason: '', cause: 'send() of the transport threw: broken [secret]' },
  ]);
  expect(calls).toContain('terminate');
});
