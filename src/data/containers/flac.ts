/**
 * Native FLAC: the header is the magic word and the metadata blocks; frames follow, and carry no length.
 *
 *     fLaC │ last? type length payload │ … │ frame │ frame …
 *            1 bit 7    24 bits
 *
 * Finding where a frame ends takes decoding it, so pieces are the caller's chunks and durations are not known. A
 * decoder that is started in mid-frame skips to the next frame by its sync code.
 */
import { ascii, uintBE } from './bytes.ts';
import { type Grammar, MORE, type Unit } from './demuxer.ts';

export function flacGrammar(): Grammar {
  let isHeader = true;

  return {
    exact: false,

    measure(bytes) {
      if (!isHeader) return bytes.length;
      if (bytes.length < 4) return MORE;
      return ascii(bytes, 0, 4) === 'fLaC' ? 4 : 4 + uintBE(bytes, 1, 4);
    },

    read(bytes): Unit {
      if (!isHeader) return { kind: 'audio', boundary: true };
      // The bit that marks the last metadata block; the magic word does not have it.
      isHeader = (bytes[0] ?? 0) < 0x80;
      return { kind: 'header' };
    },
  };
}
