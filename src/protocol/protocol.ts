/**
 * The port to one of Deepgram's streaming APIs: everything in which they differ. Each API has a folder; other folders neither
 * name a message nor read its fields. An implementation has no state: the link keeps the state of a connection.
 */
import type { ReportFact } from '../facts.ts';
import type { SocketEnd } from '../transports/transport.ts';
import type { ConnectionEnd } from './connection-end.ts';
import type { ServerMessage } from './server-message.ts';

/** The value of a query parameter; for an array the parameter is repeated. */
export type ParameterValue = string | number | boolean | readonly (string | number | boolean)[] | undefined;

/** The parameters of any API, by Deepgram's names. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** The format of the audio, by the parameters. */
export type AudioFormat =
  /** Raw samples; `frameBytes`: one sample of each channel. */
  | { kind: 'raw'; sampleRate: number; frameBytes: number; silentByte: number }
  /** An encoding whose duration does not follow from its bytes. */
  | { kind: 'packets' }
  /** The format is in the container's header. */
  | { kind: 'container' };

/** One word of the server; times in seconds on the connection's clock. */
export interface HeardWord {
  /** The recognised word: lower case, no punctuation. */
  word: string;
  /** The word with case and punctuation, if requested. */
  text: string;
  start: number;
  end: number;
  confidence: number | undefined;
  speaker: number | undefined;
  language: string | undefined;
}

/** The facts of a turn besides its words, for APIs with turns. */
export interface HeardTurn {
  event: 'start' | 'update' | 'eager-end' | 'resumed' | 'end';
  /** Counted from 0 on each connection. */
  index: number;
  /** Seconds of audio that were decoded, even if less is confirmed. */
  heardTo: number;
  /** Why it ended: `model`, `manual`, `timeout`, or a value that is newer than this package. */
  trigger: string | undefined;
  languages: readonly string[] | undefined;
  /** The server's confidence that the turn has ended, from 0 to 1. */
  endConfidence: number | undefined;
}

/** A segment of transcript, interim or final; times in seconds on the connection's clock. */
export interface Segment {
  kind: 'segment';
  channel: number;
  channelCount: number;
  start: number;
  end: number;
  /** It will not change, and confirms the audio before its end. */
  isFinal: boolean;
  /** The speaker paused at its end. */
  endsUtterance: boolean;
  /** It answers a request to finalize. */
  answersFinalize: boolean;
  text: string;
  words: readonly HeardWord[];
  confidence: number | undefined;
  /** For APIs with turns: the segment is a turn, or the silence before it. */
  turn?: HeardTurn;
  /** An interim segment, too, confirms the audio before this time: no word can begin there any more. */
  confirmedTo?: number;
  raw: ServerMessage;
  /** Fields that had a wrong value and were left out. */
  problem?: string | undefined;
}

/** A message from the server, in terms that are the same for all APIs. `problem` names fields that were wrong and left out. */
export type ServerEvent =
  | Segment
  /** No new word came for a while after `lastWordEnd`, in seconds on the connection's clock. May be late. */
  | {
      kind: 'utterance-end';
      channel: number;
      lastWordEnd: number;
      raw: ServerMessage;
      problem?: string | undefined;
    }
  /**
   * The audio that the server has processed on this connection, in seconds. The last message of a connection, requested or not.
   */
  | { kind: 'processed'; seconds: number; raw: ServerMessage; problem?: string | undefined }
  /** The server reports an error, and continues. */
  | {
      kind: 'complaint';
      description: string | undefined;
      variant: string | undefined;
      raw: ServerMessage;
      problem?: string | undefined;
    }
  /** The server is about to close the connection, with a reason. */
  | { kind: 'fatal'; error: ServerError; raw: ServerMessage; problem?: string | undefined }
  /** A request to end the turn came when no turn was open. */
  | { kind: 'no-turn'; raw: ServerMessage; problem?: string | undefined }
  /** A message without effect on the client. */
  | { kind: 'other'; raw: ServerMessage; problem?: string | undefined }
  /** Not a message, or one without its required fields. */
  | { kind: 'malformed'; problem: string };

/** The server's reason for closing the connection. */
export interface ServerError {
  code: string | undefined;
  description: string | undefined;
}

/** Defaults of options that differ for this API. */
export interface ProtocolDefaults {
  keepAliveMs: number;
  stallMs: number;
  logSeconds: number;
}

/** The connection, for its keeper; seconds on the connection's audio clock. */
export interface KeptLink {
  /** Seconds of audio that were sent, our silence included. */
  readonly sentSeconds: number;
  /** Audio of the source waits to be sent. */
  readonly isBehind: boolean;
  /** Sends silence that takes no time on the session's clock; `false` where the encoding has none. */
  sendSilence(seconds: number): boolean;
  /** `false` where the platform cannot. */
  ping(): boolean;
  sendText(text: string): void;
  /** Handles a segment as if it had come from the server. */
  take(segment: Segment): void;
  /** Continues a drain that the keeper delayed. */
  goOn(): void;
  /** The open turn will have no end on this connection. */
  withdrawTurn(): void;
  /** Messages were lost; only a replay can restore them. */
  giveUp(): void;
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
  report: ReportFact;
}

export interface KeeperOptions {
  /** Whether the server knows the message that ends a turn. */
  forceEndTurn: boolean;
}

/**
 * The part of a connection's behaviour that is specific to an API, with its state. The link has the socket and orders the frames.
 */
export interface LinkKeeper {
  /** A message came. Its segment is handled afterwards, unless the link is given up. */
  message(event: ServerEvent): void;
  /** No frame was sent for the KeepAlive interval. */
  hold(): void;
  /** Everything was sent. `true`: the stream may be ended now. `false`: {@link KeptLink.goOn} asks again. */
  mayEndStream(): boolean;
  /**
   * A clean close came after the end of the stream. Returns the seconds of audio that the server has processed, if everything
   * was.
   */
  closed(): number | undefined;
  /** The connection is over: stops all timers. */
  end(): void;
}

/** One of Deepgram's streaming APIs, as far as a session needs to know it before there is a connection. */
export interface Api {
  /** @throws TranscriptionError `invalid-option`, naming the value, why, and what to write instead. */
  checkParameters(parameters: Parameters): void;
  /** The address to connect to; holds parameters only, never a secret. */
  address(baseUrl: string, parameters: Parameters): string;
  /** The properties of the audio that the checked parameters give. */
  audioFormat(parameters: Parameters): AudioFormat;
  /** A factor for the stall timeout: with these parameters a healthy server may be silent for longer. */
  silenceFactor(parameters: Parameters): number;
  readonly defaults?: ProtocolDefaults;
  /** The text that requests a final result of all audio so far, on one channel (from 0) or all. */
  finalize?(channel: number | undefined): string;
  /** The text that ends the speaker's turn; none where the API knows no turns. */
  readonly endTurn?: string;
}

/** One of Deepgram's streaming APIs: everything about its connections. */
export interface Protocol extends Api {
  /** A connection counts as open after its first message, which must come within this many milliseconds after the handshake. */
  readonly readyMs?: number;
  /** Makes the keeper of one connection, for APIs that need one. */
  keep?(link: KeptLink, parameters: Parameters, options: KeeperOptions): LinkKeeper;
  /** The server closes a connection without a frame for this long, in milliseconds. */
  readonly windowMs: number;
  /** The text that holds an idle connection. Without it {@link LinkKeeper.hold} holds it. */
  readonly keepAlive?: string;
  /** The text that ends the stream and requests the last results. */
  readonly endStream: string;
  /** Close codes after which, once the stream was ended, no more results can come. */
  readonly cleanCloseCodes: readonly (number | undefined)[];
  /** Reads one text message; never throws. */
  decode(text: string): ServerEvent;
  /** Names the end of a socket. The server may have sent the reason before. */
  classifyEnd(end: SocketEnd, error?: ServerError): ConnectionEnd;
}
