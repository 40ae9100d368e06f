/** A final, read from the store. */
import type { StoredFinal } from './audio-store.ts';
import { readTranscript, type StoredTranscript } from './stored-transcript.ts';

/** A final that is in a store. */
export interface PublishedTranscript extends StoredTranscript {
  /** The first final of a session is 1; finals of all processes are counted. */
  seq: number;
}

/** `undefined` for an invalid value: another version may have written it. */
export function readFinal({ seq, data }: StoredFinal): PublishedTranscript[] {
  const transcript = readTranscript(data);
  return transcript ? [{ ...transcript, seq }] : [];
}
