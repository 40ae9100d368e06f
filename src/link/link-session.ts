/** The objects that the links of a session share, and the interfaces they report to. */
import type { AdaptiveTimeout } from '../adaptive-timeout.ts';
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { Clock } from '../clock.ts';
import type { ReportFact } from '../facts.ts';
import type { Protocol, Segment } from '../protocol/protocol.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import type { HeardEvent, RebasedLink } from '../transcript/rebased-messages.ts';

/** Options of the session that its links read. */
export interface LinkOptions {
  readonly keepAliveMs: number;
  /** A multiple of real time. */
  readonly catchUpRate: number;
  /** How long the server may be silent after CloseStream. */
  readonly drainMs: number;
}

/** A change that is reported to the connection machine. */
export type LinkFact =
  /** Audio came after none had flowed. */
  | { type: 'audio.pending' }
  /** Nothing was sent for the KeepAlive interval. */
  | { type: 'audio.idle' }
  /** A final result has confirmed new audio; once for each link. */
  | { type: 'audio.confirmed' }
  | { type: 'socket.stalled' }
  /** The last results have come; `isWhole`: and all audio is confirmed, as far as positions are known. */
  | { type: 'drain.completed'; isWhole: boolean };

/** The receiver of segments. */
export interface SegmentReceiver {
  /** Adds a segment; returns the session position up to which every channel is final. */
  segment(segment: Segment, link: RebasedLink): number;
  /** No new word came for a while after `lastWordEnd`, in session seconds. */
  utteranceEnd(channel: number, lastWordEnd: number): void;
  /** A request to finalize was answered at a pause of the source. */
  finalized(channel: number): void;
  /** The open turn will probably have no end. */
  withdrawTurn(): void;
  /** Some interim text was never replaced by a final one. */
  readonly isShowingInterim: boolean;
}

/** The objects and settings that the links of a session share. */
export interface LinkSession {
  readonly clock: Clock;
  readonly protocol: Protocol;
  readonly timeline: AudioTimeline;
  readonly options: LinkOptions;
  /** Bytes that may wait in the socket before audio is held back in the log. */
  readonly maxBufferedBytes: number;
  /** A link is stalled if audio flows and nothing comes back for this long. */
  readonly answerTimeout: AdaptiveTimeout;
  /** The header of a connection that begins at this position, and whether positions are exact. */
  readonly framing: { headerAt(position: number): Uint8Array | undefined; readonly isExact: boolean };
  /** The format of raw samples, to make silence. */
  readonly silence: { frameBytes: number; silentByte: number; sampleRate: number } | undefined;
  readonly transcript: SegmentReceiver;
  /** Requests to finalize that wait for an answer; `answered` returns the end of the request's audio. */
  readonly requests: { answered(channel: number, channelCount: number): number | undefined };
  /** Counts of all links together. */
  readonly counts: LinkCounts;
  tell(fact: LinkFact, link: RebasedLink): void;
  readonly report: ReportFact;
  message(message: ServerMessage): void;
  /** Receives each event with its link, after its transcript; for adapters. */
  readonly heard?: ((event: HeardEvent, link: RebasedLink) => void) | undefined;
  /** The link is over, and writes nothing more. */
  ended(link: RebasedLink): void;
}

/** The sums of a session over its links. */
export interface LinkCounts {
  keepAlives: number;
  /** Silence that the client sent, in seconds. */
  silenceSeconds: number;
  /** The longest time between two outbound frames of one link. */
  longestSilenceMs: number;
}

/** A text message that waits for its place after the audio. */
export interface ControlMessage {
  text: string;
  /** Sent when everything before this position was sent. */
  position: number;
  onSent(): void;
}
