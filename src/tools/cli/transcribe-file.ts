/** Streams a WAV file in real time, and prints a line for each final result. */
import { type LiveTranscriptionOptions, createLiveTranscription } from '../../index.ts';
import { paced } from '../sources/paced.ts';
import { readWav } from '../sources/wav.ts';

export interface TranscribeFileOptions {
  session: Pick<LiveTranscriptionOptions, 'auth' | 'baseUrl' | 'clock' | 'transport'>;
  model: string;
  language: string;
}

/** Outputs for text. */
interface Output {
  /** Only the transcript. */
  out: (text: string) => void;
  /** Problems. */
  err: (text: string) => void;
}

/**
 * @returns the exit code: 0 if all audio was transcribed, 1 if not; `undefined` if `signal` ended it.
 * @throws TranscriptionError for a file that cannot be read.
 */
export async function transcribeFile(
  file: Uint8Array,
  { session, model, language }: TranscribeFileOptions,
  { out, err }: Output,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { data, encoding, sampleRate, channels, bytesPerSecond } = readWav(file);
  const live = createLiveTranscription({
    ...session,
    listen: {
      model,
      language,
      encoding,
      sample_rate: sampleRate,
      channels,
      interim_results: true,
      smart_format: true,
    },
  });
  live.transcripts$.subscribe(({ final, text }) => {
    if (final && text !== '') out(`${text}\n`);
  });
  live.notices$.subscribe(({ severity, message }) => {
    if (severity !== 'info') err(`${message}\n`);
  });
  await new Promise<void>((resolve) => {
    const { clock } = session;
    const playing = paced(data, { bytesPerSecond, ...(clock && { clock }) }).subscribe({
      next: (frame) => live.send(frame),
      complete: resolve,
    });
    live.status$.subscribe({
      complete: () => {
        playing.unsubscribe();
        resolve();
      },
    });
    signal.addEventListener('abort', () => live.abort());
    if (signal.aborted) live.abort();
  });
  const { outcome, error, ledger } = await live.close();
  if (signal.aborted) return undefined;
  if (error) err(`${error.message}\n`);
  const missing = (ledger.dropped + ledger.pending) / ledger.sampleRate;
  if (missing > 0) err(`${missing.toFixed(1)} s of audio are missing in the transcript.\n`);
  return outcome === 'drained' && missing === 0 ? 0 : 1;
}
