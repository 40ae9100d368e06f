/**
 * A network without sockets: it connects a client, through the transport port, to an emulator in the same process and on the same
 * virtual clock. Latency, cuts and half-open links are exact and repeatable, and an hour of them takes milliseconds.
 */
import type { OpenRequest, Socket, SocketHandlers, Transport } from '../../transports/transport.ts';
import type { Emulator } from '../emulator/emulator.ts';
import type { LinkConditions } from './link-conditions.ts';
import { seededRandom } from './random.ts';
import { type Direction, VirtualLink } from './virtual-link.ts';

/** The conditions of the {@link VirtualNetwork}; all can change while links are open. */
export interface VirtualNetworkOptions {
  /**
   * Time a frame takes, one way.
   * @defaultValue 20
   */
  latencyMs?: number;
  /**
   * The maximum random delay of each frame. The order is kept.
   * @defaultValue 0
   */
  jitterMs?: number;
  /**
   * More time a handshake takes.
   * @defaultValue 0
   */
  handshakeDelayMs?: number;
  /**
   * Pace of the client's uplink; waiting bytes count as `bufferedAmount`.
   * @defaultValue Infinity
   */
  uplinkBytesPerSecond?: number;
  /**
   * The client's platform: a browser hides the status and headers of a handshake.
   * @defaultValue 'node'
   */
  platform?: 'node' | 'browser';
  /**
   * Whether a socket calls its handlers after its end, late and repeatedly.
   * @defaultValue false
   */
  lateEvents?: boolean;
  /**
   * Seed of the jitter.
   * @defaultValue 1
   */
  seed?: number;
}

/**
 * A virtual network to one {@link Emulator}, on that emulator's clock.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * const emulator = new Emulator({ clock });
 * const network = new VirtualNetwork(emulator, { latencyMs: 40 });
 * // … hand `network.transport` and `clock` to the client, then:
 * clock.advance(5_000);
 * network.cut();
 * ```
 */
export class VirtualNetwork {
  /** Every connection attempt, in order, including those of an offline network. */
  readonly links: VirtualLink[] = [];
  /** While true, no new connection succeeds. For open links use {@link VirtualNetwork.halfOpen}. */
  offline = false;
  /** Change these at any time. */
  readonly conditions: LinkConditions;
  readonly #emulator: Emulator;

  constructor(emulator: Emulator, options: VirtualNetworkOptions = {}) {
    this.#emulator = emulator;
    this.conditions = {
      latencyMs: options.latencyMs ?? 20,
      jitterMs: options.jitterMs ?? 0,
      handshakeDelayMs: options.handshakeDelayMs ?? 0,
      uplinkBytesPerSecond: options.uplinkBytesPerSecond ?? Infinity,
      platform: options.platform ?? 'node',
      lateEvents: options.lateEvents ?? false,
      random: seededRandom(options.seed ?? 1),
    };
  }

  /** The port to give to a client. */
  readonly transport: Transport = (request: OpenRequest, handlers: SocketHandlers): Socket => {
    const link = new VirtualLink(this.links.length + 1, request, handlers, this.#emulator, this.conditions);
    this.links.push(link);
    if (this.offline) link.cut();
    return link;
  };

  /** Links that have not ended for the client. */
  get liveLinks(): readonly VirtualLink[] {
    return this.links.filter((link) => !link.isEnded);
  }

  /** The link attempted last. */
  get latest(): VirtualLink | undefined {
    return this.links.at(-1);
  }

  /** Longest time any link was open and its client sent nothing. */
  get longestOutboundSilenceMs(): number {
    return this.links.reduce((longest, link) => Math.max(longest, link.longestOutboundSilenceMs), 0);
  }

  /** Breaks every live link: the client sees 1006, and messages under way are lost. */
  cut(): void {
    for (const link of this.liveLinks) link.cut();
  }

  /** Breaks every live link after this many more bytes have arrived on it, also in the middle of a frame. */
  cutAfterBytes(bytes: number, direction: Direction = 'up'): void {
    for (const link of this.liveLinks) link.cutAfterBytes(bytes, direction);
  }

  /** Makes every live link lose everything without an event, in both directions or in one. */
  halfOpen(direction?: Direction): void {
    for (const link of this.liveLinks) link.halfOpen(direction);
  }
}
