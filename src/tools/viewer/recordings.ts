/** Recordings as files: opened by a button or a drop, checked whole, and saved. */
import { type Flight, readFlight } from '../../diagnosis/index.ts';
import { KEEP_ALIVE_MS } from '../../protocol/limits.ts';
import { TranscriptionError } from '../../index.ts';
import { html } from './dom.ts';
import type { Frame } from './frame.ts';
import { bandPart } from './parts/band.ts';
import { chartPart } from './parts/chart.ts';
import { gaugePart } from './parts/gauge.ts';
import { ledgerPart } from './parts/ledger.ts';
import { logPart } from './parts/log.ts';
import { statusPart } from './parts/status.ts';
import { transcriptPart } from './parts/transcript.ts';
import { RecordedHistory } from './recorded.ts';
import { stageOf } from './stage.ts';
import { inSeconds } from './words.ts';

/** A recording of half a day; more would stop the page. */
const MAX_BYTES = 64 * 1024 * 1024;

const TYPE = 'application/x-ndjson';

/**
 * Shows a recording in the frame.
 *
 * @param tools More buttons after the name.
 * @throws Error whose message says why it cannot be shown.
 */
export function showRecording(
  frame: Frame,
  { name, text }: { name: string; text: string },
  tools: readonly HTMLElement[],
): void {
  const flight = read(name, text);
  const history = new RecordedHistory(flight);
  const { keepAliveMs = KEEP_ALIVE_MS } = history;
  const title = html('span', { class: 'muted' }, titleOf(name, flight, history.presentMs));
  const stage = stageOf(
    history,
    (shown) => [
      statusPart(history, shown, [title, ...tools]),
      chartPart(history, shown),
      transcriptPart(history, shown),
      gaugePart(history, shown, { keepAliveMs }),
      ledgerPart(history, shown, 'sent'),
      bandPart(history, shown),
      logPart(history, shown),
    ],
    () => frame.wake(),
  );
  frame.show(stage);
}

/** Shows a file; where it cannot be shown, the frame says why. */
export async function openFile(frame: Frame, file: File, tools: readonly HTMLElement[]): Promise<boolean> {
  try {
    showRecording(frame, { name: file.name, text: await textOf(file) }, tools);
    return true;
  } catch (error) {
    frame.say(error instanceof Error ? error.message : String(error));
    return false;
  }
}

async function textOf(file: File): Promise<string> {
  if (file.size <= MAX_BYTES) return file.text();
  throw new Error(`${file.name} cannot be shown. It is larger than ${MAX_BYTES / 1024 / 1024} MiB.`);
}

/** A button that asks for a file. */
export function openButton(label: string, open: (file: File) => void): HTMLElement {
  const input = html('input', { type: 'file', accept: '.ndjson,.jsonl,.json,.txt', hidden: '' });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.value = '';
    if (file) open(file);
  });
  const button = html(
    'button',
    { type: 'button', title: 'A flight recording, as recordFlight() writes it' },
    label,
  );
  button.addEventListener('click', () => input.click());
  return html('span', {}, button, input);
}

export function saveButton(toNDJSON: () => string): HTMLElement {
  const title = 'For explain, or for a viewer elsewhere. It has the words, and no key or token.';
  const button = html('button', { type: 'button', title }, 'Save recording');
  // Kept until the next one: the browser reads it later.
  let href = '';
  button.addEventListener('click', () => {
    URL.revokeObjectURL(href);
    href = URL.createObjectURL(new Blob([toNDJSON()], { type: TYPE }));
    html('a', { href, download: 'flight.ndjson' }).click();
  });
  return button;
}

function read(name: string, text: string): Flight {
  try {
    return readFlight(text);
  } catch (cause) {
    const why =
      cause instanceof TranscriptionError ? cause.message.replace(`${cause.reason}: `, '') : String(cause);
    throw new Error(`${name} cannot be shown. ${why}`, { cause });
  }
}

function titleOf(name: string, { header }: Flight, lengthMs: number): string {
  const date = `${new Date(header.startedAt).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
  const lost = header.dropped > 0 ? '; its beginning was dropped' : '';
  return `${name}: ${inSeconds(lengthMs, 0)} from ${date}${lost}`;
}
