import type { Guarantee } from './guarantee.ts';

/** Rounding, and the millisecond in which a timer and a frame meet. */
const SLACK_MS = 5;
/** Deepgram's window, by its documentation. */
const WINDOW_MS = 10_000;

/**
 * Measured at the client's end of the wire, from the opening to CloseStream, by the world's clock: time in which the client
 * could do nothing is known to the microsecond, and subtracted.
 */
export const G1: Guarantee = {
  id: 'G1',
  promise:
    'While a connection is open, the time between two frames is at most one KeepAlive interval. Deepgram’s 10 s window is never reached.',
  assuming:
    'Of any 10 s the event loop is not blocked for longer than 10 s minus the interval (7 s by default), and the machine does not sleep. KeepAlive holds a connection.',
  watch(world) {
    const { keepAliveMs, keepAliveHolds, flux, format, platform } = world.setting;
    /** Flux is held by pings or silence, and a browser has no pings, a container no silence. */
    const mayRest = flux && platform === 'browser' && (format === 'wav' || !flux.fillSilence);
    let deafened = 0;
    return {
      step() {
        const link = world.wire.present;
        if (link?.state !== 'open' || link.hasClosedStream || world.loop.isBlocked || mayRest) return;
        if (flux && !link.hasHeard) return;
        const silenceMs = world.now - link.lastOutAtMs;
        if (silenceMs <= keepAliveMs + SLACK_MS) return;
        const blockedMs = world.blockedMs - link.blockedAtLastOutMs;
        if (silenceMs - blockedMs > keepAliveMs + SLACK_MS) {
          const ms = Math.round(silenceMs);
          world.breach(
            'G1',
            `nothing was sent for ${ms} ms on link ${link.number}, ${Math.round(blockedMs)} of them blocked`,
          );
        }
      },
      ended(link) {
        if (link.isDeafened) deafened += 1;
        const isOurFault = link.end?.code === 1011 && /net0001/i.test(link.end.reason) && !link.isDeafened;
        if (!isOurFault) return;
        // Some servers do not count KeepAlive before the first audio, which may have come too late.
        const awakeMs = world.now - link.firstAudioAtMs - (world.blockedMs - link.blockedAtFirstAudioMs);
        if (keepAliveHolds !== 'always' && !(awakeMs > 2_000)) return;
        const blockedMs = world.blockedMs - link.blockedAtLastOutMs;
        if (
          blockedMs + keepAliveMs < WINDOW_MS &&
          world.standstill.mostWithin(WINDOW_MS, world.now - 2 * WINDOW_MS) + keepAliveMs < WINDOW_MS &&
          !world.isSlow
        ) {
          world.breach(
            'G1',
            `the server closed link ${link.number} for silence (${deafened} deaf links before)`,
          );
        }
      },
    };
  },
};
