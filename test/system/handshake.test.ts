import { describe, expect, test } from 'vitest';
import type { Transport } from '../../src/transports/transport.ts';
import { tell } from './story.ts';

describe('fails at once, with one attempt, after a final end [G7]', () => {
  test.each([
    [400, 'bad-request'],
    [402, 'payment-required'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [418, 'refused'],
  ])('%i', async (status, reason) => {
    const story = await tell({ given: (server) => server.refuse(status, { times: 99, dgError: 'because' }) });
    story.allowRefusals();
    await story.speak(30);
    expect(story.status).toMatchObject({
      phase: 'failed',
      error: { reason, status, serverMessage: 'because' },
    });
    expect(story.error?.remedy).not.toBe('');
    expect(story.server.attempts).toBe(1);
    expect(await story.close(0.2)).toMatchObject({ outcome: 'failed', error: { reason } });
  });
});

test('does not name earlier failed credentials as the cause of another end', async () => {
  let asked = 0;
  const story = await tell({
    auth: () => {
      asked += 1;
      if (asked === 1) throw new Error('the token endpoint is down');
      return { apiKey: 'key' };
    },
    given: (server) => server.refuse(402, { times: 99 }),
  });
  story.allowRefusals();
  await story.speak(30);
  expect(story.error?.reason).toBe('payment-required');
  expect(story.error?.cause).toBeUndefined();
  expect(asked).toBe(2);
});

test('a 401 with a fixed key fails at once [G7]', async () => {
  const story = await tell({ given: (server) => server.refuse(401, { times: 99 }) });
  story.allowRefusals();
  await story.speak(30);
  expect(story.error?.reason).toBe('unauthorized');
  expect(story.server.attempts).toBe(1);
});

test('a 401 with a function is tried once more, with a new token [G7]', async () => {
  let asked = 0;
  const story = await tell({
    auth: () => ({ apiKey: `key-${(asked += 1)}` }),
    given: (server) => server.refuse(401, { times: 99 }),
  });
  story.allowRefusals();
  await story.speak(30);
  expect(story.error?.reason).toBe('unauthorized');
  expect([story.server.attempts, asked]).toEqual([2, 2]);
});

test('an expired token is replaced, and nothing is lost [G3 G7]', async () => {
  const story = await tell({ auth: () => ({ apiKey: 'key' }), given: (server) => server.refuse(401) });
  await story.speak(10);
  await story.close();
  story.expectEveryWordOnce();
});

test('a session of an hour may need many new tokens [G7]', async () => {
  const story = await tell({ auth: () => ({ apiKey: 'key' }) });
  for (let turn = 0; turn < 5; turn += 1) {
    await story.speak(6);
    story.server.refuse(401);
    story.network.cut();
  }
  await story.speak(6);
  await story.close();
  story.expectEveryWordOnce();
});

test.each([429, 500, 503, 408])(
  '%i is retried with growing delays and without loss [G3 G7]',
  async (status) => {
    const story = await tell({ given: (server) => server.refuse(status, { times: 6 }) });
    await story.speak(50);
    await story.close();
    expect(story.server.attempts).toBe(7);
    const [first = 0] = story.attemptsAt;
    expect(story.attemptsAt.at(-1)! - first).toBeGreaterThan(2);
    story.expectEveryWordOnce();
  },
);

test('retries a server that accepts and closes at once with growing delays, and loses nothing when it recovers [G3 G7]', async () => {
  const story = await tell({ log: { maxSeconds: 3_600 }, given: (server) => server.flap({ times: 20 }) });
  await story.speak(400);
  expect(story.server.attempts).toBe(21);
  const perMinute = story.attemptsAt.map(
    (from) => story.attemptsAt.filter((at) => at >= from && at < from + 60).length,
  );
  expect(Math.max(...perMinute)).toBeLessThanOrEqual(20);
  expect(story.noticesOf('connection-suspended').length).toBeGreaterThan(0);
  await story.close(4_000);
  story.expectEveryWordOnce();
});

test('an opened connection does not refill the retry budget: only results do [G7]', async () => {
  const story = await tell({ given: (server) => server.flap({ times: 1_000, code: 1006 }) });
  await story.speak(60);
  expect(story.live.actor.getSnapshot().context.budget.failures).toBeGreaterThanOrEqual(12);
  await story.pause(3_600);
  expect(story.server.attempts).toBeLessThan(22 + 3_600 / 29);
  story.live.abort();
});

test('giveUpAfterMs ends a session whose outage lasts longer, with the transcripts so far [G7]', async () => {
  const story = await tell({ giveUpAfterMs: 30_000 });
  story.allowRefusals();
  await story.speak(10);
  story.network.offline = true;
  story.network.cut();
  await story.speak(60);
  expect(story.status).toMatchObject({ phase: 'failed', error: { reason: 'retries-exhausted' } });
  expect(story.error?.message, 'with the platform’s own word for it').toContain('1006, ECONNRESET');
  expect(await story.close(0.2)).toMatchObject({ outcome: 'failed' });
});

test('credentials that come slowly are waited for [G3]', async () => {
  const clock = { wait: (_ms: number, _then: () => void): void => undefined };
  const story = await tell({
    auth: () => new Promise((resolve) => clock.wait(6_000, () => resolve({ apiKey: 'key' }))),
  });
  clock.wait = (ms, then) => void story.clock.setTimeout(then, ms);
  await story.speak(20);
  await story.close();
  expect(story.ends).toEqual([]);
  story.expectEveryWordOnce();
});

test('requests credentials again after a failure, and reports the reason [G3]', async () => {
  let asked = 0;
  const story = await tell({
    auth: () => {
      if ((asked += 1) < 4) throw new Error('token endpoint is down');
      return { apiKey: 'key' };
    },
  });
  await story.speak(20);
  await story.close();
  expect(story.noticesOf('credentials-failed').map(({ cause }) => String(cause))).toEqual(
    Array.from({ length: 3 }, () => 'Error: token endpoint is down'),
  );
  story.expectEveryWordOnce();
});

test('credentials that never come are given up, and their signal aborts [G5 G7]', async () => {
  const signals: AbortSignal[] = [];
  const story = await tell({ auth: ({ signal }) => (signals.push(signal), new Promise(() => undefined)) });
  await story.speak(25);
  expect(story.ends.slice(0, 2)).toEqual(['credentials-timeout', 'credentials-timeout']);
  story.live.abort();
  expect(signals.map(({ aborted }) => aborted)).not.toContain(false);
  await story.expectNothingLeft();
  expect(story.server.attempts).toBe(0);
});

test('credentials that come after abort open nothing [G5]', async () => {
  let answer: (auth: { apiKey: string }) => void = () => undefined;
  const story = await tell({ auth: () => new Promise((resolve) => (answer = resolve)) });
  await story.speak(1);
  story.live.abort();
  answer({ apiKey: 'key' });
  await story.wait(1);
  await story.expectNothingLeft();
  expect(story.network.links.length).toBe(0);
});

test('reports invalid credentials without their value [G8]', async () => {
  const story = await tell({ auth: () => ({ apiKey: 'has a blank' }) });
  await story.speak(1);
  expect(story.noticesOf('credentials-failed').length).toBeGreaterThan(0);
  expect(JSON.stringify(story.notices) + String(story.notices[0]?.cause)).not.toContain('has a blank');
  story.live.abort();
});

test('a handshake that hangs is given up after connectTimeoutMs [G7]', async () => {
  const story = await tell({ connectTimeoutMs: 2_000, given: (server) => server.hang() });
  await story.speak(10);
  await story.close();
  expect(story.ends).toEqual(['connect-timeout']);
  story.expectEveryWordOnce();
});

/** A proxy that answers a handshake with a page of its own. */
const withoutMark =
  (transport: Transport): Transport =>
  (request, handlers) =>
    transport(request, {
      ...handlers,
      ended: ({ code, reason, status, cause }) =>
        handlers.ended({
          code,
          reason,
          ...(status === undefined ? {} : { status }),
          ...(cause === undefined ? {} : { cause }),
        }),
    });

test.each([404, 403, 401])(
  'a reconnect that a proxy answers once with %i ends no session [G3 G7]',
  async (status) => {
    const story = await tell({ through: withoutMark });
    await story.speak(10);
    story.server.refuse(status);
    story.network.cut();
    await story.speak(10);
    await story.close();
    expect(story.path).not.toContain('failed');
    story.expectEveryWordOnce();
  },
);

test('fails at the fifth refusal of a proxy in a row, some seconds later [G7]', async () => {
  const story = await tell({ through: withoutMark });
  story.allowRefusals();
  await story.speak(10);
  story.server.refuse(404, { times: 99 });
  story.network.cut();
  const cutAt = story.clock.now() / 1000;
  await story.speak(60);
  expect(story.status).toMatchObject({ phase: 'failed', error: { reason: 'not-found', status: 404 } });
  expect(story.server.attempts).toBe(6);
  expect(story.attemptsAt.at(-1)! - cutAt).toBeGreaterThan(5);
});

test('a first connection that a proxy refuses fails at once [G7]', async () => {
  const story = await tell({ through: withoutMark, given: (server) => server.refuse(404, { times: 99 }) });
  story.allowRefusals();
  await story.speak(5);
  expect(story.status.phase).toBe('failed');
  expect(story.server.attempts).toBe(1);
});

test('shows in status and report that the auth function returned no secret', async () => {
  const story = await tell({ auth: () => ({ token: 'abc' }) as never });
  await story.speak(2);
  const lastEnd = {
    kind: 'credentials-failed',
    cause: expect.stringContaining('the answer of the auth function holds no secret') as string,
  };
  expect(story.status).toMatchObject({ phase: 'recovering', lastEnd });
  expect(await story.close()).toMatchObject({ outcome: 'deadline', lastEnd });
});

test('a report with pending words shows how the last attempt ended', async () => {
  const story = await tell();
  await story.speak(5);
  story.network.offline = true;
  story.network.cut();
  expect(await story.close()).toMatchObject({
    outcome: 'deadline',
    error: undefined,
    lastEnd: { kind: 'network-lost', cause: 'ECONNRESET' },
  });
});
