import type { LiveTranscription } from './live-transcription.ts';

/** Aborts the session when the signal aborts. The signal may outlive many sessions: each removes its listener at its end. */
export function abortOn(signal: AbortSignal, live: LiveTranscription): void {
  const abort = () => live.abort();
  signal.addEventListener('abort', abort);
  live.status$.subscribe({ complete: () => signal.removeEventListener('abort', abort) });
  if (signal.aborted) abort();
}
