/** The whole session: backlogs, and audio that waits before the log. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  createLiveTranscription,
  type LiveTranscriptionOptions,
  type Notice,
  type SessionReport,
  type SocketHandlers,
} from '../../src/index.ts';
import { LiveRun } from '../../src/audio/live-run.ts';
import { loadDiagnosis } from '../../src/diagnosis/diagnose.ts';
import { VirtualClock } from '../../src/testing/index.ts';

beforeAll(loadDiagnosis);

/** Two bytes are a sample, and a sample is a millisecond. */
const audio = (ms: number) => new Uint8Array(2 * ms);

/** A session whose connections open when the test says so. */
async function session(options: Partial<LiveTranscriptionOptions> = {}, isWatched = true) {
  const clock = new VirtualClock();
  const notices: Notice[] = [];
  let sentBytes = 0;
  let handlers: SocketHandlers | undefined;
  const live = createLiveTranscription({
    auth: { apiKey: 'any' },
    listen: { encoding: 'linear16', sample_rate: 1_000, interim_results: true },
    clock,
    catchUpRate: 1.25,
    connect: 'eager',
    transport: (_, given) => {
      handlers = given;
      return {
        bufferedAmount: 0,
        send: (message) => void (typeof message === 'string' || (sentBytes += message.length)),
        close: () => undefined,
        terminate: () => undefined,
      };
    },
    ...options,
  });
  if (isWatched) live.notices$.subscribe((notice) => notices.push(notice));
  await clock.advanceAsync(0);
  return {
    clock,
    live,
    sentMs: () => sentBytes / 2,
    evidenceOf: (code: string) =>
      notices.filter((each) => each.code === code).map(({ evidence }) => evidence),
    open: async () => {
      await clock.advanceAsync(1_000);
      handlers?.opened({});
    },
    lose: () => handlers?.ended({ code: 1006, reason: '' }),
  };
}

test('an app that stops the actor leaves no socket open', async () => {
  const terminate = vi.fn();
  const { live } = await session({
    transport: () => ({ bufferedAmount: 0, send: () => undefined, close: () => undefined, terminate }),
  });
  live.actor.stop();
  expect(terminate).toHaveBeenCalledOnce();
});

test('a subscriber of notices sees all audio from then on, though chunks went out in a run', async () => {
  const { clock, live, open } = await session({}, false);
  await open();
  const speak = async (chunks: number) => {
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      live.send(audio(20));
      await clock.advanceAsync(20);
    }
  };
  const taken = vi.spyOn(LiveRun.prototype, 'take');
  await speak(5);
  expect(taken).toHaveLastReturnedWith(true);
  live.notices$.subscribe();
  await speak(1);
  expect(taken).toHaveLastReturnedWith(false);
  await speak(1);
  expect(taken).toHaveLastReturnedWith(true);
});

describe('a backlog', () => {
  test.each([
    [999, []],
    [1_000, [{ backlogSeconds: 1, doneInSeconds: 4 }]],
  ])('of %i ms is reported if it is a second', async (ms, evidence) => {
    const { live, open, evidenceOf } = await session();
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    live.send(audio(ms));
    await open();
    expect(evidenceOf('catching-up')).toEqual(evidence);
  });

  test('takes less time where no more audio comes', async () => {
    const { clock, live, open, evidenceOf } = await session();
    live.send(audio(3_000));
    await clock.advanceAsync(1);
    await open();
    expect(evidenceOf('catching-up')).toEqual([{ backlogSeconds: 3, doneInSeconds: 2.4 }]);
  });

  test('takes less time where the session closes, though audio came a moment ago', async () => {
    const { live, open, evidenceOf } = await session();
    live.send(audio(3_000));
    void live.close();
    await open();
    expect(evidenceOf('catching-up')).toEqual([{ backlogSeconds: 3, doneInSeconds: 2.4 }]);
  });

  test.each([
    ['all of it', 'all', [], 2_000],
    ['none of it', 'live', [{ startSeconds: 0, endSeconds: 2, reason: 'skipped' }], 0],
    ['the last of it', { lastSeconds: 0.5 }, [{ startSeconds: 0, endSeconds: 1.5, reason: 'skipped' }], 500],
    ['all there is', { lastSeconds: 3 }, [], 2_000],
  ] as const)(
    'of an outage is sent as catchUp says, and the rest announced: %s [G2]',
    async (_, catchUp, drops, ms) => {
      const { clock, live, open, lose, sentMs, evidenceOf } = await session({ catchUp });
      await open();
      lose();
      live.send(audio(2_000));
      await open();
      await clock.advanceAsync(5_000);
      expect(evidenceOf('audio-dropped')).toEqual(drops);
      expect(sentMs()).toBe(ms);
    },
  );

  test('of the time before the first connection is sent by any policy [G3]', async () => {
    const { clock, live, open, sentMs } = await session({ catchUp: 'live' });
    live.send(audio(2_000));
    await open();
    await clock.advanceAsync(5_000);
    expect(sentMs()).toBe(2_000);
  });
});

describe('a Blob that waits for its bytes', () => {
  const never = (size: number) => ({ size, arrayBuffer: () => new Promise(() => {}) }) as unknown as Blob;

  test('takes its room, and is part of the backlog', async () => {
    const { live } = await session({ log: { maxBytes: 65_536 } });
    expect(live.send(never(60_000))).toEqual({ accepted: true, backlogMs: 30_000, droppedMs: 0 });
    expect(live.send(audio(3_000))).toMatchObject({ accepted: false, reason: 'log-full' });
    expect(live.send(audio(2_000))).toMatchObject({ accepted: true });
  });

  test('delays finalize() no longer than finalizeMs', async () => {
    const { clock, live, open } = await session();
    await open();
    live.send(audio(20));
    live.send(never(9));
    const answer = live.finalize();
    await clock.advanceAsync(3_000);
    expect(await answer).toBe(false);
  });

  test('keeps the outcome from being drained', async () => {
    const { clock, live, open } = await session();
    await open();
    live.send(never(9));
    const report = live.close();
    await clock.advanceAsync(60_000);
    expect((await report).outcome).toBe('deadline');
  });
});

describe('a session that a subscriber ends', () => {
  test.each(['abort', 'close'] as const)(
    'by %s() in the middle of a chunk counts all of it [G2]',
    async (how) => {
      const { clock, live, open } = await session();
      await open();
      let report: Promise<SessionReport> | undefined;
      live.status$.subscribe(({ state }) => {
        if (state !== 'streaming' || report) return;
        if (how === 'abort') live.abort();
        report = live.close({ timeoutMs: 10 });
      });
      // Goes out in pieces of 300 ms, and the first changes the status.
      live.send(audio(900));
      await clock.advanceAsync(1_000);
      expect((await report)?.ledger).toMatchObject({ accepted: 900, confirmed: 0, pending: 900, dropped: 0 });
      expect(live.ledger).toMatchObject({ accepted: 900 });
    },
  );
});
