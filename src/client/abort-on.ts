import type { LiveTranscription } from './live-transcription.ts';

/** Aborts the session when the signal does. The signal may outlive many sessions: none stays with it after its end. */
export function abortOn(signal: AbortSignal, live: LiveTranscription): void {
  const abort = () => live.abort();
  signal.addEventListener('abort', abort);
  live.status$.subscribe({ complete: () => signal.removeEventListener('abort', abort) });
  if (signal.aborted) abort();
}
