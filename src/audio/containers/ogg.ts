/**
 * Ogg is a chain of pages, each of which carries packets, or parts of packets, of one logical stream.
 *
 *     OggS ver flags granule position serial sequence crc segments │ lacing values │ packets
 *     0    4   5     6                14     18       22  26         27
 *              1 continued · 2 begins the stream (BOS) · 4 ends it
 *
 * The granule position is the number of samples when the last packet that ends on the page is decoded, or -1 where
 * none ends: a page's duration is the difference from the page before. A page that does not continue a packet is a
 * place to start. The header is the BOS pages and those after them with granule position 0, or -1 where the comments
 * span pages, which holds for codecs that are unknown here, too. Where a muxer puts the first packet of Vorbis, which
 * makes no sound, on a page of its own, that page is at 0 as well and is kept with the header.
 *
 * Timed by the first audio stream; other streams pass through. Chained streams (a second BOS after the audio began,
 * as internet radio does between songs) are refused: their new header would be needed from there on.
 */
import { ascii, uintBE, uintLE } from './bytes.ts';
import { type Grammar, MORE, REFUSED, Tally, type Unit } from './demuxer.ts';

interface Codec {
  /** Granules per second. */
  rate: number;
  /** Granules at the start that the decoder throws away. */
  preSkip: number;
}

/** No page spans a minute (255 packets of 120 ms are half of it): a first page beyond it was joined late. */
const LONGEST_PAGE_SECONDS = 60;

/** The codec whose first packet this is. */
function identify(packet: Uint8Array): Codec | undefined {
  const magic = ascii(packet, 0, 8);
  if (magic === 'OpusHead') return { rate: 48000, preSkip: uintLE(packet, 10, 12) };
  let rate = 0;
  if (magic.startsWith('\x01vorbis')) rate = uintLE(packet, 12, 16);
  if (magic === 'Speex   ') rate = uintLE(packet, 36, 40);
  // The packet wraps a native FLAC header; the rate is the first 20 bits of three bytes.
  if (magic.startsWith('\x7fFLAC')) rate = uintBE(packet, 27, 30) >> 4;
  return rate ? { rate, preSkip: 0 } : undefined;
}

const isBos = (page: Uint8Array) => ((page[5] ?? 0) & 2) > 0;
const bodyOf = (page: Uint8Array) => 27 + (page[26] ?? 0);

export function oggGrammar(): Grammar {
  const tally = new Tally();
  let codec: Codec | undefined;
  let serial: number | undefined;
  let isHeader = true;
  /** The granule position at which counting began, and the last one seen. */
  let origin: number | undefined;
  let last = 0;

  function durationMs({ rate, preSkip }: Codec, granule: number): number {
    if (granule < 0) return 0;
    if (origin === undefined) origin = granule > LONGEST_PAGE_SECONDS * rate ? granule : preSkip;
    // A clock set back counts on from here.
    else if (granule < last) origin = granule - (tally.totalMs / 1000) * rate;
    last = granule;
    return tally.upTo(((granule - origin) / rate) * 1000);
  }

  const grammar: Grammar = {
    exact: true,

    measure(bytes) {
      const body = bodyOf(bytes);
      if (!'OggS\0'.startsWith(ascii(bytes, 0, 5))) return REFUSED;
      if (bytes.length < 27 || bytes.length < body) return MORE;
      if (isBos(bytes) ? !isHeader : serial === undefined) return REFUSED;
      return bytes.subarray(27, body).reduce((size, lacing) => size + lacing, body);
    },

    read(page): Unit {
      const granule = (uintLE(page, 10, 14) | 0) * 2 ** 32 + uintLE(page, 6, 10);
      const pageSerial = uintLE(page, 14, 18);
      if (isBos(page) && !codec) {
        codec = identify(page.subarray(bodyOf(page)));
        if (codec || serial === undefined) serial = pageSerial;
        grammar.exact = codec !== undefined;
      }
      isHeader &&= isBos(page) || granule <= 0;
      if (isHeader) return { kind: 'header' };
      const isOurs = pageSerial === serial;
      return {
        kind: 'audio',
        boundary: isOurs && ((page[5] ?? 0) & 1) === 0,
        durationMs: codec && (isOurs ? durationMs(codec, granule) : 0),
      };
    },
  };
  return grammar;
}
