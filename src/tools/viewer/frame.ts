/** The viewer's place on a page: a shadow root, so that its styles and the page's stay apart, and what is drawn in it. */
import { html, write } from './dom.ts';
import { keepDrawing } from './frames.ts';
import type { Stage } from './stage.ts';
import { VIEWER_STYLE } from './style/viewer.ts';

export interface Frame {
  /** Replaces the shown content. */
  show(stage: Stage): void;
  /** A sentence for the user. */
  say(text: string): void;
  /** Starts drawing again after a pause without changes. */
  wake(): void;
  remove(): void;
}

/** Fast enough for a gauge. Nothing is drawn in between, or in a hidden tab. */
const DRAW_EVERY_MS = 60;

/**
 * @param element The parent; the shadow root is added at its end.
 * @param drop Is called with a file that was dropped on it.
 */
export function openFrame(element: Element, drop: (file: File) => void): Frame {
  const host = html('div', { class: 'rx-deepgram-viewer' });
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(VIEWER_STYLE);
  root.adoptedStyleSheets = [sheet];
  const problem = html('p', { class: 'problem', role: 'alert' });
  root.append(problem);
  element.append(host);

  let shown: Stage | undefined;
  let isVisible = true;
  const drawing = keepDrawing(() => {
    shown?.draw();
    return isVisible && shown?.history.isStill === false;
  }, DRAW_EVERY_MS);
  const watching = new IntersectionObserver((changes) => {
    isVisible = changes.at(-1)?.isIntersecting ?? true;
    if (isVisible) drawing.wake();
  });
  watching.observe(host);
  takeDrops(host, drop);

  return {
    show: (stage) => {
      shown?.element.remove();
      shown = stage;
      root.append(stage.element);
      write(problem, '');
      stage.draw();
      drawing.wake();
    },
    say: (text) => write(problem, text),
    wake: () => drawing.wake(),
    remove: () => {
      drawing.stop();
      watching.disconnect();
      host.remove();
    },
  };
}

function takeDrops(host: HTMLElement, drop: (file: File) => void): void {
  host.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    host.toggleAttribute('data-drop', true);
  });
  host.addEventListener('dragleave', () => host.toggleAttribute('data-drop', false));
  host.addEventListener('drop', (event) => {
    host.toggleAttribute('data-drop', false);
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    drop(file);
  });
}
