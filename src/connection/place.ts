/** The port to a limit of connections: an attempt requests a place, and its connection holds the place until it is over. */
import type { Clock } from '../clock.ts';

/** An attempt that requests a place. */
export interface PlaceRequest {
  /** The session's clock. */
  clock: Clock;
  /** No place is free: `place` is the number in the line; 1 is next. Called again when it has changed much. */
  awaited(place: number): void;
  /** The attempt may begin. Called once; at once if a place is free. */
  granted(): void;
}

/** A place that an attempt holds or waits for. */
export interface Place {
  /**
   * Frees the place, or leaves the line. Only the first call counts. `isRefused`: the server has too many connections (HTTP 429).
   */
  release(isRefused: boolean): void;
}

/** How many connections may be open at once, over all sessions that share it. `connectionLimit()` of `rx-deepgram/sessions` makes one. */
export interface ConnectionLimit {
  /** Requests a place; called by sessions. */
  request(request: PlaceRequest): Place;
}
