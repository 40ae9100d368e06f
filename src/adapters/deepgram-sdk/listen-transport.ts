/** One `listen` connection of the SDK. Its session opens as many connections as it needs. */
import type {
  DeepgramTransport,
  DeepgramTransportCloseEvent,
  DeepgramTransportMessage,
  DeepgramTransportRequest,
} from '@deepgram/sdk';
import type { Clock } from '../../clock.ts';
import type { LiveTranscription, SessionReport } from '../../client/live-transcription.ts';
import { type Auth, checkOptions, type LiveTranscriptionOptions } from '../../client/options.ts';
import { createHeardTranscription } from '../../client/create-session.ts';
import { TranscriptionError } from '../../errors.ts';
import type { ListenParameters } from '../../protocol/listen-v1/parameters.ts';
import { type HeardEvent, type RebasedLink, RebasedMessages } from '../../transcript/rebased-messages.ts';
import type { Transcript } from '../../transcript/stitcher.ts';

/** Options of a session that do not come from the SDK. */
export type SessionOptions = Omit<
  LiveTranscriptionOptions,
  'auth' | 'listen' | 'baseUrl' | 'connect' | 'forceEndTurn'
> &
  Partial<Pick<LiveTranscriptionOptions, 'auth'>>;

/** The SDK's default timeout. */
const SDK_TIMEOUT_SECONDS = 10;

/** The part of the SDK's timeout after which the connection is reported as open in any case. */
const OPEN_SHARE = 0.8;

/** The SDK cannot slow an app down: a file comes all at once, and waits here instead of in the socket. */
const LOG = { maxSeconds: 3_600, maxBytes: 32 * 2 ** 20 };

interface Listeners {
  open?: () => void;
  message?: (message: string) => void;
  error?: (error: Error) => void;
  close?: (event: DeepgramTransportCloseEvent) => void;
}

export class ListenTransport implements DeepgramTransport {
  readonly live: LiveTranscription;
  readonly #sendText: (text: string) => void;
  readonly #messages = new RebasedMessages();
  readonly #isFlux: boolean;
  readonly #clock: Clock;
  readonly #openTimer: unknown;
  readonly #listeners: Listeners = {};
  #transcript: Transcript | undefined;
  #isOpen = false;
  #isOver = false;

  constructor(
    session: SessionOptions,
    headers: Readonly<Record<string, string>>,
    request: DeepgramTransportRequest,
  ) {
    const options: LiveTranscriptionOptions = {
      ...session,
      ...addressOf(request.url),
      log: { ...LOG, ...session.log },
      auth: session.auth ?? authOf(headers),
      connect: 'eager',
      // The app must know whether the server supports it.
      forceEndTurn: true,
    };
    this.#isFlux = request.service === 'listen.v2';
    const { live, sendText } = createHeardTranscription(options, (event, link) => this.#heard(event, link));
    this.live = live;
    this.#sendText = sendText;
    live.transcripts$.subscribe((transcript) => (this.#transcript = transcript));
    live.status$.subscribe({
      next: ({ phase }) => {
        if (phase === 'open') this.#open();
      },
      complete: () => void live.close().then((report) => this.#end(report)),
    });
    this.#clock = checkOptions(options).clock;
    const { connectionTimeoutInSeconds = SDK_TIMEOUT_SECONDS } = request;
    const waitMs = connectionTimeoutInSeconds * 1000 * OPEN_SHARE;
    this.#openTimer = this.#clock.setTimeout(() => this.#open(), waitMs);
  }

  /** Stays true in every outage: the SDK would queue messages meanwhile and never send them. */
  isOpen(): boolean {
    return this.#isOpen && !this.#isOver;
  }

  onOpen(listener: () => void): void {
    this.#listeners.open = listener;
  }

  onMessage(listener: (message: string) => void): void {
    this.#listeners.message = listener;
  }

  onError(listener: (error: Error) => void): void {
    this.#listeners.error = listener;
  }

  onClose(listener: (event: DeepgramTransportCloseEvent) => void): void {
    this.#listeners.close = listener;
  }

  send(data: DeepgramTransportMessage): void {
    if (typeof data === 'string') this.#takeText(data);
    else if (!('byteLength' in data)) {
      if (data.size > 0) this.live.send(data);
    } else if (data.byteLength > 0) {
      // The SDK sends the bytes of any view.
      this.live.send(
        ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : data,
      );
    }
  }

  /** The SDK has dropped this transport: no later event would reach the app. */
  close(): void {
    this.live.abort();
  }

  /** The session holds its connections by itself. */
  ping(): void {}

  #takeText(text: string): void {
    const message = fieldsOf(text);
    const { type, channel } = message;
    if (type === 'KeepAlive') return;
    if (type === 'CloseStream') void this.live.close();
    else if (type === 'Configure') this.#configure(message, text);
    else if (type === 'ForceEndTurn' && this.#isFlux) void this.live.endTurn();
    else if (type === 'Finalize' && !this.#isFlux)
      void this.live.finalize(Number.isSafeInteger(channel) ? (channel as number) : undefined);
    else this.#sendText(text);
  }

  /** As a change of the session, it also applies to later connections. */
  #configure(message: Record<string, unknown>, text: string): void {
    const { type: _, thresholds, features, keyterms, language_hints, ...others } = message;
    // Both APIs use this name, in different places.
    const fields = { ...objectOf(thresholds), ...objectOf(features), ...others };
    const named = { ...fields, keyterm: keyterms, language_hint: language_hints };
    // `null` keeps the present value.
    const change = Object.fromEntries(
      Object.entries(named).filter(([, value]) => value !== undefined && value !== null),
    );
    this.live.configure(change).catch((error: unknown) => {
      // The server sends its ConfigureFailure in any case.
      if (error instanceof TranscriptionError && error.reason === 'invalid-option') this.#sendText(text);
    });
  }

  #heard(event: HeardEvent, link: RebasedLink): void {
    const transcript = this.#transcript?.raw === event.raw ? this.#transcript : undefined;
    this.#transcript = undefined;
    const message = this.#messages.take(event, link, transcript);
    if (!message) return;
    this.#listeners.message?.(JSON.stringify(message));
  }

  #open(): void {
    if (this.#isOpen || this.#isOver) return;
    this.#clock.clearTimeout(this.#openTimer);
    this.#isOpen = true;
    this.#listeners.open?.();
  }

  #end({ outcome, error, lastEnd, ledger }: SessionReport): void {
    this.#clock.clearTimeout(this.#openTimer);
    // Before the open, only an error rejects `waitForOpen()`. Afterwards an error would hide the close from the app.
    if (error && !this.#isOpen) {
      this.#isOver = true;
      this.#listeners.error?.(error);
      return;
    }
    const seconds = (ledger.accepted - ledger.pending) / ledger.sampleRate;
    for (const message of this.#messages.last(seconds, outcome === 'failed')) {
      this.#listeners.message?.(JSON.stringify(message));
    }
    this.#isOver = true;
    const clean = { code: this.#isFlux ? 1005 : 1000, reason: '' };
    const broken = {
      code: lastEnd?.code ?? 1006,
      reason: error?.message ?? `The session ended: ${outcome}.`,
    };
    this.#listeners.close?.(outcome === 'drained' ? clean : broken);
  }
}

/** Host and parameters from the SDK, which may be those of a self-hosted or regional server. */
function addressOf(address: string): { baseUrl: string; listen: ListenParameters } {
  const url = new URL(address);
  const listen: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name);
    listen[name] = values.length > 1 ? values : (values[0] ?? '');
  }
  return {
    baseUrl: `${url.protocol}//${url.host}${url.pathname.replace(/\/v[12]\/listen\/?$/, '')}`,
    listen,
  };
}

/** The SDK resolves its credentials once, and writes header names in lower case. */
function authOf({ authorization = '' }: Readonly<Record<string, string>>): Auth {
  const [, scheme = '', secret = ''] = /^(token|bearer)\s+(\S+)$/i.exec(authorization) ?? [];
  return scheme.toLowerCase() === 'bearer' ? { accessToken: secret } : { apiKey: secret };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
