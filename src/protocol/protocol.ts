/**
 * The port to one of Deepgram's streaming APIs: everything in which they differ. Behind it a folder for each API; in front of
 * it nobody names a message or reads a field of one. An implementation has no state: what a connection needs to remember is
 * the link's.
 */
import type { ReportFact } from '../facts.ts';
import type { SocketEnd } from '../transports/transport.ts';
import type { ConnectionEnd } from './connection-end.ts';
import type { ServerMessage } from './server-message.ts';

/** What a query parameter may be; an array is sent as the parameter repeated. */
export type ParameterValue = string | number | boolean | readonly (string | number | boolean)[] | undefined;

/** The parameters of any API, by Deepgram's names. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** What the parameters say about the bytes to come. */
export type AudioFormat =
  /** Raw samples: `frameBytes` for one of each channel. */
  | { kind: 'raw'; sampleRate: number; frameBytes: number; silentByte: number }
  /** An encoding whose bytes do not tell time. */
  | { kind: 'packets' }
  /** The header will tell. */
  | { kind: 'container' };

/** One word as the server heard it; times in seconds on the connection's own clock. */
export interface HeardWord {
  /** As recognised, in lower case and bare. */
  word: string;
  /** As written: with case and punctuation where these were asked for. */
  text: string;
  start: number;
  end: number;
  confidence: number | undefined;
  speaker: number | undefined;
  language: string | undefined;
}

/** What an API that knows of turns says about one, beside its words. */
export interface HeardTurn {
  event: 'start' | 'update' | 'eager-end' | 'resumed' | 'end';
  /** Counted from 0 on each connection. */
  index: number;
  /** Seconds of audio that were heard, even where less is confirmed. */
  heardTo: number;
  /** Why it ended: `model`, `manual`, `timeout`, or a word that is newer than this package. */
  trigger: string | undefined;
  languages: readonly string[] | undefined;
  /** From 0 to 1: how sure the server is that the turn has ended. */
  endConfidence: number | undefined;
}

/** A stretch of transcript, interim or final; times in seconds on the connection's own clock. */
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
  /** Where the API knows of turns: the stretch is one, or the silence before it. */
  turn?: HeardTurn;
  /** Not final, it confirms the audio before here all the same: no word can begin there any more. */
  confirmedTo?: number;
  raw: ServerMessage;
  /** Fields that had a wrong value and were left out. */
  problem?: string | undefined;
}

/** A message from the server, in the same terms for all APIs. `problem` names fields that were wrong and left out. */
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
  /** How much audio the server has processed on this connection, in seconds: its last message, whether asked for or not. */
  | { kind: 'processed'; seconds: number; raw: ServerMessage; problem?: string | undefined }
  /** The server objects to something, and goes on. */
  | {
      kind: 'complaint';
      description: string | undefined;
      variant: string | undefined;
      raw: ServerMessage;
      problem?: string | undefined;
    }
  /** The server is about to close the connection, and says why. */
  | { kind: 'fatal'; error: ServerError; raw: ServerMessage; problem?: string | undefined }
  /** A request to end the turn found none. */
  | { kind: 'no-turn'; raw: ServerMessage; problem?: string | undefined }
  /** Nothing that the client acts on. */
  | { kind: 'other'; raw: ServerMessage; problem?: string | undefined }
  /** No message at all, or one without its fields. */
  | { kind: 'malformed'; problem: string };

/** Why the server closes the connection. */
export interface ServerError {
  code: string | undefined;
  description: string | undefined;
}

/** Defaults of options, where an API needs its own. */
export interface ProtocolDefaults {
  keepAliveMs: number;
  stallMs: number;
  logSeconds: number;
}

/** A connection as its keeper sees it; seconds are those of its own audio clock. */
export interface KeptLink {
  /** Audio that went out, silence of our own included. */
  readonly sentSeconds: number;
  /** Audio of the source waits to be sent. */
  readonly isBehind: boolean;
  /** Sends silence that takes no time on the session's clock; `false` where the encoding has none. */
  sendSilence(seconds: number): boolean;
  /** `false` where the platform cannot. */
  ping(): boolean;
  sendText(text: string): void;
  /** Takes a segment as if it had come. */
  take(segment: Segment): void;
  /** Goes on with what was held up. */
  goOn(): void;
  /** The open turn will have no end on this connection. */
  withdrawTurn(): void;
  /** Something was lost on its way that only a replay can bring back. */
  giveUp(): void;
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
  report: ReportFact;
}

export interface KeeperOptions {
  /** The server knows the message that ends a turn. */
  mayEndTurn: boolean;
}

/** What an API does for one connection in a way of its own. It has the state; the link has the socket and the order of what goes out. */
export interface LinkKeeper {
  /** A message came; its segment is taken afterwards, unless the link is given up. */
  message(event: ServerEvent): void;
  /** No frame has gone out for a while. */
  hold(): void;
  /** Everything was sent. `true`: the message that ends the stream may go now. `false`: {@link KeptLink.goOn} asks again. */
  mayEndStream(): boolean;
  /** A clean close came after the stream was ended: seconds of audio that the server has processed, if all that counts. */
  closed(): number | undefined;
  /** The connection is over: no timer is left. */
  end(): void;
}

/** One of Deepgram's streaming APIs. */
export interface Protocol {
  /** @throws TranscriptionError `invalid-option`, naming the value, why, and what to write instead. */
  checkParameters(parameters: Parameters): void;
  /** The address to connect to; holds parameters only, never a secret. */
  address(baseUrl: string, parameters: Parameters): string;
  /** What is known of the audio from checked parameters. */
  audioFormat(parameters: Parameters): AudioFormat;
  /** How much longer than usual a healthy server may be silent, given the parameters. */
  silenceFactor(parameters: Parameters): number;
  readonly defaults?: ProtocolDefaults;
  /** A connection is open when its first message has come, not before; within so many milliseconds after the handshake. */
  readonly readyMs?: number;
  /** Takes care of one connection in ways of this API. */
  keep?(link: KeptLink, parameters: Parameters, options: KeeperOptions): LinkKeeper;
  /** The server closes a connection on which it got nothing for so long, in milliseconds. */
  readonly windowMs: number;
  /** The text that holds an idle connection; none: {@link LinkKeeper.hold} does. */
  readonly keepAlive?: string;
  /** The text that ends the stream and asks for the last results. */
  readonly endStream: string;
  /** The text that asks for a final result of everything so far, on one channel (from 0) or all. */
  finalize?(channel: number | undefined): string;
  /** The text that ends the speaker's turn. */
  readonly endTurn?: string;
  /** Close codes that, once the stream was ended, prove that nothing more can come. */
  readonly cleanCloseCodes: readonly (number | undefined)[];
  /** Reads one text message; never throws. */
  decode(text: string): ServerEvent;
  /** Names the end of a socket, of which the server may have given the reason before. */
  classifyEnd(end: SocketEnd, error?: ServerError): ConnectionEnd;
}
