/**
 * A part of the terminal that is redrawn in place. Only changed lines are written, in one write, so that nothing flickers. The
 * cursor is hidden until `close`, which may be called at any time and twice.
 */

/** The used part of `process.stdout`. */
export interface TerminalStream {
  write(text: string): unknown;
}

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
/** Synchronised output: terminals that support it draw everything in between at once; others ignore it. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';
const CLEAR_SCREEN = '\x1b[2J\x1b[H';
const CLEAR_TO_END = '\x1b[J';
const CLEAR_LINE = '\x1b[K';

export class LiveRegion {
  readonly #stream: TerminalStream;
  #shown: readonly string[] = [];
  #isOpen = false;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  /** Replaces the shown lines. Each must be narrower than the terminal. */
  draw(lines: readonly string[]): void {
    const opening = this.#isOpen ? '' : HIDE_CURSOR;
    this.#isOpen = true;
    if (lines.length === this.#shown.length && lines.every((line, i) => line === this.#shown[i])) return;
    const body = lines.map((line, i) => (line === this.#shown[i] ? '\n' : `${line}${CLEAR_LINE}\n`)).join('');
    const rest = lines.length < this.#shown.length ? CLEAR_TO_END : '';
    this.#stream.write(`${opening}${BEGIN_UPDATE}${this.#toTop()}${body}${rest}${END_UPDATE}`);
    this.#shown = lines;
  }

  /** Clears the screen after a resize, which moves lines. */
  resized(): void {
    if (!this.#isOpen) return;
    this.#shown = [];
    this.#stream.write(CLEAR_SCREEN);
  }

  /** Removes the region, and shows the cursor. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stream.write(`${this.#toTop()}${CLEAR_TO_END}${SHOW_CURSOR}`);
    this.#shown = [];
  }

  #toTop(): string {
    return this.#shown.length > 0 ? `\x1b[${this.#shown.length}A\r` : '\r';
  }
}
