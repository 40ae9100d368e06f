/** `rx-deepgram/store`: sessions that outlive their process, and the port for the stores that keep them. */
export type {
  Appended,
  AudioStore,
  Confirmation,
  Confirmed,
  Held,
  Json,
  Lease,
  LeaseRequest,
  NewFinal,
  Opened,
  Published,
  Refusal,
  StoredAudio,
  StoredBlock,
  StoredFinal,
  StoredRequest,
  StoredSession,
} from './audio-store.ts';
export { durable, type DurableOptions, type DurableSession, type PublishedTranscript } from './durable.ts';
export type { DurableState } from './kept-session.ts';
export type { StoredTranscript } from './stored-transcript.ts';
