/**
 * The way in: reads what the server says, and turns it into transcripts, utterances and confirmed audio. A message that makes
 * no sense is reported and passed over; it never throws.
 */
import type { ConnectionEnd } from '../protocol/close-reasons.ts';
import { MIN_UTTERANCE_END_MS } from '../protocol/limits.ts';
import {
  type Decoded,
  decodeServerMessage,
  type ErrorMessage,
  type MetadataMessage,
  type ResultsMessage,
  type ServerMessage,
  type UtteranceEndMessage,
} from '../protocol/listen-v1/server-messages.ts';
import { oneLine } from '../outside-text.ts';
import type { Evidence, NoticeCode } from '../diagnosis/notices.ts';
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { CaptureClock } from '../audio/capture-clock.ts';
import type { Finalizer } from './finalizer.ts';
import { type ConnectionView, Stitcher, type Transcript } from './stitcher.ts';
import type { Uplink } from '../link/uplink.ts';
import { type Utterance, UtteranceBuilder } from './utterances.ts';

/** What the downlink has to say. */
export interface DownlinkListener {
  message(message: ServerMessage): void;
  transcript(transcript: Transcript): void;
  utterance(utterance: Utterance): void;
  /** A final result has confirmed new audio; said once for each connection. */
  audioConfirmed(): void;
  /** The server has said its last, after CloseStream; `isWhole`: and of no audio is it known that a result is missing. */
  drained(isWhole: boolean): void;
  notice(code: NoticeCode, evidence: Evidence, cause?: unknown): void;
}

/** No audio for so long is a pause of the speaker: the least that `utterance_end_ms` takes for one. */
const PAUSE_MS = MIN_UTTERANCE_END_MS;

/** Metadata rounds; less than this is no loss. */
const ROUNDING_SECONDS = 0.05;

/** Closes in good order: after CloseStream they prove that nothing more can come. */
const GOOD_CODES: readonly unknown[] = [1000, 1005];

export class Downlink {
  readonly #timeline: AudioTimeline;
  readonly #uplink: Uplink;
  readonly #captureClock: CaptureClock;
  readonly #finalizer: Finalizer;
  readonly #listener: DownlinkListener;
  readonly #stitcher = new Stitcher();
  readonly #utterances: UtteranceBuilder;
  #connection = 0;
  #hasConfirmed = false;
  #hasSpeakers = false;
  #isExact = true;
  #transcribedTo = 0;
  /** Metadata after CloseStream, while audio waits for a final: the answer, if nothing but the close follows. */
  #farewell: MetadataMessage | undefined;

  constructor(
    timeline: AudioTimeline,
    uplink: Uplink,
    finalizer: Finalizer,
    captureClock: CaptureClock,
    listener: DownlinkListener,
  ) {
    this.#timeline = timeline;
    this.#uplink = uplink;
    this.#finalizer = finalizer;
    this.#captureClock = captureClock;
    this.#listener = listener;
    this.#utterances = new UtteranceBuilder((utterance) => listener.utterance(utterance));
  }

  /** How many connections there have been. */
  get connection(): number {
    return this.#connection;
  }

  /** A further connection begins, on a timeline that is exact or a guess. */
  attach(isExact: boolean): void {
    this.#isExact = isExact;
    if (!isExact) this.#stitcher.forget();
    this.#connection += 1;
    this.#hasConfirmed = false;
    this.#hasSpeakers = false;
    this.#transcribedTo = 0;
  }

  /** A connection is over, by an end that the server made or by one of ours. */
  detach(end: ConnectionEnd | undefined): void {
    const farewell = this.#farewell;
    this.#farewell = undefined;
    if (farewell && GOOD_CODES.includes(end?.code)) this.#conclude(farewell);
  }

  /**
   * The server has been silent for too long. After the answer to CloseStream that is the end, as a close would be; `false` if
   * there was none.
   */
  fellSilent(): boolean {
    const farewell = this.#farewell;
    if (farewell) this.#conclude(farewell);
    return farewell !== undefined;
  }

  /** The session is over: what was begun is all there is. */
  close(): void {
    this.#utterances.close();
  }

  /** `finalize()` has come to an end, and no audio has been accepted since it was called. */
  finalized(channel: number | undefined): void {
    this.#utterances.finalized(channel);
  }

  receive(text: string): void {
    this.#uplink.heard();
    const decoded = decodeServerMessage(text);
    const { problem } = decoded;
    if (problem !== undefined) this.#listener.notice('message-malformed', { problem });
    if (decoded.kind === 'malformed') return;
    try {
      this.#take(decoded);
    } catch (error) {
      // A server must not be able to end the process by a message that nobody thought of.
      this.#listener.notice('message-malformed', { problem: 'unexpected' }, error);
    }
  }

  #take(decoded: Exclude<Decoded, { kind: 'malformed' }>): void {
    this.#listener.message(decoded.message);
    switch (decoded.kind) {
      case 'results':
        this.#results(decoded.message);
        break;
      case 'utterance-end':
        this.#utteranceEnd(decoded.message);
        break;
      case 'metadata':
        this.#metadata(decoded.message);
        break;
      case 'error':
        this.#complain(decoded.message);
        break;
      case 'other':
        break;
      default:
        decoded satisfies never;
    }
  }

  get #view(): ConnectionView | undefined {
    const clock = this.#uplink.connectionClock;
    if (!clock) return undefined;
    const { rate } = this.#timeline;
    return {
      clock,
      rate,
      connection: this.#connection,
      wallTimeOf: (position) => this.#captureClock.wallTimeOf(position, rate),
    };
  }

  #results(message: ResultsMessage): void {
    const view = this.#view;
    if (view) {
      const { channel, transcript, settledTo, end } = this.#stitcher.receive(message, view);
      if (end > this.#transcribedTo) {
        this.#transcribedTo = end;
        this.#uplink.advanced();
      }
      if (transcript) this.#show(transcript);
      if (message.is_final) this.#confirm(settledTo);
      if (message.speech_final) this.#utterances.speechFinal(channel);
      this.#utterances.limitLength(channel);
    }
    if (message.from_finalize) {
      const [channel = 0, channelCount = 1] = message.channel_index;
      const position = this.#finalizer.finalized(channel, channelCount);
      if (position !== undefined && this.#hasPausedAt(position)) this.#utterances.finalized(channel);
    }
    this.#concludeIfSettled();
  }

  /** No audio has come since, or none came for a while: the answer may be late, by an outage. */
  #hasPausedAt(position: number): boolean {
    const { end, rate } = this.#timeline;
    return position === end || this.#captureClock.pauseMsAt(position, rate) >= PAUSE_MS;
  }

  #show(transcript: Transcript): void {
    this.#utterances.transcript(transcript);
    this.#listener.transcript(transcript);
    if (
      this.#connection > 1 &&
      !this.#hasSpeakers &&
      transcript.words.some((word) => word.speaker !== undefined)
    ) {
      this.#hasSpeakers = true;
      this.#listener.notice('speakers-restarted', { connection: this.#connection });
    }
  }

  #confirm(position: number): void {
    if (!this.#timeline.confirm(position) || this.#hasConfirmed) return;
    this.#hasConfirmed = true;
    this.#listener.audioConfirmed();
  }

  #utteranceEnd(message: UtteranceEndMessage): void {
    const view = this.#view;
    if (!view) return;
    const lastWordEnd = view.clock.positionOf(message.last_word_end, 'end') / view.rate;
    this.#utterances.utteranceEnd(message.channel[0] ?? 0, lastWordEnd);
  }

  /**
   * Metadata also comes before a close that nobody asked for, so it counts only after CloseStream. Where audio still waits for a
   * final it proves nothing yet: the last finals may come after it. The close does, or a long silence.
   */
  #metadata(message: MetadataMessage): void {
    if (!this.#uplink.hasSentCloseStream) return;
    this.#farewell = message;
    this.#concludeIfSettled();
  }

  /** The answer to CloseStream has come, and a final for all audio. */
  #concludeIfSettled(): void {
    if (this.#farewell && !this.#timeline.hasPending) this.#conclude(this.#farewell);
  }

  /** The server has given every result it ever will: a tail that it has processed, and in which it heard nothing, is settled. */
  #conclude({ duration }: MetadataMessage): void {
    this.#farewell = undefined;
    const view = this.#view;
    const sentSeconds = view ? view.clock.sent / view.rate : 0;
    const missingSeconds = sentSeconds - duration;
    if (view && missingSeconds <= ROUNDING_SECONDS && !this.#stitcher.isShowingInterim) {
      this.#confirm(view.clock.position);
    }
    if (view && this.#isExact && Math.abs(missingSeconds) > ROUNDING_SECONDS) {
      this.#listener.notice('audio-unprocessed', { processedSeconds: duration, sentSeconds });
    }
    this.#listener.drained(!this.#isExact || !this.#timeline.hasPending);
  }

  #complain({ description, variant }: ErrorMessage): void {
    this.#listener.notice('server-complaint', {
      description: description && oneLine(description),
      variant: variant && oneLine(variant),
    });
  }
}
