/**
 * A transport for `@deepgram/sdk`. Only types of the SDK are imported.
 * @module rx-deepgram/deepgram-sdk
 */
import type { DeepgramTransportFactory, DeepgramTransportRequest } from '@deepgram/sdk';
import type { LiveTranscription } from '../client/live-transcription.ts';
import { type Auth, type AuthFunction, checkOptions } from '../client/options.ts';
import { ListenTransport, type SessionOptions } from './deepgram-sdk/listen-transport.ts';
import { passThrough } from './deepgram-sdk/pass-through.ts';

/** Options of {@link resilientTransport}: those of a session, except those that come from the SDK. */
export interface ResilientTransportOptions extends Omit<SessionOptions, 'auth'> {
  /**
   * A function is called before every attempt. Temporary tokens need one: the SDK resolves its token only once.
   * @defaultValue the SDK's own key or token
   */
  auth?: Auth | AuthFunction;
  /** Called with the session behind each `listen` connection, for its status, notices and ledger. */
  onSession?: (live: LiveTranscription, request: DeepgramTransportRequest) => void;
}

/**
 * Keeps the `listen` connections of `@deepgram/sdk` alive: KeepAlives in pauses, reconnects, replay of unconfirmed audio. The app
 * stays as it is. `agent` and `speak` use a plain WebSocket.
 *
 * @throws TranscriptionError `invalid-option`, at once, for anything that cannot work.
 *
 * @example
 * ```ts
 * const deepgram = new DeepgramClient({ apiKey, transportFactory: resilientTransport() });
 * ```
 */
export function resilientTransport(options: ResilientTransportOptions = {}): DeepgramTransportFactory {
  const { onSession, ...session } = options;
  checkOptions({ ...session, auth: session.auth ?? { apiKey: 'the-key-of-the-sdk' } });
  // An error thrown now would come before the app waits for the connection to open. oxlint-disable-next-line
  // typescript/require-await -- a rejected promise is what the SDK takes for a refusal
  return async (url, headers, request) => {
    if (!request.service.startsWith('listen.')) return passThrough(url, headers, request.protocols);
    const transport = new ListenTransport(session, headers, request);
    onSession?.(transport.live, request);
    return transport;
  };
}
