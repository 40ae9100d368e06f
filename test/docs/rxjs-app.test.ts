import { transcribe } from 'rx-deepgram';
import { count, speak, startEmulator } from 'rx-deepgram/testing';
import { lastValueFrom, of, toArray } from 'rxjs';
import { expect, test } from 'vitest';

test('no word is lost when the network breaks in the middle', async () => {
  await using emulator = await startEmulator({ maxPace: Infinity });
  emulator.inflict('cut after 500ms of audio on next');
  const auth = { apiKey: 'any' };
  const listen = { model: 'nova-3', encoding: 'linear16', sample_rate: 16_000 } as const;
  const speech$ = of(speak(count(1, 4), { sampleRate: 16_000 }));
  const captions$ = speech$.pipe(transcribe({ auth, baseUrl: emulator.url, listen }), toArray());
  const words = (await lastValueFrom(captions$)).flatMap(({ text }) => text.split(' ').filter(Boolean));
  expect(words).toEqual(['0001', '0002', '0003', '0004']);
  expect(emulator.connections).toHaveLength(2);
});
