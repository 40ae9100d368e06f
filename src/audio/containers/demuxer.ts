/**
 * Cuts a container's byte stream into a header, which must open every connection, and pieces, some of which a replay may start
 * with. A demuxer is one driver (here) and one grammar for each format: the grammar reads the length and meaning of the unit at
 * the read position; the driver buffers, cuts, and gives up on a bad stream.
 *
 *     input    RIFF…data|frames…      OggS OggS|OggS…      EBML Segment Info Tracks|Cluster Timecode Block Block…
 *     header   ──────────             ─────────            ────────────────────────
 *     pieces             ──────                 ────                                ────────────────────── ─────
 *
 * Two promises hold for any input, malformed or not: header and pieces together are the input, byte for byte (except a header
 * that is also the first piece); and nothing throws. A refused stream is passed on unchanged, with `exact` turned off: the server
 * may understand it.
 *
 * It does not decode, repair, check CRCs, or resynchronise.
 */
import type { RawFormat } from './raw-format.ts';

/** A run of bytes that is sent as one message. */
export interface Piece {
  /** A copy, owned by the receiver. */
  readonly bytes: Uint8Array;
  /** A new connection may begin with the header and this piece. */
  readonly startsAtBoundary: boolean;
  /**
   * Bytes that make this piece a place to start: send the header, these bytes, then the piece. WebM only, where clusters may be
   * half a minute long. Not part of the input.
   */
  readonly opening: Uint8Array | undefined;
  /** The duration that the piece adds; `undefined` if the bytes do not show it. */
  readonly durationMs: number | undefined;
}

/** The demuxer of one stream. Input comes once, in order; output pieces are not kept. */
export interface Demuxer {
  /** The header that every connection must begin with; `undefined` until it is complete. May be empty. */
  readonly header: Uint8Array | undefined;
  /** The end of the header is unknown: the header is also the first piece. */
  readonly isHeaderAudio: boolean;
  /** Why the stream was refused. */
  readonly problem: string | undefined;
  /** Durations and boundaries come from the format. Once `false`, pieces are the caller's own chunks. */
  readonly exact: boolean;
  /** The raw audio inside, where the pieces are whole frames of it (WAV) and `header` is complete. */
  readonly format: RawFormat | undefined;
  push(bytes: Uint8Array): Piece[];
  /** The stream has ended: returns the rest, even if it is incomplete. */
  flush(): Piece[];
}

/** The result of a grammar for one complete unit: a page, an element, a box, a chunk. */
export interface Unit {
  /** `lead` is sent together with the next unit; `audio` ends a piece. */
  kind: 'header' | 'lead' | 'audio';
  boundary?: boolean;
  durationMs?: number | undefined;
  opening?: Uint8Array | undefined;
}

export interface Grammar {
  exact: boolean;
  format?: RawFormat;
  /** The reason if the stream is refused before its header is complete. */
  refusal?: string;
  /**
   * Length of the unit that begins with `bytes`, or `MORE`, or `REFUSED`. Has no side effect: it is called again with more bytes.
   */
  measure(bytes: Uint8Array): number;
  /** Called once with each complete unit, in order. */
  read(unit: Uint8Array): Unit;
}

/** From `measure`: too few bytes to tell. */
export const MORE = 0;

/** From `measure`: these bytes do not belong here. */
export const REFUSED = -1;

/** The longest header kept: it is sent again on every connection. Cover pictures are the reason it is not less. */
const HEADER_CAP_BYTES = 1 << 20;

/** A stream that ends within its header has no audio, unless it is longer than the headers of recorders. */
const LIKELY_HEADER_BYTES = 1 << 14;

/** The longest accepted unit: 16 s at 128 kbit/s. A longer one is a broken length, or not live audio. */
const UNIT_CAP_BYTES = 1 << 18;

export function demux(grammar: Grammar): Demuxer {
  /** Input that is not yet output. Never modified: each push makes a new array. */
  let held = new Uint8Array();
  let header: Uint8Array | undefined;
  let isRefused = false;
  let isHeaderAudio = false;
  /** How many bytes of `held` are complete units that wait for the end of their piece. */
  let whole = 0;
  let startsAtBoundary = false;

  const isExact = () => grammar.exact && !isRefused;

  function take(): Uint8Array {
    const taken = held.slice(0, whole);
    held = held.subarray(whole);
    whole = 0;
    return taken;
  }

  function cut(durationMs = isExact() ? 0 : undefined, opening?: Uint8Array): Piece {
    const piece = {
      startsAtBoundary,
      opening: startsAtBoundary ? undefined : opening,
      durationMs,
      bytes: take(),
    };
    startsAtBoundary = false;
    return piece;
  }

  /** Reads the next unit, and outputs the piece that it ends; `false` without a complete unit. */
  function advance(pieces: Piece[]): boolean {
    const rest = held.subarray(whole);
    const size = grammar.measure(rest);
    const cap = header ? UNIT_CAP_BYTES : HEADER_CAP_BYTES - whole;
    isRefused = size === REFUSED || (size > rest.length && size > cap);
    if (isRefused || size === MORE || size > rest.length) return false;

    const { kind, boundary, durationMs, opening } = grammar.read(rest.subarray(0, size));
    if (kind !== 'header') {
      header ??= take();
      if (boundary) {
        if (whole > 0) pieces.push(cut());
        startsAtBoundary = true;
      }
    }
    whole += size;
    isRefused = !header && whole > HEADER_CAP_BYTES;
    if (kind === 'audio' || (header && whole > UNIT_CAP_BYTES)) pieces.push(cut(durationMs, opening));
    return true;
  }

  /** Everything buffered, unchanged. Before the header is complete it serves as the header, and may contain audio. */
  function release(): Piece[] {
    whole = held.length;
    if (whole === 0) return [];
    isHeaderAudio ||= !header;
    startsAtBoundary ||= !header;
    const piece = cut();
    header ??= piece.bytes;
    return [piece];
  }

  return {
    get header() {
      return header;
    },
    get isHeaderAudio() {
      return isHeaderAudio;
    },
    get problem() {
      return isHeaderAudio ? grammar.refusal : undefined;
    },
    get exact() {
      return isExact();
    },
    get format() {
      return header && !isRefused ? grammar.format : undefined;
    },
    push(bytes) {
      const pieces: Piece[] = [];
      const rest = held;
      held = new Uint8Array(rest.length + bytes.length);
      held.set(rest);
      held.set(bytes, rest.length);
      while (!isRefused && held.length > whole && advance(pieces));
      if (!isRefused) return pieces;
      startsAtBoundary = true;
      return [...pieces, ...release()];
    },
    flush() {
      if (header || held.length > LIKELY_HEADER_BYTES) return release();
      whole = held.length;
      header = take();
      isRefused = true;
      return [];
    },
  };
}

/**
 * Adds up durations so that the total follows the format's clock. Each piece adds the missing time, so it corrects a wrong
 * estimate before it, and errors do not add up.
 */
export class Tally {
  totalMs = 0;

  /** The audio now ends at `endMs`. Returns the new duration, never negative; an excess is subtracted later. */
  upTo(endMs: number): number {
    const durationMs = Math.max(0, endMs - this.totalMs);
    this.totalMs += durationMs;
    return durationMs;
  }
}
