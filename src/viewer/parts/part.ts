/** What every part of the viewer is: an element that follows the news, and that is brought up to date some times a second. */
import type { News } from '../chronicle.ts';

export interface Part {
  readonly element: HTMLElement;
  /** Something has happened. */
  tell?(news: News): void;
  /** Time has passed. */
  draw?(): void;
}
