/**
 * Fragmented MP4, which is what Safari's MediaRecorder writes: a chain of boxes, with the tracks in `moov` and then
 * one `moof` and `mdat` for each stretch of media.
 *
 *     size type payload │    ftyp moov │ moof mdat │ moof mdat │ styp sidx moof mdat │ …
 *     4    4 (size 1: 64-bit size follows; 0: to the end of the file)
 *
 * A fragment is one piece and a place to start, with the boxes that go before it: a muxer cannot write `moof` before it
 * has all of `mdat`, so waiting for the end of it holds nothing back. Durations are not read: they would take the
 * tables of `moov` and of every `moof`. A file that is not fragmented keeps all its audio in one `mdat`, found by
 * absolute positions: it cannot be resumed, and passes through as it came once its `mdat` is too long to wait for.
 */
import { ascii, uintBE } from './bytes.ts';
import { type Grammar, MORE, REFUSED, type Unit } from './demuxer.ts';

export function mp4Grammar(): Grammar {
  let isHeader = true;
  let isFresh = true;

  return {
    exact: false,

    measure(bytes) {
      if (bytes.length < 8) return MORE;
      let size = uintBE(bytes, 0, 4);
      if (size === 1) {
        if (bytes.length < 16) return MORE;
        size = uintBE(bytes, 8, 16);
      }
      return size < 8 ? REFUSED : size;
    },

    read(box): Unit {
      const type = ascii(box, 4, 8);
      isHeader &&= type !== 'moof' && type !== 'mdat';
      if (isHeader) return { kind: 'header' };
      const boundary = isFresh;
      isFresh = type === 'mdat';
      return { kind: isFresh ? 'audio' : 'lead', boundary };
    },
  };
}
