import { describe, expect, test, vi } from 'vitest';
import { dropOnCloseStream, stallResults } from '../../src/testing/index.ts';
import { type Setting, type Story, tell } from './story.ts';

test('close() drains to the last half word [G9]', async () => {
  const story = await tell();
  await story.speak(10.26);
  const report = await story.close();
  expect(report).toMatchObject({ outcome: 'drained', ledger: { pending: 0, dropped: 0 }, connections: 1 });
  story.expectEveryWordOnce();
  expect(story.link.frames.at(-1)?.text).toBe('{"type":"CloseStream"}');
});

test('close() without any audio settles at once [G9]', async () => {
  const story = await tell();
  expect(await story.close(0.2)).toMatchObject({ outcome: 'drained', attempts: 0 });
});

test('refuses audio sent from a callback of the end [G2]', async () => {
  const story = await tell();
  await story.speak(2);
  const answers: unknown[] = [];
  story.live.status$.subscribe(({ phase }) => {
    if (phase === 'closed') answers.push(story.live.send(new Int16Array(160)));
  });
  story.live.abort();
  expect(answers).toMatchObject([{ accepted: false, reason: 'closed' }]);
});

test('a paused session that is closed refuses audio with the reason closed', async () => {
  const story = await tell();
  await story.speak(2);
  story.live.pause();
  void story.live.close();
  expect(story.live.send(new Int16Array(160))).toMatchObject({ accepted: false, reason: 'closed' });
  story.live.abort();
});

test('a cut just before CloseStream is recovered from, and drained again [G9]', async () => {
  const story = await tell({ weather: { latencyMs: 100 } });
  await story.speak(10.26);
  const closing = story.live.close();
  story.network.cut();
  await story.wait(30);
  expect(await closing).toMatchObject({ outcome: 'drained', ledger: { pending: 0 } });
  story.expectEveryWordOnce();
});

test.each(['results', 'metadata'] as const)(
  'a cut between CloseStream and %s is recovered from [G9]',
  async (before) => {
    const story = await tell({ given: (server) => server.onConnection(1, dropOnCloseStream(before)) });
    await story.speak(10.26);
    expect(await story.close()).toMatchObject({ outcome: 'drained', ledger: { pending: 0 } });
    story.expectEveryWordOnce();
  },
);

test('a link that goes silent in the drain is found, and drained anew [G9 G11]', async () => {
  const story = await tell();
  await story.speak(10.26);
  story.network.halfOpen();
  expect(await story.close()).toMatchObject({ outcome: 'drained', ledger: { pending: 0 } });
  story.expectEveryWordOnce();
});

test('an unanswered CloseStream settles at the deadline, and the report counts the pending audio [G9]', async () => {
  const story = await tell({ server: { faultsOf: (attempt) => (attempt > 1 ? [stallResults()] : []) } });
  await story.speak(10.26);
  story.server.stallResults();
  const report = await story.close();
  expect(report.outcome).toBe('deadline');
  expect(report.ledger.pending).toBeGreaterThan(0);
  expect(story.closedInMs).toBeLessThan(31_000);
});

test('close() during an outage settles at its deadline [G9]', async () => {
  const story = await tell();
  await story.speak(10);
  story.network.offline = true;
  story.network.cut();
  await story.speak(5);
  const report = await story.close();
  expect(report).toMatchObject({ outcome: 'deadline', ledger: { dropped: 0 } });
  expect(report.ledger.pending).toBeGreaterThan(4_000);
  expect(story.closedInMs).toBeLessThan(38_000);
});

test('close() during an outage that ends in time loses nothing [G9]', async () => {
  const story = await tell();
  await story.speak(10);
  story.network.offline = true;
  story.network.cut();
  await story.speak(5);
  const closing = story.live.close();
  await story.wait(3);
  story.network.offline = false;
  await story.wait(30);
  expect(await closing).toMatchObject({ outcome: 'drained', ledger: { pending: 0, dropped: 0 } });
  story.expectEveryWordOnce();
});

test('close() twice is one close; audio after it is refused as such [G9]', async () => {
  const story = await tell();
  await story.speak(6);
  const first = story.live.close();
  expect(story.live.close()).toBe(first);
  story.allowRefusals();
  expect(story.send(new Int16Array(20))).toMatchObject({ accepted: false, reason: 'closed' });
  await story.close();
});

test('close() long after the end still answers [G9]', async () => {
  const story = await tell();
  await story.speak(6);
  story.live.abort();
  await story.wait(60);
  expect(await story.close()).toMatchObject({ outcome: 'aborted' });
});

/** Steps into each state. */
const STATES: Record<string, { setting?: Setting; reach: (story: Story) => Promise<void> }> = {
  dormant: { reach: async () => undefined },
  connecting: {
    setting: { given: (server) => server.hang({ times: 50 }) },
    reach: (story) => story.speak(1),
  },
  streaming: { reach: (story) => story.speak(5.3) },
  'idle-keepalive': {
    reach: async (story) => {
      await story.speak(5.3);
      await story.pause(8);
    },
  },
  backoff: {
    reach: async (story) => {
      await story.speak(5.3);
      story.network.offline = true;
      story.network.cut();
      while (story.status.state !== 'backoff' || story.network.links.length < 4) await story.speak(0.02);
    },
  },
  'closed-1011': {
    reach: async (story) => {
      await story.speak(5.3);
      story.server.closeAll(1011, 'NET-0001');
      while (story.status.state === 'streaming') story.clock.advance(1);
    },
  },
  reconnecting: {
    reach: async (story) => {
      await story.speak(5.3);
      story.server.hang({ times: 50 });
      story.network.cut();
      while (story.status.state !== 'reconnecting') await story.speak(0.02);
    },
  },
  suspended: {
    reach: async (story) => {
      await story.speak(5.3);
      story.network.offline = true;
      story.network.cut();
      while (story.status.state !== 'suspended') await story.speak(0.02);
    },
  },
  draining: {
    reach: async (story) => {
      await story.speak(5.3);
      story.server.stallResults();
      void story.live.close();
      await story.wait(0.5);
    },
  },
};

describe.each(Object.entries(STATES))('from %s', (state, { setting, reach }) => {
  test('abort() ends at once and leaves nothing [G5 G9]', async () => {
    const story = await tell(setting);
    await reach(story);
    if (state !== 'closed-1011') expect(story.status.state).toBe(state);
    story.live.abort();
    expect(story.status.phase).toBe('closed');
    expect(await story.close(0.2)).toMatchObject({ outcome: 'aborted' });
  });

  test('close() settles within its deadline and leaves nothing [G5 G9]', async () => {
    const story = await tell(setting);
    await reach(story);
    const { pending } = story.live.ledger;
    const report = await story.close(31 + pending / 1_000);
    expect(['drained', 'deadline']).toContain(report.outcome);
    expect(report.outcome === 'deadline').toBe(report.ledger.pending > 0);
  });
});

test('abort() in answer to any notice or status leaves nothing [G5]', async () => {
  for (const when of ['connection-lost', 'status: reconnecting', 'status: streaming', 'transcript']) {
    const story = await tell();
    let isArmed = false;
    const abortAt = (what: string) => void (isArmed && what === when && story.live.abort());
    story.live.notices$.subscribe(({ code }) => abortAt(code));
    story.live.status$.subscribe(({ state }) => abortAt(`status: ${state}`));
    story.live.transcripts$.subscribe(() => abortAt('transcript'));
    await story.speak(5.3);
    isArmed = true;
    story.network.offline = true;
    story.network.cut();
    story.allowRefusals();
    await story.speak(5);
    story.network.offline = false;
    for (let waited = 0; waited < 20 && story.status.phase !== 'closed'; waited += 0.02)
      await story.wait(0.02);
    expect(await story.close(0.2), when).toMatchObject({ outcome: 'aborted' });
  }
});

test('an aborted signal ends the session like abort(), and is released [G5]', async () => {
  const stop = new AbortController();
  const removed: string[] = [];
  const remove = stop.signal.removeEventListener.bind(stop.signal);
  stop.signal.removeEventListener = (type: string, listener: EventListener) => {
    removed.push(type);
    remove(type, listener);
  };
  const story = await tell({ signal: stop.signal });
  await story.speak(5.3);
  expect(removed).toEqual([]);
  stop.abort();
  expect([story.status.phase, removed]).toEqual(['closed', ['abort']]);
  expect(await story.close(0.2)).toMatchObject({ outcome: 'aborted' });
});

test('a signal that aborts after the end changes nothing: the session has left it [G9]', async () => {
  const stop = new AbortController();
  const story = await tell({ signal: stop.signal });
  await story.speak(5.3);
  expect(await story.close()).toMatchObject({ outcome: 'drained' });
  stop.abort();
  expect(await story.live.close()).toMatchObject({ outcome: 'drained' });
});

test('a signal that has aborted before ends the session before a token is requested or anything opened', async () => {
  const auth = vi.fn(() => ({ accessToken: 'a-token' }));
  const story = await tell({ signal: AbortSignal.abort(), connect: 'eager', auth });
  expect(story.status).toMatchObject({ phase: 'closed', outcome: 'aborted' });
  expect(story.live.send(new Int16Array(160))).toMatchObject({ accepted: false, reason: 'closed' });
  expect(await story.close(0.2)).toMatchObject({ outcome: 'aborted', attempts: 0 });
  expect(auth).not.toHaveBeenCalled();
});

test('a block that uses a session ends it with its last words, after an error too [G9]', async () => {
  const story = await tell();
  await story.speak(10.26);
  const block = async () => {
    await using live = story.live;
    throw new Error(live.isPaused ? 'paused' : 'heard');
  };
  const end = block().catch((error: unknown) => error);
  await story.wait(3);
  expect(await end).toEqual(new Error('heard'));
  expect(await story.close(0.2)).toMatchObject({ outcome: 'drained', ledger: { pending: 0 } });
  story.expectEveryWordOnce();
});
