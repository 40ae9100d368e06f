/** A final as the store gives it back. */
import type { StoredFinal } from './audio-store.ts';
import { readTranscript, type StoredTranscript } from './stored-transcript.ts';

/** A final that is in a store. */
export interface PublishedTranscript extends StoredTranscript {
  /** The first final of a session is 1, whatever process published it. */
  seq: number;
}

/** Nothing if it is none: another version may have written it. */
export function readFinal({ seq, data }: StoredFinal): PublishedTranscript[] {
  const transcript = readTranscript(data);
  return transcript ? [{ ...transcript, seq }] : [];
}
