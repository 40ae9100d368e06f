/** `@deepgram/sdk` as its README shows it, with the one line of `docs/deepgram-sdk.md` more. */
import { resilientTransport } from 'rx-deepgram/deepgram-sdk';
import { connectDeepgramSdk } from './deepgram-sdk.mjs';

/** @type {import('./client.mjs').Connect} */
export function connectResilientSdk(settings) {
  return connectDeepgramSdk(settings, { transportFactory: resilientTransport() });
}
