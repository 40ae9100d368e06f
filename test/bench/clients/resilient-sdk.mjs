/** `@deepgram/sdk` as its README shows it, with the additional line of `docs/deepgram-sdk.md`. */
import { resilientTransport } from 'rx-deepgram/deepgram-sdk';
import { connectDeepgramSdk } from './deepgram-sdk.mjs';

/** @type {import('./client.mjs').Connect} */
export function connectResilientSdk(settings) {
  return connectDeepgramSdk(settings, { transportFactory: resilientTransport() });
}
