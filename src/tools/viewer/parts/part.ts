/** A part of the viewer: an element that is updated on events and some times a second. */
import type { Entry, News } from '../history.ts';

export interface Part {
  readonly element: HTMLElement;
  /** Called after an event. */
  tell?(news: News): void;
  /** Called after another moment was chosen. */
  travel?(): void;
  /** Called some times a second. */
  draw?(): void;
}

/** A moment of the past. */
export interface Moment {
  atMs: number;
  /** The row of the log. */
  entry?: Entry | undefined;
}

/** The moment that the parts show. */
export interface Shown {
  /** `undefined`: the present, or the end of a recording. */
  readonly moment: Moment | undefined;
  choose(moment: Moment | undefined): void;
  /** Draws again, after a change without an event. */
  redraw(): void;
}
