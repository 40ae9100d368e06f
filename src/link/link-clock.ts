/**
 * Maps one connection's audio clock to the session's. Deepgram counts the seconds of audio of a connection from 0. A session
 * position is that count plus the start of the connection, corrected wherever audio was left out (dropped) or inserted (silence).
 */

interface Segment {
  /** Samples sent on this connection before the segment. */
  sent: number;
  /** Session position of its first sample. */
  position: number;
}

/** The fields of a link that its clock needs. */
export interface LinkClock {
  /** Positions per second. */
  rate: number;
  /** Positions are counted, not estimated. With estimates, the server may have counted more audio than we did. */
  isExact: boolean;
  /** Samples sent so far, silence of our own included. */
  sentSamples: number;
  /** Session position of the next sample, if nothing is left out. */
  position: number;
  /** Empty before the first audio. */
  segments: readonly Segment[];
}

/** Counts silence as sent: on the session's clock it takes no time. */
export function countSilence(clock: LinkClock, samples: number): void {
  const { segments, sentSamples, position } = clock;
  const last = segments.at(-1);
  clock.sentSamples += samples;
  if (last?.sent === sentSamples && last.position === position) last.sent = clock.sentSamples;
  else if (last) beginSegment(clock, position);
}

/** An array that `push` fills has room for seventeen segments at once, and most links have one. */
function beginSegment(clock: LinkClock, position: number): void {
  clock.segments = clock.segments.concat({ sent: clock.sentSamples, position });
}

/** Counts a frame as sent. */
export function countSent(clock: LinkClock, start: number, end: number): void {
  if (start !== clock.position || clock.segments.length === 0) {
    beginSegment(clock, start);
  }
  clock.sentSamples += end - start;
  clock.position = end;
}

/**
 * Session position of a time on this connection. Where audio was left out, an end is placed before the gap and a start after it.
 * At most the end of the sent audio, if that is known.
 */
export function positionOf(clock: LinkClock, seconds: number, edge: 'start' | 'end'): number {
  const { segments } = clock;
  const sent = Math.min(Math.round(seconds * clock.rate), clock.isExact ? clock.sentSamples : Infinity);
  let index = segments.length - 1;
  let segment = segments[index] as Segment;
  while (index > 0 && (edge === 'start' ? segment.sent > sent : segment.sent >= sent)) {
    index -= 1;
    segment = segments[index] as Segment;
  }
  const position = segment.position + Math.max(0, sent - segment.sent);
  return Math.min(position, segments[index + 1]?.position ?? Infinity);
}
