/** Mounts the viewer in a shadow root, so that its styles and the page's stay apart. */
import { type Clock, systemClock } from '../../clock.ts';
import type { LiveTranscription } from '../../index.ts';
import { Chronicle } from './chronicle.ts';
import { html } from './dom.ts';
import { keepDrawing } from './frames.ts';
import { bandPart } from './parts/band.ts';
import { chartPart } from './parts/chart.ts';
import { gaugePart } from './parts/gauge.ts';
import { ledgerPart } from './parts/ledger.ts';
import { logPart } from './parts/log.ts';
import type { Part } from './parts/part.ts';
import { statusPart } from './parts/status.ts';
import { transcriptPart } from './parts/transcript.ts';
import { VIEWER_STYLE } from './style/viewer.ts';
import type { Wire } from './wire.ts';

/** Options of {@link mountViewer}. */
export interface ViewerOptions {
  /** Needed for the gauge of silence and the loudness in the timeline. */
  wire?: Wire;
  /** The session's clock, if it has one of its own. @defaultValue the system's clock */
  clock?: Clock;
}

/** A viewer on a page. */
export interface Viewer {
  /** Adds a line to the log and a mark to the timeline. */
  note(text: string): void;
  /** Removes the viewer. The session continues. */
  unmount(): void;
}

/** Fast enough for a gauge. Nothing is drawn in between, or in a hidden tab. */
const DRAW_EVERY_MS = 60;

/**
 * Shows a live session: statechart with the active state lit, timeline, transcript, ledger and event log. Needs no network, follows
 * the page's `color-scheme` and width, and does not change the session.
 *
 * @param element Where to; a shadow root of its own is put inside, after what is there.
 */
export function mountViewer(element: Element, live: LiveTranscription, options: ViewerOptions = {}): Viewer {
  const { wire, clock = systemClock } = options;
  const parts: Part[] = [];
  const backlog: Parameters<NonNullable<Part['tell']>>[0][] = [];
  const chronicle = new Chronicle(live, { wire, clock }, (news) => {
    // The first state comes before any subscription.
    if (parts.length === 0) {
      backlog.push(news);
      return;
    }
    for (const part of parts) part.tell?.(news);
    drawing.wake();
  });
  parts.push(
    statusPart(chronicle),
    chartPart(chronicle),
    transcriptPart(),
    ...(wire ? [gaugePart(chronicle, wire)] : []),
    ledgerPart(chronicle),
    bandPart(chronicle),
    logPart(chronicle),
  );
  for (const news of backlog) for (const part of parts) part.tell?.(news);

  const host = html('div', { class: 'rx-deepgram-viewer' });
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(VIEWER_STYLE);
  root.adoptedStyleSheets = [sheet];
  root.append(html('div', { class: 'viewer' }, ...parts.map((part) => part.element)));
  element.append(host);
  let isVisible = true;
  const drawing = keepDrawing(() => {
    for (const part of parts) part.draw?.();
    return isVisible && !chronicle.isStill;
  }, DRAW_EVERY_MS);
  const watching = new IntersectionObserver((changes) => {
    isVisible = changes.at(-1)?.isIntersecting ?? true;
    if (isVisible) drawing.wake();
  });
  watching.observe(host);

  return {
    note: (text) => chronicle.note(text),
    unmount: () => {
      drawing.stop();
      watching.disconnect();
      chronicle.stop();
      host.remove();
    },
  };
}
