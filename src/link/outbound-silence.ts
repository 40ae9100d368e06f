/**
 * The time since the last frame of a link. The server closes a silent connection after its timeout, so the first KeepAlive is due
 * after `keepAliveMs`; the idle queue sends the later ones.
 */
import type { LogCursor } from '../audio/audio-timeline.ts';
import { TIMER_ROUNDING_MS } from '../clock.ts';
import type { RebasedLink } from '../transcript/rebased-messages.ts';
import { type IdleLink, type IdleQueue, idleQueueOf } from './idle-queue.ts';
import type { LinkSession } from './link-session.ts';
import { markStalled, rest, type StallWatch } from './stall-watch.ts';

/** A timer this late gives a notice. */
const LATE_MS = 1_000;

/** Without pings, as in browsers, Flux has no KeepAlive that goes before waiting audio: the next check is then after this time. */
const FULL_SOCKET_MS = 100;

/** A margin for the network and for a server timeout that is longer than documented. */
export const FORGOTTEN_WINDOWS = 1.5;

/** The fields of a link that its outbound silence needs. */
export interface SilentLink extends IdleLink, LogCursor, RebasedLink, StallWatch {
  readonly session: LinkSession;
  lastOutboundAt: number;
  /** Of this link, until it ends. */
  longestSilenceMs: number;
  /** After this silence the server has closed the connection, even if the socket is open: the computer slept or stood still. */
  readonly forgottenMs: number;
  idleTimer: unknown;
  /** Audio has flowed within the KeepAlive interval, or waits to be sent. */
  isFlowing: boolean;
  readonly hasEndedStream: boolean;
  readonly isOver: boolean;
}

export function noteOutbound(link: SilentLink, now: number): void {
  countSilence(link, now);
  link.lastOutboundAt = now;
}

export function countSilence(link: SilentLink, now: number): void {
  const silenceMs = now - link.lastOutboundAt;
  if (silenceMs > link.longestSilenceMs) link.longestSilenceMs = silenceMs;
}

/** How late a KeepAlive is; negative before it is due. */
export function lateMs({ session, lastOutboundAt }: SilentLink, now: number): number {
  return now - lastOutboundAt - session.options.keepAliveMs;
}

export function isLate(link: SilentLink, now: number): boolean {
  return lateMs(link, now) > LATE_MS;
}

/** Detects a connection that the server has closed for silence, and gives it up. */
export function isForgotten(link: SilentLink, now: number): boolean {
  const isGone = now - link.lastOutboundAt > link.forgottenMs;
  if (isGone) markStalled(link);
  return isGone;
}

export function idleQueue({ clock, session }: SilentLink): IdleQueue {
  return idleQueueOf(clock, session.options.keepAliveMs);
}

/** No audio: KeepAlives hold the connection. */
export function holdIdle(link: SilentLink, now: number): void {
  link.keepAlive(now);
  if (!link.isOver) idleQueue(link).add(link, now);
}

/** Not restarted for every frame: the timer compares timestamps and waits for the rest. */
export function watchForSilence(link: SilentLink, now: number, leastMs = 0): void {
  if (link.isOver) return;
  link.clock.clearTimeout(link.idleTimer);
  link.idleTimer = link.clock.setTimeout(() => checkSilence(link), Math.max(leastMs, -lateMs(link, now)));
}

function checkSilence(link: SilentLink): void {
  const { clock, session } = link;
  const now = clock.now();
  link.idleTimer = undefined;
  link.run?.settle();
  if (link.hasEndedStream) return;
  if (-lateMs(link, now) > TIMER_ROUNDING_MS) {
    watchForSilence(link, now);
    return;
  }
  link.run?.end();
  if (session.timeline.next(link)) {
    // The socket is full: audio waits, so the link is not idle.
    link.keepAlive(now);
    watchForSilence(link, now, FULL_SOCKET_MS);
  } else {
    link.isFlowing = false;
    rest(link);
    holdIdle(link, now);
    if (!link.isOver) session.tell({ type: 'audio.idle' }, link);
  }
}
