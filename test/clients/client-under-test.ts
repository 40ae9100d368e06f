/**
 * Foreign clients behind one interface, so that the same test runs with each. Only the documented option for the address points
 * each of them at the emulator.
 */
import { DeepgramClient } from '@deepgram/sdk';
import { createClient as createV3, LiveTranscriptionEvents as EventsV3 } from 'deepgram-sdk-v3';
import { createClient as createV4, LiveTranscriptionEvents as EventsV4 } from 'deepgram-sdk-v4';

/** A message as it came, loosely typed: what is judged here is the emulator. */
export interface ServerMessage {
  type: string;
  is_final?: boolean;
  from_finalize?: boolean;
  channel?: { alternatives: { transcript: string }[] };
  [field: string]: unknown;
}

export interface Ear {
  opened(): void;
  message(message: ServerMessage): void;
  failed(error: unknown): void;
  closed(code: number | undefined): void;
}

export interface Conversation {
  send(audio: Uint8Array): void;
  keepAlive(): void;
  finalize(): void;
  closeStream(): void;
  /** Closes the socket, if it is still open. */
  dispose(): void;
}

export interface ClientUnderTest {
  name: string;
  takesTokens: boolean;
  open(url: string, secret: { apiKey: string } | { accessToken: string }, ear: Ear): Promise<Conversation>;
  /** Requests a temporary token with the client's own API. */
  grant(url: string, apiKey: string): Promise<string>;
}

const LISTEN = {
  model: 'nova-3',
  encoding: 'linear16',
  sample_rate: 16_000,
  interim_results: true,
  smart_format: true,
  endpointing: 300,
  utterance_end_ms: 1_000,
  vad_events: true,
} as const;

/** The present SDK: an `environment` of one's own names the hosts. */
const sdkV5: ClientUnderTest = {
  name: '@deepgram/sdk 5',
  takesTokens: true,
  async open(url, secret, ear) {
    const client = new DeepgramClient({ ...secret, environment: environmentOf(url) });
    // It sends booleans as text, and wants them so.
    const args = { ...LISTEN, interim_results: 'true', smart_format: 'true', vad_events: 'true' };
    const socket = await client.listen.v1.connect({ ...args, reconnectAttempts: 0 });
    socket.on('open', () => ear.opened());
    socket.on('message', (message) => ear.message(message as unknown as ServerMessage));
    socket.on('error', (error) => ear.failed(error));
    socket.on('close', (event) => ear.closed(event.code));
    socket.connect();
    return {
      send: (audio) => socket.sendMedia(audio),
      keepAlive: () => socket.sendKeepAlive({ type: 'KeepAlive' }),
      finalize: () => socket.sendFinalize({ type: 'Finalize' }),
      closeStream: () => socket.sendCloseStream({ type: 'CloseStream' }),
      dispose: () => socket.close(),
    };
  },
  async grant(url, apiKey) {
    const client = new DeepgramClient({ apiKey, environment: environmentOf(url) });
    return (await client.auth.v1.tokens.grant()).access_token;
  },
};

function environmentOf(url: string) {
  const http = url.replace('ws', 'http');
  return { base: http, production: url, agent: url, agentRest: http };
}

/** SDK 4: `global.websocket.options.url`. */
const sdkV4: ClientUnderTest = {
  name: '@deepgram/sdk 4',
  takesTokens: true,
  async open(url, secret, ear) {
    const options = { global: { websocket: { options: { url } } } };
    const client =
      'apiKey' in secret ? createV4(secret.apiKey, options) : createV4({ ...secret, ...options });
    return converse(client.listen.live(LISTEN), EventsV4, ear);
  },
  async grant(url, apiKey) {
    const options = { global: { fetch: { options: { url: url.replace('ws', 'http') } } } };
    const { result } = await createV4(apiKey, options).auth.grantToken();
    return result?.access_token ?? '';
  },
};

/** SDK 3: the same option as in 4. It grants temporary tokens, and cannot use them itself. */
const sdkV3: ClientUnderTest = {
  name: '@deepgram/sdk 3',
  takesTokens: false,
  async open(url, secret, ear) {
    const options = { global: { websocket: { options: { url } } } };
    return converse(createV3(secretOf(secret), options).listen.live(LISTEN), EventsV3, ear);
  },
  async grant(url, apiKey) {
    const options = { global: { fetch: { options: { url: url.replace('ws', 'http') } } } };
    const { result } = await createV3(apiKey, options).auth.grantToken();
    return result?.access_token ?? '';
  },
};

function secretOf(secret: { apiKey: string } | { accessToken: string }): string {
  if ('apiKey' in secret) return secret.apiKey;
  throw new TypeError('This client takes no temporary tokens.');
}

export const CLIENTS: readonly ClientUnderTest[] = [sdkV5, sdkV4, sdkV3];

interface LiveClient {
  // oxlint-disable-next-line typescript/no-explicit-any -- what is emitted is as untyped as the SDKs leave it
  on(event: string, listener: (value: any) => void): unknown;
  send(audio: ArrayBuffer): void;
  keepAlive(): void;
  finalize(): void;
  requestClose(): void;
  disconnect(): void;
}

function converse(live: LiveClient, events: typeof EventsV3 | typeof EventsV4, ear: Ear): Conversation {
  live.on(events.Open, () => ear.opened());
  for (const event of [events.Transcript, events.Metadata, events.UtteranceEnd, events.SpeechStarted]) {
    live.on(event, (message: ServerMessage) => ear.message(message));
  }
  live.on(events.Error, (error: unknown) => ear.failed(error));
  live.on(events.Close, (event: { code?: number }) => ear.closed(event.code));
  return {
    send: (audio) => live.send(Uint8Array.from(audio).buffer),
    keepAlive: () => live.keepAlive(),
    finalize: () => live.finalize(),
    closeStream: () => live.requestClose(),
    dispose: () => live.disconnect(),
  };
}
