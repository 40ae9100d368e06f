/**
 * From one connection's audio clock to the session's. Deepgram counts the seconds of audio it received on this connection,
 * from 0; a session position is that count shifted by where the connection began, and shifted anew wherever audio was left
 * out in between (dropped) or put in (a silence primer).
 */

interface Segment {
  /** Samples sent on this connection before the segment. */
  sent: number;
  /** Session position of its first sample. */
  position: number;
}

export class ConnectionClock {
  readonly #rate: number;
  readonly #isExact: boolean;
  readonly #segments: Segment[] = [];
  #sent = 0;
  #position: number;

  /**
   * `origin` is where the connection begins; `primer` samples of silence go before it. Where positions are estimates, the
   * server may rightly know of more audio than we believe to have sent.
   */
  constructor(rate: number, origin: number, primer: number, isExact = true) {
    this.#rate = rate;
    this.#isExact = isExact;
    this.#sent = primer;
    this.#position = origin;
    this.#segments.push({ sent: primer, position: origin });
  }

  /** Samples sent so far, a primer included. */
  get sent(): number {
    return this.#sent;
  }

  /** Session position of the next sample, if nothing is left out. */
  get position(): number {
    return this.#position;
  }

  /** Notes a frame as sent. */
  send(start: number, end: number): void {
    if (start !== this.#position) this.#segments.push({ sent: this.#sent, position: start });
    this.#sent += end - start;
    this.#position = end;
  }

  /**
   * Session position of a time on this connection. At a seam, where audio was left out, an end belongs before the gap and
   * a start behind it. Never beyond what was sent, if that is known.
   */
  positionOf(seconds: number, edge: 'start' | 'end'): number {
    const sent = Math.min(Math.round(seconds * this.#rate), this.#isExact ? this.#sent : Infinity);
    let index = this.#segments.length - 1;
    let segment = this.#segments[index] as Segment;
    while (index > 0 && (edge === 'start' ? segment.sent > sent : segment.sent >= sent)) {
      index -= 1;
      segment = this.#segments[index] as Segment;
    }
    return segment.position + Math.max(0, sent - segment.sent);
  }
}
