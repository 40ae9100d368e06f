/** A telephone call as an app sees it: its audio, its details, and its end. */
import type { Observable } from 'rxjs';
import type { CallEncoding } from './dialect.ts';

/** A side of a call, as named by the provider: `inbound` is the audio of the other party, `outbound` the audio played to it. */
export type CallTrack = 'inbound' | 'outbound';

/** A chunk of a call, for `transcribe()` and `send()`. */
export interface CallAudio {
  audio: Uint8Array;
  /** When its first sample was captured, in milliseconds since 1970: the start of the stream, and the time of the call. */
  capturedAt: number;
}

/** Parameters for `listen`; add a model. */
export interface CallListen {
  encoding: CallEncoding;
  sample_rate: number;
  channels: number;
  /** Each track is transcribed separately. */
  multichannel?: true;
  [parameter: string]: string | number | boolean | undefined;
}

/** Audio, and its parameters. */
export interface CallStream {
  /** The track of each channel. */
  tracks: readonly CallTrack[];
  /**
   * Chunks of `frameMs`, in order and without holes. They are kept from the start of the call until the first subscription, at most a
   * minute of them. Completes when the call ends, so that `transcribe()` drains.
   */
  audio$: Observable<CallAudio>;
  listen: CallListen;
}

/** The details of a call from its start message. */
export interface CallDetails {
  /** `twilio`, `telnyx` … */
  provider: string;
  /** Twilio's `streamSid`: new for each stream of a call. */
  streamId: string | undefined;
  /** Twilio's `callSid`. */
  callId: string | undefined;
  accountId: string | undefined;
  /** The caller's number, where the provider gives it; Twilio does so only as a custom parameter. */
  from: string | undefined;
  to: string | undefined;
  /** Custom parameters, chosen by the code that starts the stream. */
  parameters: Readonly<Record<string, string>>;
  /** The message itself. */
  start: Readonly<Record<string, unknown>>;
}

/** Events beside the audio. */
export type CallControl =
  /** A key was pressed. `durationMs` if the provider sends it. */
  | { type: 'dtmf'; digit: string; durationMs: number | undefined }
  /** A mark that was sent comes back: the audio before it was played or cleared. */
  | { type: 'mark'; name: string }
  /** Audio that waited to be played was cleared. */
  | { type: 'cleared' }
  /**
   * No audio has come for two seconds: the call is on hold or muted, or the network is down. Inferred: no provider reports it.
   */
  | { type: 'hold' }
  /** Audio comes again. */
  | { type: 'hold-ended'; heldMs: number };

/** Kinds of {@link CallNotice}. */
export type CallNoticeCode =
  /** A message that could not be read, or a frame that is no audio; it is ignored. */
  | 'bad-message'
  /** Audio of a track that the call did not announce; it is ignored. See `tracks` of {@link CallOptions}. */
  | 'unexpected-track'
  /** A frame came when its time had been filled with silence; it is ignored. See `reorderMs`. */
  | 'late-audio'
  /** A frame came twice; the second is ignored. */
  | 'doubled-audio'
  /** A hole longer than `fillMs` was not filled: later times are earlier by its length. */
  | 'gap'
  /** The provider's timestamps jumped back; the audio continues without a gap. */
  | 'clock-restarted'
  /** The socket closed without a stop, and the call waits for `resumeWithinMs`. */
  | 'stream-lost'
  /** A new stream of the same call continues it. */
  | 'stream-resumed'
  /** The audio had no subscriber for a minute, and the oldest was dropped. */
  | 'audio-dropped'
  /** The provider reports an error. */
  | 'provider-error';

/** A problem of the call. Each kind that concerns single frames is reported once; `counts` has the number. */
export interface CallNotice {
  code: CallNoticeCode;
  /** What happened, in a sentence. */
  message: string;
  /** A gap: where it is in the call, in milliseconds since its start. */
  fromMs?: number;
  toMs?: number;
}

/** The counts of the frames of a call. */
export interface CallCounts {
  /** Frames accepted. */
  frames: number;
  late: number;
  doubled: number;
  /** Messages that could not be read, and frames of unexpected tracks. */
  bad: number;
  /** Silence put in where frames were missing or a track had no audio, in milliseconds. The sum of both tracks. */
  filledMs: number;
  gaps: number;
}

/** How a call ended. */
export interface CallEnd {
  /** `stop`: the provider sent a stop; `closed`: the socket closed without one. */
  reason: 'stop' | 'closed';
}

/** A telephone call as a source of audio. */
export interface PhoneCall extends CallStream {
  /** One stream with a channel for each track; with `split`, one for each track, of which the first is this call's own `audio$`. */
  readonly streams: readonly CallStream[];
  readonly call: CallDetails;
  /** Keys, marks and holds. Earlier events are kept for the first subscription. */
  readonly control$: Observable<CallControl>;
  /** Problems. Earlier ones are kept for the first subscription. */
  readonly notices$: Observable<CallNotice>;
  /** The counts so far. Each read makes a new object, which does not change later. */
  readonly counts: CallCounts;
  /** Settles when the call is over. Never rejects. */
  readonly ended: Promise<CallEnd>;
}
