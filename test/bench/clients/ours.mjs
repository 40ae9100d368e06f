/** This library, with its defaults. */
import { createLiveTranscription } from 'rx-deepgram';

/** @type {import('./client.mjs').Connect} */
export async function connectOurs({ url, key, listen, onFinal }) {
  const live = createLiveTranscription({ auth: { apiKey: key }, baseUrl: url, listen, connect: 'eager' });
  live.transcripts$.subscribe(({ final, text }) => {
    if (final && text !== '') onFinal(text);
  });
  await new Promise((resolve) => {
    live.status$.subscribe(({ phase }) => {
      if (phase === 'open' || phase === 'failed') resolve(undefined);
    });
  });
  return {
    send: (chunk) => live.send(chunk),
    finish: async () => void (await live.close()),
    stop: () => live.abort(),
    finalize: () => void live.finalize(),
  };
}
