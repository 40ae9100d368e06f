import type { Guarantee } from './guarantee.ts';

/** The longest piece that is kept, and sent, as one. */
const PIECE_SECONDS = 0.41;
/** The audio sent between two checks of a filling socket: at the catch-up rate, plus a burst. */
const BETWEEN_LOOKS_SECONDS = 0.7;
/** Silence that a drain adds. */
const FLUX_PAD_SECONDS = 0.58;
const LEAST_BUFFERED_BYTES = 64 * 1024;

export const G6: Guarantee = {
  id: 'G6',
  promise:
    'Memory is bounded in any outage: unsent audio fits the log’s cap, unconfirmed audio of an ended connection fits the log, and at most a second of audio (at least 64 KiB) waits in a socket.',
  assuming: 'The socket reports `bufferedAmount`.',
  watch(world) {
    const { rate, maxSeconds, flux } = world.setting;
    const capSamples = (maxSeconds + PIECE_SECONDS) * rate;
    const padBytes = flux ? 2 * rate * FLUX_PAD_SECONDS : 0;
    const capBuffered =
      Math.max(LEAST_BUFFERED_BYTES, 2 * rate) + 2 * rate * BETWEEN_LOOKS_SECONDS + padBytes;
    return {
      step() {
        const link = world.wire.present;
        if (link?.state !== 'open') {
          const { pending } = world.ledger;
          if (pending > capSamples) {
            world.breach(
              'G6',
              `${(pending / rate).toFixed(1)} s of audio are kept without a connection; the cap is ${maxSeconds} s`,
            );
          }
        } else if (link.bufferedAmount() > capBuffered) {
          world.breach('G6', `${link.bufferedAmount()} bytes wait in the socket`);
        }
      },
      sent(_, { backlogMs }) {
        if (backlogMs > (maxSeconds + PIECE_SECONDS) * 1000) {
          world.breach(
            'G6',
            `${Math.round(backlogMs)} ms of audio wait to be sent; the cap is ${maxSeconds} s`,
          );
        }
      },
    };
  },
};
