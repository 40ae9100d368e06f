import { expect, test } from 'vitest';
import { emulate } from '../../src/cli/emulate.ts';
import { createLiveTranscription } from '../../src/index.ts';
import { count, encodePcm, speak } from '../../src/testing/index.ts';

test('the first line is an address to connect to, and an interruption ends it', async () => {
  const controller = new AbortController();
  const printed: string[] = [];
  let listening: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => (listening = resolve));
  const options = { host: '127.0.0.1', port: 0, tones: true };
  const ended = emulate(
    options,
    (text) => {
      printed.push(text);
      listening(text.trim());
    },
    controller.signal,
  );
  const live = createLiveTranscription({
    auth: { apiKey: 'any' },
    baseUrl: await url,
    listen: { encoding: 'linear16', sample_rate: 16_000 },
  });
  live.send(encodePcm(speak(count(1, 2), { sampleRate: 16_000 }), 'linear16'));
  expect(await live.close()).toMatchObject({ outcome: 'drained' });
  controller.abort();
  expect(await ended).toBe(0);
  expect(printed[0]).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\n$/);
});
