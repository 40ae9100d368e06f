/**
 * MP4: a chain of boxes, with the tracks in `moov`. Fragmented, as Safari's MediaRecorder writes it, there follow one `moof` and
 * one `mdat` for each stretch of media; a file keeps all of it in one `mdat`.
 *
 *     size type payload │    ftyp moov │ moof mdat │ moof mdat │ styp sidx moof mdat │ …
 *     4    4 (size 1: 64-bit size follows; 0: to the end of the file)
 *
 * A fragment is one piece and a place to start, with the boxes before it. A muxer writes `moof` only when it has all of `mdat`,
 * so waiting for its end delays nothing. Its duration is that of the samples listed in `moof`.
 *
 * A file uses absolute positions, so each connection starts at its beginning. Its `mdat` is output in parts, timed by their share
 * of the whole. A file with `moov` last is refused: its audio cannot be decoded before the end.
 */
import { ascii, uintBE } from './bytes.ts';
import { type Grammar, MORE, REFUSED, type Unit } from './demuxer.ts';
import { fragmentTicks, type Movie, readMovie } from './mp4-boxes.ts';

/** Length of the parts into which the media of a file is cut. */
const PART_MS = 100;

export function mp4Grammar(): Grammar {
  let movie: Movie | undefined;
  let isHeader = true;
  let isFresh = true;
  let fragmentMs: number | undefined;
  /** Bytes of a file's media still to come. */
  let mediaLeft = 0;
  let msPerByte = 0;

  const headBytes = (bytes: Uint8Array) => (uintBE(bytes, 0, 4) === 1 ? 16 : 8);
  const sizeOf = (bytes: Uint8Array) =>
    headBytes(bytes) === 16 ? uintBE(bytes, 8, 16) : uintBE(bytes, 0, 4);

  const grammar: Grammar = {
    exact: true,
    refusal: 'an MP4 file whose index (moov) comes last',

    measure(bytes) {
      if (mediaLeft > 0) return Math.min(mediaLeft, bytes.length, Math.ceil(PART_MS / msPerByte));
      if (bytes.length < 8 || bytes.length < headBytes(bytes)) return MORE;
      const type = ascii(bytes, 4, 8);
      if (type === 'mdat' && isHeader) return movie && !movie.isFragmented ? headBytes(bytes) : REFUSED;
      const size = sizeOf(bytes);
      return size < 8 ? REFUSED : size;
    },

    read(box): Unit {
      if (mediaLeft > 0) {
        mediaLeft -= box.length;
        const boundary = isFresh;
        isFresh = false;
        return { kind: 'audio', boundary, durationMs: grammar.exact ? box.length * msPerByte : undefined };
      }
      const type = ascii(box, 4, 8);
      if (type === 'moov') {
        movie = readMovie(box);
        grammar.exact = movie !== undefined;
      }
      if (type === 'mdat' && isHeader && movie) {
        mediaLeft = sizeOf(box) - headBytes(box) || Infinity;
        msPerByte = movie.durationMs / mediaLeft;
        grammar.exact = msPerByte > 0;
        return { kind: 'header' };
      }
      isHeader &&= type !== 'moof';
      if (isHeader) return { kind: 'header' };
      if (type === 'moof') fragmentMs = movie && fragmentTicks(box, movie) * movie.msPerTick;
      const boundary = isFresh;
      isFresh = type === 'mdat';
      return { kind: isFresh ? 'audio' : 'lead', boundary, durationMs: fragmentMs };
    },
  };
  return grammar;
}
