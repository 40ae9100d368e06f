/**
 * WAV is raw audio behind a header: once `fmt ` is read, every byte of `data` has an exact position, and the client
 * can treat a WAV stream as it treats raw audio, cut to the sample.
 *
 *     RIFF size WAVE │ fmt  size tag channels rate bytes/s blockAlign bits [cb valid mask SubFormat] │ LIST … │ data size │ frames …
 *     (or RF64, BW64)      16+   2   2        4    4       2          2      extensible, tag 0xFFFE             0, -1: streaming
 *
 * Compressed audio (ADPCM, MP3 in WAV) has no exact frames: its durations are unknown and `format` is absent. The size of
 * `data` is a hint, since a program that writes a live stream may not know it: after it come chunks with the names that are
 * usual there, which pass through and count no time, and all else is audio. A second RIFF file glued on is refused. The byte
 * that pads a `data` of odd length is taken for one of its own: one sample too many in mono of 8 bits.
 */
import { ascii, uintLE } from './bytes.ts';
import { type Grammar, MORE, REFUSED, type Unit } from './demuxer.ts';
import type { RawFormat } from './raw-format.ts';

/** Format tag and bits per sample. Deepgram's `linear32` is floating point; 32-bit integers have no name there. */
const ENCODINGS: Partial<Record<string, RawFormat['encoding']>> = {
  '1/16': 'linear16',
  '3/32': 'linear32',
  '6/8': 'alaw',
  '7/8': 'mulaw',
};

/** A data size that means "until the stream ends". */
const STREAMING = new Set([0, 0xffffffff]);

/** Chunks that programs write behind the audio. */
const TRAILERS =
  /^(LIST|JUNK|junk|PAD |FLLR|id3 |ID3 |bext|iXML|axml|chna|cue |smpl|inst|acid|fact|PEAK|_PMX)$/;

export function wavGrammar(): Grammar {
  let blockAlign = 0;
  let sampleRate = 0;
  let size64 = 0;
  /** Bytes of `data` still to come; `undefined` before it begins. */
  let remaining: number | undefined;

  function readFormat(chunk: Uint8Array): void {
    const field = (at: number, length: number) => uintLE(chunk, 8 + at, 8 + at + length);
    const tag = field(0, 2) === 0xfffe ? field(24, 2) : field(0, 2);
    const channels = field(2, 2);
    const bits = field(14, 2);
    sampleRate = field(4, 4);
    blockAlign = sampleRate && channels && field(12, 2);
    const isPacked = blockAlign * 8 === channels * bits;
    const encoding = (isPacked && ENCODINGS[`${tag}/${bits}`]) || 'other';
    grammar.exact = encoding !== 'other' || tag === 1 || tag === 3;
    if (grammar.exact) grammar.format = { encoding, sampleRate, channels, blockAlign };
  }

  const grammar: Grammar = {
    exact: true,

    measure(bytes) {
      if (remaining) {
        const available = Math.min(bytes.length, remaining);
        // A `data` that ends within a frame gives that rest alone.
        return available - (available % blockAlign) || (available === remaining ? available : MORE);
      }
      if (bytes.length < 8) return MORE;
      const id = ascii(bytes, 0, 4);
      const isRiff = /RIFF|RF64|BW64/.test(id);
      if (isRiff || id === 'data') {
        if (isRiff ? remaining === 0 : !blockAlign) return REFUSED;
        if (remaining === undefined) return isRiff ? 12 : 8;
      }
      if (remaining === 0 && !TRAILERS.test(id)) return bytes.length;
      const size = uintLE(bytes, 4, 8);
      return 8 + size + (size % 2);
    },

    read(bytes): Unit {
      const durationMs = (frames: number) => (grammar.exact ? (frames / sampleRate) * 1000 : undefined);
      if (remaining) {
        remaining -= bytes.length;
        return {
          kind: 'audio',
          boundary: true,
          durationMs: durationMs(bytes.length / blockAlign),
        };
      }
      const id = ascii(bytes, 0, 4);
      if (remaining === 0 && TRAILERS.test(id)) return { kind: 'audio', durationMs: durationMs(0) };
      if (remaining === 0) {
        remaining = Infinity;
        return grammar.read(bytes);
      }
      if (id === 'fmt ') readFormat(bytes);
      if (id === 'ds64') size64 = uintLE(bytes, 16, 24);
      if (id === 'data') {
        const size = uintLE(bytes, 4, 8);
        // A chunk of odd length is padded to an even one.
        remaining = STREAMING.has(size) ? size64 || Infinity : size + (size % 2);
      }
      return { kind: 'header' };
    },
  };
  return grammar;
}
