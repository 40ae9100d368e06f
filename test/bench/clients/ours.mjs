/** This library, with its defaults. */
import { filter, firstValueFrom } from 'rxjs';
import { createLiveTranscription } from 'rx-deepgram';

/** @type {import('./client.mjs').Connect} */
export async function connectOurs(settings) {
  const { keepAliveMs } = settings;
  return connectSession(settings, keepAliveMs === undefined ? {} : { keepAliveMs });
}

/**
 * @param {import('./client.mjs').Settings} settings
 * @param {Partial<import('rx-deepgram').LiveTranscriptionOptions>} more
 * @returns {Promise<import('./client.mjs').Client>}
 */
export async function connectSession({ url, key, listen, onFinal }, more) {
  const auth = { apiKey: key };
  const live = createLiveTranscription({ auth, baseUrl: url, listen, connect: 'eager', ...more });
  live.transcripts$.subscribe(({ final, text }) => {
    if (final && text !== '') onFinal(text);
  });
  await firstValueFrom(live.status$.pipe(filter(({ phase }) => phase === 'open' || phase === 'failed')));
  return {
    send: (chunk) => live.send(chunk),
    finish: async () => void (await live.close()),
    stop: () => live.abort(),
    finalize: () => void live.finalize(),
  };
}
