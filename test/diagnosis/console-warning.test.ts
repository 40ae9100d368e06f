/** Without a subscriber of `notices$`, an error is written to the console. */
import { beforeEach, expect, test, vi } from 'vitest';
import { SessionStreams } from '../../src/client/streams.ts';
import { checkOptions } from '../../src/client/options.ts';
import { NOTICES } from '../../src/diagnosis/notices.ts';
import { createLiveTranscription, type LiveTranscriptionOptions } from '../../src/index.ts';
import { Emulator, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';

const KEY = 'a-key-that-nobody-may-see';
const told: string[] = [];
beforeEach(() => {
  told.length = 0;
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void told.push(text));
});

function session(options: Partial<LiveTranscriptionOptions> = {}) {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(new Emulator({ clock }));
  const live = createLiveTranscription({
    auth: { apiKey: KEY },
    listen: { encoding: 'linear16', sample_rate: 8_000 },
    clock,
    transport: network.transport,
    connect: 'eager',
    ...options,
  });
  return { clock, network, live };
}

/** Audio through an outage that the log cannot hold. */
async function outage(options: Partial<LiveTranscriptionOptions> = {}, listen = false) {
  const { clock, network, live } = session({ log: { maxSeconds: 1 }, ...options });
  if (listen) live.notices$.subscribe();
  network.offline = true;
  for (let second = 0; second < 100; second += 1) {
    live.send(new Uint8Array(16_000));
    await clock.advanceAsync(1_000);
  }
  live.abort();
}

test('reports dropped audio once, with its remedy', async () => {
  await outage();
  expect(told).toEqual([expect.stringMatching(/^rx-deepgram: Audio was dropped .*Raise log\.maxSeconds/)]);
});

test('a session that recovers for ever without a token shows the reason', async () => {
  const { clock, live } = session({ auth: () => ({ token: KEY }) as never });
  await clock.advanceAsync(120_000);
  expect(told).toEqual([
    expect.stringMatching(/The outage is long.*kind: credentials-failed, cause: .*Give { apiKey }/),
  ]);
  expect(told.join()).not.toContain(KEY);
  live.abort();
});

test('a failed session shows the reason', async () => {
  const { clock } = session({ auth: { apiKey: 'wrong' } });
  await clock.advanceAsync(1_000);
  expect(told).toEqual([expect.stringMatching(/^rx-deepgram: unauthorized: .*Give a valid API key/)]);
});

test('warns nothing when the notices have a subscriber', async () => {
  await outage({}, true);
  expect(told).toEqual([]);
});

test('warns nothing with warnOnConsole: false', async () => {
  await outage({ warnOnConsole: false });
  expect(told).toEqual([]);
});

test('only facts whose notices are errors are reported', async () => {
  const options = checkOptions({ auth: { apiKey: KEY } });
  for (const [code, { severity }] of Object.entries(NOTICES)) {
    if (code === 'session-failed') continue;
    told.length = 0;
    new SessionStreams(options).report(code as never, {} as never);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.length, code).toBe(severity === 'error' ? 1 : 0);
  }
});
