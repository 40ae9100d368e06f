/**
 * Cuts a container's byte stream into a header, which must open every connection, and pieces, some of which a
 * replay may start with. A demuxer is one driver (here) and one grammar for each format: the grammar says how long
 * the unit at the read position is and what it means, the driver holds, cuts and gives up.
 *
 *     input    RIFF…data|frames…      OggS OggS|OggS…      EBML Segment Info Tracks|Cluster Timecode Block Block…
 *     header   ──────────             ─────────            ────────────────────────
 *     pieces             ──────                 ────                                ────────────────────── ─────
 *
 * Two promises hold for any input, malformed or not: header and pieces, put together, are the input byte for byte, but for a
 * header that is the first piece as well; and nothing throws. What a grammar refuses is passed on as it came, with `exact` turned off: a stream we do not
 * understand may well be one that the server understands.
 *
 * It does not decode, repair, check CRCs, or find its way back into a stream that it has lost.
 */
import type { RawFormat } from './raw-format.ts';

/** A run of bytes that is sent as one message. */
export interface Piece {
  /** A copy, owned by the receiver. */
  readonly bytes: Uint8Array;
  /** A new connection may be given the header and then this piece. */
  readonly startsAtBoundary: boolean;
  /**
   * What makes a place to start of a piece that is none by itself: send the header, these bytes, then the piece.
   * WebM only, where clusters may be half a minute long. Not part of the input.
   */
  readonly opening: Uint8Array | undefined;
  /** How much audio the piece adds to the pieces before it; `undefined` where the bytes do not tell. */
  readonly durationMs: number | undefined;
}

/** One stream's demuxer. It is fed once, in order; it keeps no piece that it has given away. */
export interface Demuxer {
  /** What every connection must begin with; `undefined` until all of it has arrived. May be empty. */
  readonly header: Uint8Array | undefined;
  /** Where the header ends is not known: it is the first piece as well. */
  readonly isHeaderAudio: boolean;
  /** Why nothing is known of the stream. */
  readonly problem: string | undefined;
  /** Durations and boundaries come from the format. Once `false`, pieces are the caller's own chunks. */
  readonly exact: boolean;
  /** The raw audio inside, where the pieces are whole frames of it (WAV) and `header` is complete. */
  readonly format: RawFormat | undefined;
  push(bytes: Uint8Array): Piece[];
  /** The stream has ended: gives what was held back, be it incomplete. */
  flush(): Piece[];
}

/** What a grammar makes of one whole unit: a page, an element, a box, a chunk. */
export interface Unit {
  /** `lead` goes out together with what follows it; `audio` ends a piece. */
  kind: 'header' | 'lead' | 'audio';
  boundary?: boolean;
  durationMs?: number | undefined;
  opening?: Uint8Array | undefined;
}

export interface Grammar {
  exact: boolean;
  format?: RawFormat;
  /** What it is that is refused before the header is complete. */
  refusal?: string;
  /** Length of the unit that begins with `bytes`, or `MORE`, or `REFUSED`. Changes nothing: it is asked again. */
  measure(bytes: Uint8Array): number;
  /** Told each unit once, whole and in order. */
  read(unit: Uint8Array): Unit;
}

/** From `measure`: too few bytes to tell. */
export const MORE = 0;

/** From `measure`: these bytes do not belong here. */
export const REFUSED = -1;

/** The longest header kept: it is sent again on every connection. Cover pictures are the reason it is not less. */
const HEADER_CAP_BYTES = 1 << 20;

/** A stream that ends in its header has no audio, but not if it is longer than recorders write. */
const LIKELY_HEADER_BYTES = 1 << 14;

/** The longest unit waited for: 16 s at 128 kbit/s. A longer one is a broken length, or no live audio. */
const UNIT_CAP_BYTES = 1 << 18;

export function demux(grammar: Grammar): Demuxer {
  /** What has not been given out. Never written to: a push makes it anew, from the rest and what came. */
  let held = new Uint8Array();
  let header: Uint8Array | undefined;
  let isRefused = false;
  let isHeaderAudio = false;
  /** How many bytes of `held` are whole units, waiting for the unit that ends their piece. */
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

  /** Takes in the next unit and gives out what it ends; `false` where there is no unit. */
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

  /** Everything held, as it came. Before the header is complete it is the best header there is, and may hold audio. */
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
 * Adds up durations so that their total is always where the format's own clock stands: a piece brings what is
 * missing, so an estimate that was too long or too short is put right by the next piece and errors never add up.
 */
export class Tally {
  totalMs = 0;

  /** The audio now reaches `endMs`: how much of it is new. Never negative; what was too much is taken off later. */
  upTo(endMs: number): number {
    const durationMs = Math.max(0, endMs - this.totalMs);
    this.totalMs += durationMs;
    return durationMs;
  }
}
