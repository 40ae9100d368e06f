/** The port to a limit of connections: one attempt asks for a place, and its connection holds the place until it is over. */
import type { Clock } from '../clock.ts';

/** What an attempt tells of itself, and hears. */
export interface PlaceRequest {
  /** The session's own. */
  clock: Clock;
  /** No place is free: this is its number in the line, 1 being next. Called again when the number has changed much. */
  awaited(place: number): void;
  /** The attempt may begin. Called once, at once where a place is free. */
  granted(): void;
}

/** A place that is held or waited for. */
export interface Place {
  /**
   * The connection is over, or the attempt no longer waits: the place is free, or the line shorter. Only the first call counts.
   * `isRefused`: the server has too many connections (HTTP 429).
   */
  release(isRefused: boolean): void;
}

/** How many connections may be open at once, over all sessions that share it. `connectionLimit()` of `rx-deepgram/sessions` makes one. */
export interface ConnectionLimit {
  /** Asks for a place; the sessions do. */
  request(request: PlaceRequest): Place;
}
