/** The perfect client over real sockets: see `support/perfect-client.mjs`. */
import { platformTransport, systemClock } from 'rx-deepgram';
import { PerfectClient } from '../support/perfect-client.mjs';
import { addressOf } from './client.mjs';

/** Deepgram takes no more than 1.25 × real time, and asks that nobody send faster. */
const RATE = 1.25;

/** @type {import('./client.mjs').Connect} */
export async function connectPerfect(settings) {
  const client = new PerfectClient({
    clock: systemClock,
    rate: RATE,
    sampleRate: Number(settings.listen['sample_rate']),
    transport: platformTransport,
    url: addressOf(settings),
    onFinal: settings.onFinal,
  });
  return {
    send: (chunk) => client.send(chunk),
    finish: async () => client.end(),
    stop: () => client.end(),
  };
}
