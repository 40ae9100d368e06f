import { settle } from './clocks.ts';
import { Observable, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { TranscriptionError, transcribe, type Transcript } from '../../src/index.ts';
import { Emulator, numberedRecogniser, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';
import { KEY, RATE, tell } from './story.ts';
import { speakNumbered } from '../../src/testing/index.ts';

test('status shows the course of a session, and completes with it', async () => {
  const story = await tell();
  await story.speak(6);
  await story.pause(5);
  story.server.closeAll(1011, 'NET-0001');
  await story.wait(1);
  await story.speak(6);
  await story.close();
  expect(story.path).toBe(
    'dormant > connecting > streaming > idle-keepalive > closed-1011 > backoff > reconnecting > streaming > draining > closed',
  );
  expect(story.statuses.map(({ phase }) => phase)).toEqual([
    'waiting',
    'connecting',
    'open',
    'open',
    'recovering',
    'recovering',
    'recovering',
    'open',
    // A final result: the end before it is no longer told.
    'open',
    'closing',
    'closed',
  ]);
  expect(story.ends).toEqual(['client-silent']);
});

test('status has the facts for a user interface, and emits each change once', async () => {
  const story = await tell();
  await story.speak(6);
  const cutAt = story.clock.wallTime();
  const reason = { kind: 'network-lost', code: 1006, cause: 'ECONNRESET' };
  story.network.offline = true;
  story.network.cut();
  await story.wait(20);
  story.network.offline = false;
  await story.wait(15);
  await story.speak(6);
  const { statuses } = story;
  expect(statuses[1]).toMatchObject({ phase: 'connecting', attempt: 1 });
  expect(statuses[2]).toMatchObject({ phase: 'open', connection: 1, since: expect.any(Number) as number });
  const recovering = statuses.filter((status) => status.phase === 'recovering');
  expect(recovering[0]).toMatchObject({ state: 'backoff', attempt: 1, reason });
  expect(recovering.length).toBeGreaterThan(3);
  let beganAt = cutAt;
  for (const { state, retryAt, attempt } of recovering) {
    const isUnderWay = state === 'reconnecting';
    expect(retryAt === undefined, state).toBe(isUnderWay);
    expect(attempt).toBeGreaterThan(0);
    expect(retryAt ?? beganAt).toBeGreaterThanOrEqual(beganAt);
    beganAt = retryAt ?? beganAt;
  }
  expect(recovering.at(-1)?.attempt).toBe(Math.max(...recovering.map(({ attempt }) => attempt)));
  expect(story.status).toMatchObject({ phase: 'open', connection: 2, lastEnd: undefined });
  const told = statuses.map((status) => JSON.stringify(status));
  expect(told.filter((status, index) => status === told[index - 1])).toEqual([]);
  await story.close();
  expect(story.status).toEqual({ phase: 'closed', state: 'closed', lastEnd: undefined, outcome: 'drained' });
});

test('an open status shows the request id, where the platform shows it', async () => {
  const story = await tell();
  await story.speak(1);
  expect(story.status).toMatchObject({ phase: 'open', requestId: expect.stringMatching(/./) as string });
  await story.close();
});

test('late subscribers get the present status, and no old text', async () => {
  const story = await tell();
  await story.speak(10);
  const seen: unknown[] = [];
  story.live.status$.subscribe(({ state }) => seen.push(state));
  story.live.transcripts$.subscribe(() => seen.push('text'));
  expect(seen).toEqual(['streaming']);
  story.live.abort();
});

/** Every value reachable from `root`, as text; getters that throw are passed over. */
function everythingIn(root: unknown): string {
  const seen = new Set<object>();
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value))
      return;
    seen.add(value);
    if (value instanceof Map || value instanceof Set) for (const entry of value) visit(entry);
    for (const key of Reflect.ownKeys(value)) {
      texts.push(String(key));
      try {
        visit((value as Record<PropertyKey, unknown>)[key]);
      } catch {
        // Not for us.
      }
    }
  };
  visit(root);
  return texts.join('\n');
}

test.each([200, 401, 503])(
  'the secret appears nowhere, also where the server repeats it, with HTTP %i [G8]',
  async (status) => {
    const events: unknown[] = [];
    const story = await tell({
      auth: () => ({ apiKey: KEY }),
      inspect: (event) => events.push(event),
      given: (server) =>
        status !== 200 && server.refuse(status, { times: 2, dgError: `no such key: ${KEY}` }),
    });
    story.allowRefusals();
    await story.speak(6);
    story.server.closeAll(1011, `what is ${KEY}?`);
    await story.speak(3);
    await story.close();
    const { live, notices, statuses, transcripts, network } = story;
    const shown = [
      events,
      live.actor.getSnapshot(),
      live.actor.getPersistedSnapshot(),
      notices,
      statuses,
      transcripts,
    ];
    expect(events.length).toBeGreaterThan(10);
    expect(everythingIn(shown)).not.toContain(KEY);
    expect(everythingIn(story.report)).not.toContain(KEY);
    for (const { url } of network.links) expect(url).not.toContain(KEY);
  },
);

function listen(signal?: AbortSignal) {
  const clock = new VirtualClock();
  const server = new Emulator({ clock, recogniser: numberedRecogniser });
  const network = new VirtualNetwork(server);
  const seen: string[] = [];
  let error: unknown;
  const audio$ = new Subject<Uint8Array>();
  const operator = transcribe({
    auth: { apiKey: KEY },
    seed: 1,
    listen: { encoding: 'linear16', sample_rate: RATE, endpointing: 300 },
    clock,
    transport: network.transport,
    signal,
  });
  const observer = {
    next: ({ final, text }: Transcript) => final && seen.push(text),
    error: (reason: unknown) => {
      error = reason;
      seen.push('error');
    },
    complete: () => seen.push('complete'),
  };
  let next = 1;
  const wait = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 20) {
      clock.advance(20);
      await settle();
    }
  };
  const say = async (words: number) => {
    const audio = speakNumbered(
      Array.from({ length: words }, () => next++),
      { sampleRate: RATE, gapMs: 100 },
    );
    for (let at = 0; at < audio.length; at += 20) {
      audio$.next(new Uint8Array(audio.slice(at, at + 20).buffer));
      await wait(20);
    }
  };
  return { clock, server, network, seen, audio$, operator, observer, say, wait, error: () => error };
}

test('transcribe(): when the source completes, the rest is drained before the result completes [G9]', async () => {
  const { audio$, operator, observer, say, wait, seen, clock } = listen();
  audio$.pipe(operator).subscribe(observer);
  await say(10);
  audio$.complete();
  await wait(20_000);
  expect(seen.join(' ')).toBe('0001 0002 0003 0004 0005 0006 0007 0008 0009 0010 complete');
  expect(clock.pendingTimers).toBe(0);
});

test('transcribe(): unsubscribing ends at once and leaves nothing [G5]', async () => {
  const { audio$, operator, observer, say, wait, clock, server, network } = listen();
  const subscription = audio$.pipe(operator).subscribe(observer);
  await say(5);
  subscription.unsubscribe();
  expect(audio$.observed).toBe(false);
  await wait(5_000);
  expect([clock.pendingTimers, server.openConnections.length, network.liveLinks.length]).toEqual([0, 0, 0]);
});

test('transcribe(): unsubscribing inside of a transcript leaves nothing either [G5]', async () => {
  const { audio$, operator, say, wait, clock, network } = listen();
  const subscription = audio$.pipe(operator).subscribe(() => subscription.unsubscribe());
  await say(10);
  await wait(5_000);
  expect([clock.pendingTimers, network.liveLinks.length, audio$.observed]).toEqual([0, 0, false]);
});

test('transcribe(): an aborted signal is an error, since the transcript is incomplete [G5]', async () => {
  const stop = new AbortController();
  const { audio$, operator, observer, say, wait, seen, error, clock } = listen(stop.signal);
  audio$.pipe(operator).subscribe(observer);
  await say(10);
  const before = seen.length;
  stop.abort(new Error('the user has left'));
  expect(before).toBeGreaterThan(0);
  expect(seen.slice(before)).toEqual(['error']);
  expect(error()).toEqual(new Error('the user has left'));
  await wait(5_000);
  expect([clock.pendingTimers, audio$.observed]).toEqual([0, false]);
});

test('transcribe(): an error of the source comes after the results before it [G9]', async () => {
  const { audio$, operator, observer, say, wait, seen, error, clock } = listen();
  audio$.pipe(operator).subscribe(observer);
  await say(10);
  audio$.error(new Error('the microphone is gone'));
  await wait(20_000);
  expect(seen.join(' ')).toBe('0001 0002 0003 0004 0005 0006 0007 0008 0009 0010 error');
  expect(error()).toEqual(new Error('the microphone is gone'));
  expect(clock.pendingTimers).toBe(0);
});

test('transcribe(): a fatal end comes as an error, after every transcript before it [G7]', async () => {
  const { audio$, operator, observer, say, wait, seen, server, error, clock } = listen();
  audio$.pipe(operator).subscribe(observer);
  await say(10);
  const before = seen.length;
  server.refuse(402, { times: 9 });
  server.cut();
  await wait(5_000);
  expect(before).toBeGreaterThan(0);
  expect(seen.at(-1)).toBe('error');
  expect(error()).toBeInstanceOf(TranscriptionError);
  expect(error()).toMatchObject({ reason: 'payment-required' });
  expect([clock.pendingTimers, audio$.observed]).toEqual([0, false]);
});

test('transcribe(): an invalid chunk is an error of the result, not of the source [G5]', async () => {
  const { audio$, operator, observer, say, wait, error, clock } = listen();
  audio$.pipe(operator).subscribe(observer);
  await say(2);
  audio$.next('words' as never);
  await wait(5_000);
  expect(error()).toMatchObject({ reason: 'invalid-audio' });
  expect([clock.pendingTimers, audio$.observed]).toEqual([0, false]);
});

test('transcribe(): a source that emits and completes at once is transcribed whole [G3 G9]', async () => {
  const { operator, observer, wait, seen } = listen();
  const audio = speakNumbered([1, 2, 3, 4, 5], { sampleRate: RATE, gapMs: 100 });
  new Observable<Uint8Array>((subscriber) => {
    for (let at = 0; at < audio.length; at += 20)
      subscriber.next(new Uint8Array(audio.slice(at, at + 20).buffer));
    subscriber.complete();
  })
    .pipe(operator)
    .subscribe(observer);
  await wait(30_000);
  expect(seen.join(' ')).toBe('0001 0002 0003 0004 0005 complete');
});

test('transcribe(): each subscription is a session of its own [G5]', async () => {
  const { audio$, operator, observer, say, wait, server, seen } = listen();
  const transcripts$ = audio$.pipe(operator);
  transcripts$.subscribe(observer);
  transcripts$.subscribe();
  await say(3);
  expect(server.openConnections.length).toBe(2);
  audio$.complete();
  await wait(20_000);
  expect(seen.at(-1)).toBe('complete');
  expect(server.openConnections.length).toBe(0);
});

test('transcribe(): a source without audio completes without a connection', async () => {
  const { audio$, operator, observer, wait, seen, network } = listen();
  audio$.pipe(operator).subscribe(observer);
  audio$.complete();
  await wait(100);
  expect([seen, network.links.length]).toEqual([['complete'], 0]);
});
