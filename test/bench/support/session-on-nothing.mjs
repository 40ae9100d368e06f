/** A session whose server is a function call and whose time is a number, to measure only the library. */
import { createLiveTranscription } from 'rx-deepgram';
import { LISTEN } from './sound.mjs';

/** @param {Partial<import('rx-deepgram').LiveTranscriptionOptions>} [options] */
export async function openOnNothing(options = {}) {
  let nowMs = 0;
  // Reading the clock costs what it costs in life; waiting is never needed while audio comes and is answered in time.
  const clock = {
    now: () => (performance.now(), nowMs),
    wallTime: () => Date.now(),
    setTimeout: () => 0,
    clearTimeout: () => undefined,
  };
  const socket = {
    bufferedAmount: 0,
    send: () => undefined,
    close: () => undefined,
    terminate: () => undefined,
  };
  /** @type {import('rx-deepgram').SocketHandlers | undefined} */
  let handlers;
  const live = createLiveTranscription({
    auth: { apiKey: 'bench' },
    listen: LISTEN,
    connect: 'eager',
    clock,
    transport: (_, given) => {
      handlers = given;
      return socket;
    },
    ...options,
  });
  live.transcripts$.subscribe();
  await new Promise((resolve) => setImmediate(resolve));
  handlers?.opened({});
  return {
    live,
    wait: (/** @type {number} */ ms) => {
      nowMs += ms;
    },
    answer: (/** @type {string} */ text) => handlers?.message(text),
  };
}
