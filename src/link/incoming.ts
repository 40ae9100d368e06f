/** Handles the events that come back on a link: passes segments to the transcript, confirms audio, and completes a drain. */
import { oneLine } from '../outside-text.ts';
import type { LinkKeeper, Segment, ServerError, ServerEvent } from '../protocol/protocol.ts';
import type { RebasedLink } from '../transcript/rebased-messages.ts';
import type { LinkSession } from './link-session.ts';
import { noteAdvance, type StallWatch } from './stall-watch.ts';

/** The server rounds its count of seconds; a smaller difference is no loss. */
const ROUNDING_SECONDS = 0.05;

/** A result may end this much after the sent audio, by rounding and padding. */
const OVERRUN_SECONDS = 1;
const ESTIMATE_SECONDS = 600;

/** Without audio for this long the speaker has paused: the minimum of `utterance_end_ms`. */
const PAUSE_MS = 1_000;

/** The fields of a link that incoming events change. */
export interface ReceivingLink extends RebasedLink, StallWatch {
  readonly session: LinkSession;
  readonly keeper: LinkKeeper | undefined;
  readonly isExact: boolean;
  readonly sentSeconds: number;
  readonly hasEndedStream: boolean;
  /** Session position of the end of the last result. */
  transcribedTo: number;
  /** A final result of this link has confirmed new audio. */
  hasConfirmed: boolean;
  /** A result of this link has named a speaker. */
  hasSpeakers: boolean;
  /**
   * Seconds that the server has processed, from its Metadata at the end of the stream, if audio still waited for a final then.
   */
  processedSeconds: number | undefined;
  /** The server's reason for closing the connection. */
  serverError: ServerError | undefined;
}

/** Takes one message of the server. */
export function receiveEvent(link: ReceivingLink, event: ServerEvent): void {
  const { session } = link;
  const { transcript } = session;
  const { problem } = event;
  if (problem !== undefined) session.report('message-malformed', { problem });
  if (event.kind === 'malformed') return;
  session.message(event.raw);
  link.keeper?.message(event);
  if (link.isStalled) return;
  if (event.kind !== 'segment') session.heard?.(event, link);
  switch (event.kind) {
    case 'segment':
      takeSegment(link, event);
      break;
    case 'utterance-end':
      if (link.hasClock) {
        transcript.utteranceEnd(event.channel, link.positionOf(event.lastWordEnd, 'end') / link.rate);
      }
      break;
    case 'processed':
      // Metadata also comes before an unrequested close.
      if (link.hasEndedStream) link.processedSeconds = event.seconds;
      concludeIfSettled(link);
      break;
    case 'complaint':
      session.report('server-complaint', {
        description: event.description && oneLine(event.description),
        variant: event.variant && oneLine(event.variant),
      });
      break;
    case 'fatal':
      link.serverError = event.error;
      break;
    case 'no-turn':
      link.session.requests.answered(0, 1);
      break;
    case 'other':
      break;
    default:
      event satisfies never;
  }
}

export function takeSegment(link: ReceivingLink, heard: Segment): void {
  const { transcript, requests } = link.session;
  const segment = isPossible(link, heard.end) ? heard : asFarAsPossible(link, heard);
  if (segment !== heard)
    link.session.report('message-malformed', { problem: 'a result ends beyond the audio sent' });
  if (link.hasClock) {
    const end = Math.min(link.positionOf(segment.end, 'end'), link.position);
    if (end > link.transcribedTo) {
      link.transcribedTo = end;
      noteAdvance(link);
    }
    const settledTo = transcript.segment(segment, link);
    link.session.heard?.(segment, link);
    if (segment.isFinal) confirm(link, settledTo);
    if (segment.confirmedTo !== undefined) {
      confirm(link, Math.min(link.positionOf(segment.confirmedTo, 'end'), link.position));
    }
    if (link.number > 1 && !link.hasSpeakers) lookForSpeakers(link, segment);
  } else link.session.heard?.(segment, link);
  if (segment.answersFinalize) {
    const position = requests.answered(segment.channel, segment.channelCount);
    if (position !== undefined && hasPausedAt(link, position)) transcript.finalized(segment.channel);
  }
  concludeIfSettled(link);
}

/** A result cannot end after the sent audio. Where positions are estimates, the server may have counted more than we did. */
function isPossible(link: ReceivingLink, seconds: number): boolean {
  return seconds <= link.sentSeconds + (link.isExact ? OVERRUN_SECONDS : ESTIMATE_SECONDS);
}

/** Keep the words but not the time: it would cover later words. */
function asFarAsPossible(link: ReceivingLink, segment: Segment): Segment {
  const last = segment.words.findLast(({ end }) => isPossible(link, end));
  const bounded = { ...segment, end: last?.end ?? segment.start };
  delete bounded.confirmedTo;
  return bounded;
}

function confirm(link: ReceivingLink, position: number): void {
  if (!link.session.timeline.confirm(position) || link.hasConfirmed) return;
  link.hasConfirmed = true;
  link.session.tell({ type: 'audio.confirmed' }, link);
}

function lookForSpeakers(link: ReceivingLink, { words }: Segment): void {
  link.hasSpeakers = words.some(({ speaker }) => speaker !== undefined);
  if (link.hasSpeakers) link.session.report('speakers-restarted', { connection: link.number });
}

/** No audio has come since, or none for a while: an outage may have delayed the answer. */
function hasPausedAt(link: ReceivingLink, position: number): boolean {
  const { timeline } = link.session;
  return position === timeline.end || timeline.pauseMsAt(position) >= PAUSE_MS;
}

/** Where audio still waits for a final, the last ones may come after the server's count of what it processed. */
function concludeIfSettled(link: ReceivingLink): void {
  if (!link.session.timeline.hasPending) conclude(link);
}

/**
 * No more results will come: confirms a tail that the server has processed and in which it found no words. `false` if it has not
 * reported that.
 */
export function conclude(link: ReceivingLink): boolean {
  const processedSeconds = link.processedSeconds;
  if (processedSeconds === undefined) return false;
  link.processedSeconds = undefined;
  const { session } = link;
  const { timeline, transcript } = session;
  const { sentSeconds } = link;
  const missingSeconds = sentSeconds - processedSeconds;
  if (link.hasClock && missingSeconds <= ROUNDING_SECONDS && !transcript.isShowingInterim) {
    confirm(link, link.position);
  }
  if (link.hasClock && link.isExact && Math.abs(missingSeconds) > ROUNDING_SECONDS) {
    session.report('audio-unprocessed', { processedSeconds, sentSeconds });
  }
  session.tell({ type: 'drain.completed', isWhole: !link.isExact || !timeline.hasPending }, link);
  return true;
}
