/** Mounts the viewer: of a live session, and of recordings that are opened in it. */
import { type Clock, systemClock } from '../../clock.ts';
import type { LiveTranscription } from '../../index.ts';
import { Chronicle } from './chronicle.ts';
import { html } from './dom.ts';
import { openFrame } from './frame.ts';
import { bandPart } from './parts/band.ts';
import { chartPart } from './parts/chart.ts';
import { gaugePart } from './parts/gauge.ts';
import { ledgerPart } from './parts/ledger.ts';
import { logPart } from './parts/log.ts';
import { statusPart } from './parts/status.ts';
import { transcriptPart } from './parts/transcript.ts';
import { openButton, openFile, saveButton } from './recordings.ts';
import { type Stage, stageOf } from './stage.ts';
import type { Wire } from './wire.ts';

/** Options of {@link mountViewer}. */
export interface ViewerOptions {
  /** Needed for the gauge of silence, the loudness in the timeline, and messages in a saved recording. */
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

/**
 * Shows a live session: statechart with the active state lit, timeline, transcript, ledger and event log. A mark or a row that is
 * chosen shows the session as it was then. Opens and saves flight recordings. Needs no network, follows the page's `color-scheme`
 * and width, and does not change the session.
 *
 * @remarks
 * It keeps the last 1000 events, states and marks, and the last 3600 texts, which takes a few megabytes; a wire keeps a recording of 4 MiB
 * besides.
 *
 * @param element Where to; a shadow root of its own is put inside, after what is there.
 */
export function mountViewer(element: Element, live: LiveTranscription, options: ViewerOptions = {}): Viewer {
  const { wire, clock = systemClock } = options;
  // Empty when the first state is reported.
  const stages: Stage[] = [];
  const chronicle = new Chronicle(live, { wire, clock }, (news) => {
    for (const stage of stages) {
      stage.tell(news);
      frame.wake();
    }
  });
  const open = (file: File) => {
    void openFile(frame, file, [back, openButton('Open another', open)]).then((isShown) => {
      if (isShown) back.focus();
    });
  };
  const frame = openFrame(element, open);
  const back = html('button', { type: 'button' }, 'Back to the session');
  const opening = openButton('Open recording', open);
  const { keepAliveMs } = live.actor.getSnapshot().context.settings;
  const present = stageOf(
    chronicle,
    (shown) => [
      statusPart(chronicle, shown, [saveButton(() => chronicle.toNDJSON()), opening]),
      chartPart(chronicle, shown),
      transcriptPart(chronicle, shown),
      ...(wire ? [gaugePart(chronicle, shown, { wire, keepAliveMs })] : []),
      ledgerPart(chronicle, shown, 'accepted'),
      bandPart(chronicle, shown),
      logPart(chronicle, shown),
    ],
    () => frame.wake(),
  );
  stages.push(present);
  back.addEventListener('click', () => {
    frame.show(present);
    opening.querySelector('button')?.focus();
  });
  frame.show(present);

  return {
    note: (text) => chronicle.note(text),
    unmount: () => {
      chronicle.stop();
      frame.remove();
    },
  };
}
