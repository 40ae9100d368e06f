import { computed, signal } from '@angular/core';
import type { Caption, LiveCaptions } from 'rx-deepgram/angular';
import { toText, toWebVTT } from 'rx-deepgram/captions';
import { linesOf, type Paragraph, paragraphsOf, save } from './paragraphs.ts';

/** The text of all sessions: a session has its own, and the page keeps it until it is cleared. */
export class PageText {
  readonly #captions: LiveCaptions;
  /** The present session began so many seconds after the first; some of its finals were cleared. */
  readonly #kept = signal({ paragraphs: [] as readonly Paragraph[], startsAt: 0, cleared: 0 });
  /** It will not change. */
  readonly #written = computed(() => this.#upTo(this.#captions.finals()));
  readonly paragraphs = computed(() => this.#upTo(this.#captions.finals(), this.#captions.interims()));
  readonly isEmpty = computed(() => this.#written().length === 0);
  /** What came of copying. */
  readonly message = signal('');

  constructor(captions: LiveCaptions) {
    this.#captions = captions;
  }

  /** To be called before another session begins; the present one took so many seconds. */
  keep(seconds: number): void {
    const startsAt = this.#kept().startsAt + seconds;
    this.#kept.set({ paragraphs: this.#written(), startsAt, cleared: 0 });
  }

  async copy(): Promise<void> {
    if (this.isEmpty()) return;
    try {
      await navigator.clipboard.writeText(toText(linesOf(this.#written())));
      this.message.set('Copied.');
    } catch {
      this.message.set('The browser does not allow copying. Save the text instead.');
    }
  }

  saveText(): void {
    if (!this.isEmpty()) save('captions.txt', toText(linesOf(this.#written())));
  }

  saveWebVTT(): void {
    if (!this.isEmpty()) save('captions.vtt', toWebVTT(linesOf(this.#written())));
  }

  clear(): void {
    if (this.isEmpty() || !confirm('Clear all text?')) return;
    this.#kept.update((kept) => ({ ...kept, paragraphs: [], cleared: this.#captions.finals().length }));
  }

  #upTo(finals: readonly Caption[], interims: readonly Caption[] = []): Paragraph[] {
    const { paragraphs, startsAt, cleared } = this.#kept();
    return [...paragraphs, ...paragraphsOf([...finals.slice(cleared), ...interims], startsAt)];
  }
}
