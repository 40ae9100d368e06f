/** Compares the pace of the audio with its declared format: a wrong rate garbles every word, without an error. */
import { bytesPerSecondOf, isNear, type RawFormat, rivalFormats } from '../audio/plausibility.ts';
import { formatOf } from './format.ts';
import type { StartWatch } from './watch.ts';

/** Long compared with the jitter of delivery. */
const WINDOW_MS = 8_000;
/** A longer gap is a pause of the source, which restarts the measurement. */
const GAP_MS = 500;
/** A faster source is a file, not a stream; the pacer handles it. */
const FILE_RATIO = 8;

export const watchPace: StartWatch = (board, { options }) => {
  const format = formatOf(options.listen);
  if (!format) return {};
  const declared = bytesPerSecondOf(format);
  let since = 0;
  let lastAt = -Infinity;
  let bytes = 0;
  return {
    audio({ byteLength }, now) {
      if (now - lastAt > GAP_MS) {
        // The first chunk was recorded before the window began.
        since = now;
        bytes = 0;
      } else bytes += byteLength;
      lastAt = now;
      if (now - since < WINDOW_MS) return;
      const measured = (bytes * 1000) / (now - since);
      const ratio = measured / declared;
      const measuredMs = now - since;
      since = now;
      bytes = 0;
      if (ratio > FILE_RATIO) return;
      if (isNear(measured, declared)) board.clear('rate-doubtful', { timesRealTime: ratio });
      else {
        const [rival] = rivalFormats(measured, format);
        board.raise('rate-doubtful', { timesRealTime: ratio, rather: rival && describe(rival) }, measuredMs);
      }
    },
  };
};

function describe({ encoding, sampleRate, channels }: RawFormat): string {
  return `${encoding} at ${sampleRate} Hz${channels > 1 ? ` with ${channels} channels` : ''}`;
}
