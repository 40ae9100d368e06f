/**
 * Sessions that outlive their process, and the port for the stores that keep them.
 * @module rx-deepgram/store
 */
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
export { claim, type ClaimedSession, type ClaimOptions } from './claim.ts';
export { durable, type DurableOptions, type DurableSession } from './durable.ts';
export type { DurableState } from './kept-session.ts';
export type { PublishedTranscript } from './published-transcript.ts';
export type { StoredTranscript } from './stored-transcript.ts';
export {
  reader,
  type ReaderOptions,
  type ReadStatus,
  type ReadTranscript,
  type SessionReader,
} from './reader.ts';
export {
  type SessionWriter,
  writer,
  type WriterDrop,
  type WriterOptions,
  type WriterResult,
  type WriterState,
} from './writer.ts';
