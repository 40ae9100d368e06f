/** What the links of a session share, and whom they report to. */
import type { AdaptiveTimeout } from '../adaptive-timeout.ts';
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { Clock } from '../clock.ts';
import type { ReportFact } from '../facts.ts';
import type { Parameters, Protocol, Segment } from '../protocol/protocol.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import type { HeardEvent, RebasedLink } from '../transcript/rebased-messages.ts';

export interface LinkSettings {
  /** Those of the API. */
  listen: Parameters;
  /** The server knows the message that ends a turn. */
  mayEndTurn: boolean;
  keepAliveMs: number;
  /** A multiple of real time. */
  catchUpRate: number;
  /** Bytes that may wait in the socket before audio is held back in the log. */
  maxBufferedBytes: number;
  /** How long the server may be silent after CloseStream. */
  drainMs: number;
}

/** A change that the connection machine hears of. */
export type LinkFact =
  /** Audio came after none had flowed. */
  | { type: 'audio.pending' }
  /** Nothing went out for the KeepAlive interval. */
  | { type: 'audio.idle' }
  /** A final result has confirmed new audio; once for each link. */
  | { type: 'audio.confirmed' }
  | { type: 'socket.stalled' }
  /** The last results have come; `isWhole`: and all audio is confirmed, as far as positions are known. */
  | { type: 'drain.completed'; isWhole: boolean };

/** Where segments go. */
export interface SegmentReceiver {
  /** Adds a segment; the answer is the session position up to which every channel is final. */
  segment(segment: Segment, link: RebasedLink): number;
  /** No new word came for a while after `lastWordEnd`, in session seconds. */
  utteranceEnd(channel: number, lastWordEnd: number): void;
  /** A request to finalize was answered at a pause of the source. */
  finalized(channel: number): void;
  /** The open turn will have no end, as far as can be known. */
  withdrawTurn(): void;
  /** Some interim text was never replaced by a final one. */
  readonly isShowingInterim: boolean;
}

/** What the links of a session share. */
export interface LinkSession {
  readonly clock: Clock;
  readonly protocol: Protocol;
  readonly timeline: AudioTimeline;
  readonly settings: LinkSettings;
  /** Audio flows and nothing comes back for so long: the link is stalled. */
  readonly answerTimeout: AdaptiveTimeout;
  /** What comes before the audio of a connection that begins at this position; and whether positions are exact or estimates. */
  readonly framing: { headerAt(position: number): Uint8Array | undefined; readonly isExact: boolean };
  /** Raw samples, of which silence can be made. */
  readonly silence: { frameBytes: number; silentByte: number; sampleRate: number } | undefined;
  readonly transcript: SegmentReceiver;
  /** Requests to finalize that wait for an answer; it says where the audio of the answered one ends. */
  readonly requests: { answered(channel: number, channelCount: number): number | undefined };
  /** Counts of all links together. */
  readonly counts: LinkCounts;
  tell: (fact: LinkFact, link: RebasedLink) => void;
  report: ReportFact;
  message: (message: ServerMessage) => void;
  /** Hears each event after the transcript that came of it, where somebody wants to know the link. */
  heard?: ((event: HeardEvent, link: RebasedLink) => void) | undefined;
  /** The link is over, and writes nothing more. */
  ended: (link: RebasedLink) => void;
}

/** What a session adds up over its links. */
export interface LinkCounts {
  keepAlives: number;
  /** Silence that no source gave, in seconds. */
  silenceSeconds: number;
  /** The longest time between two outbound frames of one link. */
  longestSilenceMs: number;
}

/** A text message that waits for its place behind the audio. */
export interface ControlMessage {
  text: string;
  /** Goes out when everything before this position has. */
  position: number;
  onSent(): void;
}
