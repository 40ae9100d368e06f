/** A recording holds no token, and no words where that is requested. */
import { expect, test } from 'vitest';
import { recordFlight } from '../../src/diagnosis/index.ts';
import { createLiveTranscription } from '../../src/index.ts';
import { Emulator, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';
import { KEY } from './flown.ts';

test('holds none of many tokens, one for each attempt [G8]', async () => {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(new Emulator({ clock }));
  let asked = 0;
  const flight = recordFlight({
    auth: () => ({ accessToken: `a-token-of-attempt-${(asked += 1)}` }),
    clock,
    seed: 1,
    transport: (request, handlers) => {
      const echo = JSON.stringify({ type: 'Error', description: `bad token ${request.credentials.value}` });
      return network.transport(
        { ...request, credentials: { scheme: 'token', value: 'any' } },
        {
          ...handlers,
          opened: (handshake) => {
            handlers.opened(handshake);
            handlers.message(echo);
          },
        },
      );
    },
  });
  const live = createLiveTranscription(flight.options);
  live.connect();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await clock.advanceAsync(1_000);
    network.cut();
    await clock.advanceAsync(1_000);
    live.connect();
  }
  live.abort();
  await clock.advanceAsync(1_000);
  const ndjson = flight.toNDJSON();
  expect(asked).toBeGreaterThan(1);
  expect(ndjson.match(/bad token \[secret\]/g)?.length).toBeGreaterThan(1);
  expect(ndjson).not.toContain('a-token-of-attempt');
});

test('without words hides them in every form that the server gives', () => {
  const clock = new VirtualClock();
  let say: (text: string) => void = () => undefined;
  const flight = recordFlight(
    {
      auth: { apiKey: KEY },
      clock,
      transport: (_request, handlers) => {
        say = (text) => handlers.message(text);
        return { bufferedAmount: 0, send: () => {}, close: () => {}, terminate: () => {} };
      },
    },
    { words: false },
  );
  const request = { url: 'wss://host/v1/listen', credentials: { scheme: 'token', value: KEY } } as const;
  const deaf = { opened: () => {}, message: () => {}, binary: () => {}, ended: () => {} };
  flight.options.transport?.(request, deaf);
  const word = { word: 'hush', punctuated_word: 'Hush, "dear"' };
  say(
    JSON.stringify({ type: 'Results', channel: { alternatives: [{ transcript: 'Hush', words: [word] }] } }),
  );
  const ndjson = flight.toNDJSON();
  expect(ndjson).toContain('punctuated_word');
  expect(ndjson).not.toMatch(/hush|dear/i);
});

test('an address is noted without user and password', () => {
  const flight = recordFlight({
    auth: { apiKey: KEY },
    clock: new VirtualClock(),
    transport: () => ({ bufferedAmount: 0, send: () => {}, close: () => {}, terminate: () => {} }),
  });
  const request = {
    url: 'wss://user:pw@host/v1/listen',
    credentials: { scheme: 'token', value: KEY },
  } as const;
  const deaf = { opened: () => {}, message: () => {}, binary: () => {}, ended: () => {} };
  flight.options.transport?.(request, deaf);
  expect(flight.toNDJSON()).toContain('"wss://host/v1/listen"');
});

test('a refusal is noted with what the server said, without secret and cookies [G8]', () => {
  const flight = recordFlight({
    auth: { apiKey: KEY },
    clock: new VirtualClock(),
    transport: (_request, handlers) => {
      const headers = { 'dg-error': `no such key: ${KEY}`, 'set-cookie': 'session=1' };
      handlers.ended({ code: 1006, reason: '', status: 401, headers, body: `{"err_msg":"${KEY}"}` });
      return { bufferedAmount: 0, send: () => {}, close: () => {}, terminate: () => {} };
    },
  });
  const request = { url: 'wss://host/v1/listen', credentials: { scheme: 'token', value: KEY } } as const;
  const deaf = { opened: () => {}, message: () => {}, binary: () => {}, ended: () => {} };
  flight.options.transport?.(request, deaf);
  const [, , ended] = flight.toNDJSON().split('\n');
  expect(JSON.parse(ended ?? '')).toMatchObject({
    kind: 'ended',
    end: { status: 401, headers: { 'dg-error': 'no such key: [secret]' }, body: '{"err_msg":"[secret]"}' },
  });
  expect(flight.toNDJSON()).not.toMatch(/cookie/);
});
