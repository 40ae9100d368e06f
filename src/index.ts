/**
 * The session, its options and its results.
 * @module rx-deepgram
 */
export { type Clock, systemClock } from './clock.ts';
export type { ConnectionLimit, Place, PlaceRequest } from './connection/place.ts';
export type { ConnectionPhase, ConnectionState } from './connection/status.ts';
export type { DropReason } from './audio/audio-timeline.ts';

export type { LedgerSnapshot } from './audio/ledger.ts';
export type { AudioChunk, CapturedAudio } from './audio/audio-chunk.ts';
export type { Transcript, Word } from './transcript/stitcher.ts';
export type { Turn } from './transcript/turns.ts';
export type { Utterance } from './transcript/utterances.ts';
export type { Environment } from './environment.ts';
export type { Evidence } from './facts.ts';
export type { Notice, NoticeCode, Severity } from './diagnosis/notices.ts';
export { type ErrorDetails, type ErrorReason, TranscriptionError } from './errors.ts';
export type {
  AudioLedger,
  CloseOptions,
  LiveTranscription,
  SendResult,
  SessionCounts,
  SessionReport,
} from './client/live-transcription.ts';
export type { Status } from './client/status.ts';
export type { Auth, AuthFunction, CatchUp, LiveTranscriptionOptions } from './client/options.ts';
export type { ConnectionEnd, EndKind } from './protocol/connection-end.ts';
export type { ListenChange } from './protocol/configure.ts';
export type { FluxParameters } from './protocol/flux/parameters.ts';
export type { ListenParameters, ParameterValue } from './protocol/listen-v1/parameters.ts';
export type {
  ErrorMessage,
  MetadataMessage,
  ResultsMessage,
  ServerMessage,
  SpeechStartedMessage,
  UnknownMessage,
  UtteranceEndMessage,
  WordMessage,
} from './protocol/listen-v1/server-messages.ts';
export { createLiveTranscription } from './client/create-session.ts';
export { platformTransport } from './client/platform-transport.ts';
export { transcribe } from './client/transcribe.ts';
export type {
  Credentials,
  Handshake,
  OpenRequest,
  Socket,
  SocketEnd,
  SocketHandlers,
  Transport,
} from './transports/transport.ts';
