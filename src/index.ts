/** The public names of `rx-deepgram`. */
export type { CaptureOptions, CaptureStatus } from './browser/capture.ts';
export { fromMediaStream } from './browser/media-stream.ts';
export { microphone, type MicrophoneOptions } from './browser/microphone.ts';
export { workerClock, type WorkerClockOptions } from './browser/worker-clock.ts';
export { type Clock, systemClock } from './clock.ts';
export { connectionMachine } from './control/connection-machine.ts';
export type { ConnectionContext, ConnectionSettings } from './control/context.ts';
export type { ConnectionEmitted, ConnectionEvent, ConnectionLoss } from './control/events.ts';
export type { RecoverySettings, Verdict } from './control/recovery-policy.ts';
export { type ConnectionPhase, type ConnectionState, leafState } from './control/status.ts';
export type { DropReason } from './data/audio-timeline.ts';
export type { CatchUp } from './data/data-plane.ts';
export type { LedgerSnapshot } from './data/ledger.ts';
export type { AudioChunk } from './data/intake.ts';
export type { Transcript, Word } from './data/stitcher.ts';
export type { Utterance } from './data/utterances.ts';
export { explain, type Explanation, type FailureKind } from './diagnosis/explain/explain.ts';
export type { Evidence, Notice, NoticeCode, Severity } from './diagnosis/notices.ts';
export { type ErrorDetails, type ErrorReason, TranscriptionError } from './errors.ts';
export type {
  AudioLedger,
  CloseOptions,
  LiveTranscription,
  SendResult,
  SessionReport,
  Status,
} from './live-transcription.ts';
export type { Auth, AuthFunction, LiveTranscriptionOptions } from './options.ts';
export type { ConnectionEnd, EndKind } from './protocol/close-reasons.ts';
export type { ListenParameters, ParameterValue } from './protocol/listen-parameters.ts';
export type {
  ErrorMessage,
  MetadataMessage,
  ResultsMessage,
  ServerMessage,
  SpeechStartedMessage,
  UnknownMessage,
  UtteranceEndMessage,
  WordMessage,
} from './protocol/server-messages.ts';
export { createLiveTranscription, platformTransport } from './session.ts';
export { transcribe } from './transcribe.ts';
export type {
  Credentials,
  Handshake,
  OpenRequest,
  Socket,
  SocketEnd,
  SocketHandlers,
  Transport,
} from './transports/transport.ts';
