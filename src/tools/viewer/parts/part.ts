/** A part of the viewer: an element that is updated on events and some times a second. */
import type { News } from '../chronicle.ts';

export interface Part {
  readonly element: HTMLElement;
  /** Called after an event. */
  tell?(news: News): void;
  /** Called some times a second. */
  draw?(): void;
}
