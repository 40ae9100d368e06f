/**
 * The traffic at the client's end: it records every frame between the client and the network, and informs the watches. It uses
 * neither the client's counters nor the emulator's.
 */
import type { OpenRequest, Socket, SocketEnd, SocketHandlers, Transport } from '../../../src/index.ts';

export type LinkState = 'connecting' | 'open' | 'closing' | 'ended';

/** One attempt, and the connection that may come of it. */
export interface WireLink {
  readonly number: number;
  readonly atMs: number;
  readonly url: string;
  readonly secret: string;
  state: LinkState;
  openedAtMs: number;
  /** The time of the last frame, or of the opening. */
  lastOutAtMs: number;
  firstAudioAtMs: number;
  lastAudioAtMs: number;
  /** The total blocked time of the event loop until then. */
  blockedAtLastOutMs: number;
  blockedAtFirstAudioMs: number;
  /** Bytes of audio, and frames of any kind. */
  audioBytes: number;
  frames: number;
  hasClosedStream: boolean;
  /** A message has come: with Flux, the client may send. */
  hasHeard: boolean;
  /** The network drops everything that is sent. */
  isDeafened: boolean;
  /** It has a lasting fault. */
  isSick: boolean;
  readonly bufferedAmount: () => number;
  end: SocketEnd | undefined;
}

export interface WireListener {
  attempted(link: WireLink): void;
  opened(link: WireLink): void;
  /** Before it goes out. */
  sending(link: WireLink, message: string | Uint8Array): void;
  /** The duration without a frame. */
  silent(awakeMs: number): void;
  heard(link: WireLink, text: string): void;
  ended(link: WireLink): void;
  /** The client has closed or dropped it. */
  released(link: WireLink, how: 'close' | 'terminate'): void;
  /** Called before an event of an old socket; the returned function is called after it. */
  haunted(link: WireLink, event: string): () => void;
}

export class Wire {
  readonly links: WireLink[] = [];
  /** The link that the client holds, from its attempt to its end. */
  present: WireLink | undefined;
  readonly listener: WireListener;
  readonly transport: Transport = (request, handlers) => this.#attempt(request, handlers);
  readonly #network: Transport;
  readonly #clock: { now(): number };
  readonly #blockedMs: () => number;

  constructor(network: Transport, clock: { now(): number }, blockedMs: () => number, listener: WireListener) {
    this.#network = network;
    this.listener = listener;
    this.#clock = clock;
    this.#blockedMs = blockedMs;
  }

  /** The client sends a frame. */
  sent(link: WireLink): void {
    const [now, blockedMs] = [this.#clock.now(), this.#blockedMs()];
    this.listener.silent(now - link.lastOutAtMs - (blockedMs - link.blockedAtLastOutMs));
    link.frames += 1;
    link.lastOutAtMs = now;
    link.blockedAtLastOutMs = blockedMs;
  }

  released(link: WireLink, how: 'close' | 'terminate'): void {
    if (link.state === 'ended' || link.state === 'closing') return;
    link.state = 'closing';
    if (this.present === link) this.present = undefined;
    this.listener.released(link, how);
  }

  #attempt(request: OpenRequest, handlers: SocketHandlers): Socket {
    const { listener } = this;
    const now = this.#clock.now();
    const link: WireLink = {
      number: this.links.length + 1,
      atMs: now,
      url: request.url,
      secret: request.credentials.value,
      state: 'connecting',
      openedAtMs: NaN,
      lastOutAtMs: now,
      firstAudioAtMs: NaN,
      lastAudioAtMs: NaN,
      blockedAtLastOutMs: 0,
      blockedAtFirstAudioMs: 0,
      audioBytes: 0,
      frames: 0,
      hasClosedStream: false,
      hasHeard: false,
      isDeafened: false,
      isSick: false,
      bufferedAmount: () => socket.bufferedAmount,
      end: undefined,
    };
    this.links.push(link);
    this.present = link;
    listener.attempted(link);
    const isGone = () => link.state === 'ended' || link.state === 'closing';
    const deliver = (event: string, run: () => void, happened: () => void) => {
      if (isGone()) {
        const compare = listener.haunted(link, event);
        run();
        compare();
        return;
      }
      happened();
      run();
    };
    const watched: SocketHandlers = {
      opened: (handshake) =>
        deliver(
          'opened',
          () => handlers.opened(handshake),
          () => {
            link.state = 'open';
            link.openedAtMs = link.lastOutAtMs = this.#clock.now();
            link.blockedAtLastOutMs = this.#blockedMs();
            listener.opened(link);
          },
        ),
      message: (text) =>
        deliver(
          'message',
          () => handlers.message(text),
          () => {
            link.hasHeard = true;
            listener.heard(link, text);
          },
        ),
      binary: (bytes) =>
        deliver(
          'binary',
          () => handlers.binary(bytes),
          () => listener.heard(link, ''),
        ),
      ended: (end) =>
        deliver(
          'ended',
          () => handlers.ended(end),
          () => {
            link.state = 'ended';
            link.end = end;
            if (this.present === link) this.present = undefined;
            listener.ended(link);
          },
        ),
    };
    const socket = this.#network(request, watched);
    return new WatchedSocket(socket, link, this);
  }
}

/** A class: V8 keeps what a literal with a getter refers to until the next full collection, the whole world of a session. */
class WatchedSocket implements Socket {
  readonly #socket: Socket;
  readonly #link: WireLink;
  readonly #wire: Wire;

  constructor(socket: Socket, link: WireLink, wire: Wire) {
    this.#socket = socket;
    this.#link = link;
    this.#wire = wire;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  get ping(): (() => void) | undefined {
    return this.#socket.ping && (() => this.#ping());
  }

  send(message: string | Uint8Array): void {
    const link = this.#link;
    this.#wire.listener.sending(link, message);
    this.#wire.sent(link);
    if (typeof message !== 'string') {
      link.audioBytes += message.byteLength;
      link.lastAudioAtMs = link.lastOutAtMs;
      if (Number.isNaN(link.firstAudioAtMs)) {
        link.firstAudioAtMs = link.lastOutAtMs;
        link.blockedAtFirstAudioMs = link.blockedAtLastOutMs;
      }
    } else if (message.includes('CloseStream')) link.hasClosedStream = true;
    this.#socket.send(message);
  }

  close(code: number, reason: string): void {
    this.#wire.released(this.#link, 'close');
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#wire.released(this.#link, 'terminate');
    this.#socket.terminate();
  }

  #ping(): void {
    this.#wire.sent(this.#link);
    this.#socket.ping?.();
  }
}
