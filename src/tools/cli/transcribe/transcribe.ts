/** Streams a file to Deepgram and writes its transcript. */
import type { Readable } from 'node:stream';
import { toSrt, toWebVTT } from '../../../captions/index.ts';
import {
  type LiveTranscription,
  type LiveTranscriptionOptions,
  type Transcript,
  transcribe,
} from '../../../index.ts';
import { clockTime } from '../terminal/clock-time.ts';
import type { LiveRegion } from '../terminal/live-region.ts';
import { paint, wordsOf, wrap } from '../terminal/span.ts';

/** `text` is written as it becomes final; the other formats are written at the end. */
export type TranscriptFormat = 'text' | 'json' | 'srt' | 'vtt';

const WRITERS: Record<Exclude<TranscriptFormat, 'text'>, (finals: readonly Transcript[]) => string> = {
  json: (finals) => `${JSON.stringify(finals.map(plain), undefined, 2)}\n`,
  srt: toSrt,
  vtt: toWebVTT,
};

export const TRANSCRIPT_FORMATS = ['text', ...Object.keys(WRITERS)] as readonly TranscriptFormat[];

/** An outage after which it ends: the file can be transcribed later, and a script must not wait for ever. */
const GIVE_UP_MS = 5 * 60_000;

/** Seconds of transcript between two lines of progress. */
const PROGRESS_SECONDS = 30;

/** Outputs for text. */
interface Output {
  /** Only the transcript. */
  out: (text: string) => void;
  /** Progress and problems. */
  err: (text: string) => void;
  /** A terminal that can show interim text below the transcript. */
  screen?: { region: Pick<LiveRegion, 'draw' | 'close'>; columns: number };
}

/**
 * @returns the exit code: 0 if all audio was transcribed, 1 if not; `undefined` if `signal` ended it. Audio that was sent by then
 * is still transcribed.
 */
export async function transcribeFile(
  source: Readable,
  options: LiveTranscriptionOptions,
  format: TranscriptFormat,
  { out, err: error, screen }: Output,
  signal: AbortSignal,
): Promise<number | undefined> {
  const drawInterim = (text: string) => screen?.region.draw([tailOf(text || '…', screen.columns - 1)]);
  const err: Output['err'] = (text) => {
    screen?.region.close();
    error(text);
  };
  let live: LiveTranscription | undefined;
  const finals: Transcript[] = [];
  let toldSeconds = 0;
  const session = { giveUpAfterMs: GIVE_UP_MS, ...options };
  const transcripts$ = transcribe(readUntil(source, signal), session, (started) => {
    live = started;
    // In an outage nothing is read, and the end of the file would not come.
    signal.addEventListener('abort', () => void started.close());
    tellProgress(started, err);
  });
  const problem = await new Promise<Error | undefined>((resolve) => {
    transcripts$.subscribe({
      next: (transcript) => {
        if (!transcript.final) return drawInterim(transcript.text);
        if (transcript.text === '') return;
        finals.push(transcript);
        screen?.region.close();
        if (format === 'text')
          out(`${screen ? wrapped(transcript.text, screen.columns - 1) : transcript.text}\n`);
        else if (transcript.end - toldSeconds >= PROGRESS_SECONDS) {
          toldSeconds = transcript.end;
          err(`${clockTime(transcript.end * 1000)} is transcribed.\n`);
        }
      },
      error: resolve,
      complete: () => resolve(undefined),
    });
  });
  screen?.region.close();
  if (format !== 'text') out(WRITERS[format](finals));
  if (problem) err(`${problem.message}\n`);
  const report = await live?.close();
  if (!report) return 1;
  const { outcome, ledger } = report;
  const missing = (ledger.dropped + ledger.pending) / ledger.sampleRate;
  if (missing > 0) err(`${missing.toFixed(1)} s of audio are missing in the transcript.\n`);
  if (signal.aborted) return undefined;
  if (ledger.accepted === 0 && !problem) err('There is no audio in it.\n');
  return outcome === 'drained' && missing === 0 && ledger.accepted > 0 && !problem ? 0 : 1;
}

/** `signal` works like the end of the file, so that sent audio is transcribed. */
async function* readUntil(source: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stop = () => source.destroy();
  signal.addEventListener('abort', stop);
  try {
    if (!signal.aborted) yield* source as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    source.destroy();
  }
}

/** Progress and problems; the final error comes at the end. */
function tellProgress({ status$, notices$ }: LiveTranscription, err: Output['err']): void {
  let told: string | undefined;
  let lostTo: unknown;
  status$.subscribe(({ phase }) => {
    if (phase === told) return;
    told = phase;
    if (phase === 'open') lostTo = undefined;
    if (phase === 'connecting') err('Connecting …\n');
    if (phase === 'recovering') err('Reconnecting …\n');
    if (phase === 'closing') err('Waiting for the last results …\n');
  });
  notices$.subscribe(({ severity, code, message, remedy, evidence }) => {
    if (code === 'connection-lost') {
      if (evidence['kind'] === lostTo) return;
      lostTo = evidence['kind'];
    }
    if (severity !== 'info' && code !== 'session-failed')
      err(`${[message, remedy].filter(Boolean).join(' ')}\n`);
  });
}

/** The fields for other programs, without the server's message. */
function plain({ text, start, end, channel, confidence, words }: Transcript) {
  return { text, start, end, channel, confidence, words };
}

/** Lines are broken between words. A word that is wider than the screen is not cut. */
function wrapped(text: string, width: number): string {
  const words = wordsOf(text);
  if (words.some((word) => word.text.length > width)) return text;
  return wrap(words, width)
    .map((line) => paint(line, false))
    .join('\n');
}

/** The last words that fit, since a longer line could not be redrawn. */
function tailOf(text: string, width: number): string {
  const line = wordsOf(text)
    .map((word) => word.text)
    .join(' ');
  return line.length <= width ? line : `… ${line.slice(2 - width).replace(/^\S*\s+/, '')}`;
}
