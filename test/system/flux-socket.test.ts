import { expect, test } from 'vitest';
import { createLiveTranscription, type Turn } from '../../src/index.ts';
import { encodePcm, speakScript, startEmulator } from '../../src/testing/index.ts';
import { expectTurnsToHold } from '../transcript/turn-rules.ts';

const RATE = 16_000;
const CHUNK_BYTES = 2_560;

test('over a real socket pings hold an idle connection, and the last turn comes', async () => {
  const emulator = await startEmulator({ fluxIdleTimeoutMs: 5_000 });
  const live = createLiveTranscription({
    auth: { apiKey: 'some-key' },
    baseUrl: emulator.url,
    keepAliveMs: 1_000,
    forceEndTurn: true,
    listen: { model: 'flux-general-en', encoding: 'linear16', sample_rate: RATE },
  });
  const turns: Turn[] = [];
  live.turns$.subscribe((turn) => turns.push(turn));
  const say = async (word: number, pauseMs: number) => {
    const audio = encodePcm(speakScript([{ say: [word] }, { pauseMs }], { sampleRate: RATE }), 'linear16');
    for (let at = 0; at < audio.length; at += CHUNK_BYTES) {
      live.send(audio.subarray(at, at + CHUNK_BYTES));
      await new Promise((resolve) => setTimeout(resolve, 70));
    }
  };
  await say(1, 1_200);
  await new Promise((resolve) => setTimeout(resolve, 7_000));
  await say(2, 100);
  const report = await live.close();
  await emulator.close();
  expectTurnsToHold(turns);
  expect(turns.filter(({ type }) => type === 'end').map(({ text }) => text)).toEqual(['0001', '0002']);
  expect(report).toMatchObject({ outcome: 'drained', connections: 1, ledger: { pending: 0, dropped: 0 } });
  expect(report.keepAlives).toBeGreaterThan(1);
});
