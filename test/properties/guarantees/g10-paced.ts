import type { Guarantee } from './guarantee.ts';

const WINDOW_MS = 15_000;
/** The highest pace that Deepgram takes without throttling. */
const MAX_PACE = 1.25;
/** Silence that a drain adds, so that Flux hears the last words. */
const PAD_SECONDS = 0.58;
/** An open, uncongested connection that has audio to send sends some at least so often. */
const STARVED_MS = 1_000;
/** A socket that holds so much back, on a half-open link, may be full. */
const FULL_BYTES = 32 * 1024;

export const G10: Guarantee = {
  id: 'G10',
  promise:
    'Catching up sends at most 1.25 × real time over any 15 seconds. While audio waits, audio goes out.',
  assuming:
    '`catchUpRate` is at most 1.2 (the default). A rate of 1.25 may exceed the limit by a burst of 0.1 s; 0.65 s where chunks are long or timers late.',
  watch(world) {
    const { rate, catchUpRate, flux } = world.setting;
    const maxPace = Math.max(MAX_PACE, catchUpRate + 0.05);
    const mostBytes = 2 * rate * ((WINDOW_MS / 1000) * maxPace + (flux ? PAD_SECONDS : 0)) + 44;
    let frames: { atMs: number; bytes: number }[] = [];
    let first = 0;
    let inWindow = 0;
    /** When the socket was last full; a cut empties it a moment before the client gets the end. */
    let fullAtMs = -Infinity;
    return {
      opened() {
        fullAtMs = -Infinity;
        frames = [];
        first = 0;
        inWindow = 0;
      },
      sending({ number }, message) {
        if (typeof message === 'string') return;
        frames.push({ atMs: world.now, bytes: message.byteLength });
        inWindow += message.byteLength;
        for (
          let oldest = frames[first];
          oldest && oldest.atMs < world.now - WINDOW_MS;
          oldest = frames[first]
        ) {
          inWindow -= oldest.bytes;
          first += 1;
        }
        if (inWindow > mostBytes) {
          const pace = (inWindow / (2 * rate) / (WINDOW_MS / 1000)).toFixed(2);
          world.breach('G10', `${pace} × real time within 15 seconds on link ${number}`);
        }
      },
      step() {
        const link = world.wire.present;
        if (link?.state !== 'open' || link.hasClosedStream || world.isSlow || world.loop.isBlocked) return;
        if (flux && !link.hasHeard) return;
        if (link.bufferedAmount() > FULL_BYTES) fullAtMs = world.now;
        const sinceMs = Math.max(link.openedAtMs, link.lastAudioAtMs || 0, fullAtMs);
        if (world.now - sinceMs < STARVED_MS || world.blockedMs > 0) return;
        // At least so much waits; what is confirmed was sent as well.
        const waiting = world.ledger.pending - link.audioBytes / 2;
        if (waiting > 0)
          world.breach(
            'G10',
            `${waiting} samples wait, and none was sent for ${Math.round(world.now - sinceMs)} ms`,
          );
      },
    };
  },
};
