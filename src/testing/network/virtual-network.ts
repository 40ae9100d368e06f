/**
 * A network without sockets: it joins a client, through the transport port, to an emulator in the same process and
 * on the same virtual clock. Latency, cuts and half-open links are exact and repeatable, and an hour of them takes
 * milliseconds.
 */
import type { OpenRequest, Socket, SocketHandlers, Transport } from '../../transports/transport.ts';
import type { Emulator } from '../emulator/emulator.ts';
import type { LinkConditions } from './link-conditions.ts';
import { seededRandom } from './random.ts';
import { type Direction, VirtualLink } from './virtual-link.ts';

/** The weather on the {@link VirtualNetwork}; all of it can change while links are up. */
export interface VirtualNetworkOptions {
  /**
   * Time a frame takes, one way.
   * @defaultValue 20
   */
  latencyMs?: number;
  /**
   * Up to so much more for each frame, by chance. Order is kept.
   * @defaultValue 0
   */
  jitterMs?: number;
  /**
   * More time a handshake takes.
   * @defaultValue 0
   */
  handshakeDelayMs?: number;
  /**
   * Pace of the client's uplink; what waits for it counts as `bufferedAmount`.
   * @defaultValue Infinity
   */
  uplinkBytesPerSecond?: number;
  /**
   * What the client's platform lets it see: a browser hides the status and headers of a handshake.
   * @defaultValue 'node'
   */
  platform?: 'node' | 'browser';
  /**
   * Whether a socket goes on calling its handlers after its end, late and repeatedly.
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
  /** Every attempt to connect, in order, those of an offline network included. */
  readonly links: VirtualLink[] = [];
  /** While true, no new connection gets anywhere. Links that are up need a {@link VirtualNetwork.halfOpen} of their own. */
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

  /** Breaks every live link: the client sees 1006, and what was under way is lost. */
  cut(): void {
    for (const link of this.liveLinks) link.cut();
  }

  /** Breaks every live link when so many more bytes have arrived on it, in the middle of a frame if it comes to that. */
  cutAfterBytes(bytes: number, direction: Direction = 'up'): void {
    for (const link of this.liveLinks) link.cutAfterBytes(bytes, direction);
  }

  /** Makes every live link swallow everything without a sign, both ways or one way. */
  halfOpen(direction?: Direction): void {
    for (const link of this.liveLinks) link.halfOpen(direction);
  }
}
