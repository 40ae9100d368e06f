/**
 * One connection attempt of a client to the emulator, with all faults of a TCP connection.
 *
 *     connecting ──► open ──close()──► closing ──► ended
 *         └───────────┴── cut, refusal, terminate() ──┘
 *
 * Half-open is no state here, since the client cannot see it: only the lanes stop.
 */
import type { Clock } from '../../clock.ts';
import type {
  Handshake,
  OpenRequest,
  Socket,
  SocketEnd,
  SocketHandlers,
} from '../../transports/transport.ts';
import type { Connection } from '../emulator/connection.ts';
import type { EmulatedConnection } from '../emulator/emulated-connection.ts';
import type { Emulator, HandshakeOutcome } from '../emulator/emulator.ts';
import { Lane } from './lane.ts';
import { haunt } from './late-events.ts';
import type { LinkConditions } from './link-conditions.ts';
import { type OutboundFrame, OutboundLog } from './outbound-log.ts';

/** How long a client waits for the other side's close frame. `ws` and browsers wait longer. */
const CLOSE_TIMEOUT_MS = 2_000;

/** A direction, from the client's view: `up` leads to the server, `down` comes from it. */
export type Direction = 'up' | 'down';

/** One connection attempt on the {@link VirtualNetwork}; what a client holds as its socket. */
export class VirtualLink implements Socket {
  /** Number of this attempt, counted from 1. */
  readonly attempt: number;
  readonly url: string;
  readonly openedByClientAtMs: number;
  /** How it ended for the client; absent while it lives. */
  end: (SocketEnd & { atMs: number }) | undefined;
  readonly #clock: Clock;
  readonly #emulator: Emulator;
  readonly #conditions: LinkConditions;
  readonly #handlers: SocketHandlers;
  readonly #canPing: boolean;
  #state: 'connecting' | 'open' | 'closing' | 'ended' = 'connecting';
  /** Directions that have gone silent. */
  readonly #silent = { up: false, down: false };
  /** Bytes that may still arrive, before the network breaks. */
  readonly #bytesLeft = { up: Infinity, down: Infinity };
  /** The server reads nothing at present: sent bytes stay in the client's buffer. */
  #isUnread = false;
  readonly #log = new OutboundLog();
  readonly #uplink: Lane;
  readonly #toServer: Lane;
  #toClient: Lane;
  #buffered = 0;
  #uplinkFreeAtMs = 0;
  #connection: Connection | undefined;
  #closeTimer: unknown;

  constructor(
    attempt: number,
    request: OpenRequest,
    handlers: SocketHandlers,
    emulator: Emulator,
    conditions: LinkConditions,
  ) {
    this.#clock = emulator.settings.clock;
    this.attempt = attempt;
    this.url = request.url;
    this.openedByClientAtMs = this.#clock.now();
    this.#handlers = handlers;
    this.#emulator = emulator;
    this.#conditions = conditions;
    this.#canPing = conditions.platform === 'node';
    this.#uplink = new Lane(this.#clock);
    this.#toServer = new Lane(this.#clock);
    this.#toClient = new Lane(this.#clock);
    const scheme = request.credentials.scheme === 'token' ? 'Token' : 'Bearer';
    const authorization = `${scheme} ${request.credentials.value}`;
    this.#toServer.put(this.#delayMs() + conditions.handshakeDelayMs, () =>
      this.#arrive(this.#emulator.handshake({ url: request.url, authorization })),
    );
  }

  /** Frames the client has sent on this link, up to a hundred thousand. */
  get frames(): readonly OutboundFrame[] {
    return this.#log.frames;
  }

  get frameCount(): number {
    return this.#log.count;
  }

  /** Longest time the link was open to the client and the client sent nothing. */
  get longestOutboundSilenceMs(): number {
    return this.#log.longestSilenceMs(this.#clock.now());
  }

  /** The emulator's end of it, once accepted. */
  get connection(): EmulatedConnection | undefined {
    return this.#connection;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  get bufferedAmount(): number {
    return this.#buffered;
  }

  /** Browsers cannot. */
  get ping(): (() => void) | undefined {
    return this.#canPing ? () => this.#ping() : undefined;
  }

  send(message: string | Uint8Array): void {
    if (this.#state !== 'open') return;
    const atMs = this.#clock.now();
    if (typeof message === 'string') {
      const bytes = new TextEncoder().encode(message).length;
      this.#log.note({ atMs, kind: 'text', bytes, text: message });
      this.#transmit(bytes, () => this.#connection?.receiveText(message));
    } else {
      const copy = message.slice();
      this.#log.note({ atMs, kind: copy.length === 0 ? 'empty' : 'audio', bytes: copy.length });
      this.#transmit(copy.length, () => this.#connection?.receiveBinary(copy));
    }
  }

  #ping(): void {
    if (this.#state !== 'open') return;
    this.#log.note({ atMs: this.#clock.now(), kind: 'ping', bytes: 0 });
    this.#transmit(0, () => this.#connection?.receivePing());
  }

  close(code: number, reason: string): void {
    if (this.#state === 'connecting') return this.terminate();
    if (this.#state !== 'open') return undefined;
    this.#state = 'closing';
    this.#closeTimer = this.#clock.setTimeout(() => this.#break('close timed out'), CLOSE_TIMEOUT_MS);
    this.#transmit(0, () => {
      this.#connection?.peerGone(code, reason);
      this.#toClient.put(this.#delayMs(), () => this.#finish({ code, reason }));
    });
    return undefined;
  }

  terminate(): void {
    this.#break('terminated');
  }

  /** The network breaks now: messages under way are lost, and both sides get the end. */
  cut(): void {
    if (this.#state === 'ended') return;
    this.#connection?.peerGone(1006, '');
    this.#break('ECONNRESET');
  }

  /** Cuts the link after this many more bytes have arrived; an incomplete message is lost. */
  cutAfterBytes(bytes: number, direction: Direction = 'up'): void {
    this.#bytesLeft[direction] = bytes;
  }

  /** From now on the network loses everything, in both directions or in one, and neither side gets an event. */
  halfOpen(direction?: Direction): void {
    if (direction !== 'down') {
      this.#silent.up = true;
      this.#uplink.close();
      this.#toServer.close();
    }
    if (direction !== 'up') {
      this.#silent.down = true;
      this.#toClient.close();
    }
  }

  #arrive(outcome: HandshakeOutcome): void {
    switch (outcome.kind) {
      case 'hang':
        return undefined;
      case 'drop':
        return this.#reset();
      case 'refuse': {
        const shown = this.#conditions.platform === 'node' ? outcome.refusal : {};
        return this.#toClient.put(this.#delayMs(), () => this.#finish({ code: 1006, reason: '', ...shown }));
      }
      case 'accept':
        return this.#accept(outcome);
      default:
        return outcome satisfies never;
    }
  }

  #accept(outcome: Extract<HandshakeOutcome, { kind: 'accept' }>): void {
    const { requestId } = outcome.admission;
    const headers = { 'dg-request-id': requestId };
    const handshake: Handshake = this.#conditions.platform === 'node' ? { headers } : {};
    this.#toClient.put(this.#delayMs(), () => {
      this.#state = 'open';
      this.#log.opened(this.#clock.now());
      this.#handlers.opened(handshake);
    });
    this.#connection = this.#emulator.open(outcome, {
      text: (json) => this.#deliver(json.length, () => this.#handlers.message(json)),
      binary: ({ length }) => this.#deliver(length, () => this.#handlers.binary(length)),
      close: (code, reason) => this.#toClient.put(this.#delayMs(), () => this.#finish({ code, reason })),
      cut: () => this.#reset(),
      halfOpen: () => this.halfOpen(),
      pause: () => {
        this.#isUnread = true;
        this.#uplink.hold();
        this.#toServer.hold();
      },
      resume: () => {
        this.#isUnread = false;
        this.#uplink.release();
        this.#toServer.release();
      },
    });
  }

  /** The server's reset travels to the client, overtakes earlier messages, and discards them. */
  #reset(): void {
    if (this.#silent.down || this.#state === 'ended') return;
    for (const lane of [this.#uplink, this.#toServer, this.#toClient]) lane.close();
    this.#toClient = new Lane(this.#clock);
    this.#toClient.put(this.#delayMs(), () => this.#finish({ code: 1006, reason: '', cause: 'ECONNRESET' }));
  }

  #transmit(bytes: number, deliver: () => void): void {
    this.#buffered += bytes;
    if (this.#silent.up) return;
    const nowMs = this.#clock.now();
    const spentMs = (bytes / this.#conditions.uplinkBytesPerSecond) * 1000;
    this.#uplinkFreeAtMs = Math.max(this.#uplinkFreeAtMs, nowMs) + spentMs;
    if (this.#uplinkFreeAtMs <= nowMs && !this.#isUnread && this.#uplink.isEmpty)
      this.#depart(bytes, deliver);
    else this.#uplink.put(Math.max(0, this.#uplinkFreeAtMs - nowMs), () => this.#depart(bytes, deliver));
  }

  #depart(bytes: number, deliver: () => void): void {
    this.#buffered -= bytes;
    this.#toServer.put(this.#delayMs(), () => this.#arriveWhole(bytes, 'up', deliver));
  }

  #deliver(bytes: number, deliver: () => void): void {
    this.#toClient.put(this.#delayMs(), () => this.#arriveWhole(bytes, 'down', deliver));
  }

  /** A message that was cut off by the end of the link is dropped. */
  #arriveWhole(bytes: number, direction: Direction, deliver: () => void): void {
    this.#bytesLeft[direction] -= bytes;
    if (this.#bytesLeft[direction] < 0) this.cut();
    else deliver();
  }

  /** The client's end breaks. The server gets the end a little later, if the link still works. */
  #break(cause: string): void {
    if (this.#state === 'ended') return;
    const connection = this.#connection;
    if (connection && !this.#silent.up) {
      this.#clock.setTimeout(() => connection.peerGone(1006, ''), this.#delayMs());
    }
    this.#state = 'ended';
    this.#release();
    // Like real sockets: not from inside the call that ended them.
    this.#clock.setTimeout(() => this.#tell({ code: 1006, reason: '', cause }), 0);
  }

  #finish(end: SocketEnd): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#release();
    this.#connection?.peerGone(end.code, end.reason);
    this.#tell(end);
  }

  #release(): void {
    for (const lane of [this.#uplink, this.#toServer, this.#toClient]) lane.close();
    this.#clock.clearTimeout(this.#closeTimer);
    this.#buffered = 0;
    this.#log.ended(this.#clock.now());
  }

  #tell(end: SocketEnd): void {
    this.end = { atMs: this.#clock.now(), ...end };
    this.#handlers.ended(end);
    if (this.#conditions.lateEvents) haunt(this.#handlers, end, this.#clock);
  }

  #delayMs(): number {
    return this.#conditions.latencyMs + this.#conditions.jitterMs * this.#conditions.random();
  }
}
