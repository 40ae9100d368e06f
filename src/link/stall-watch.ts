/**
 * Finds half-open connections by a sign that every platform shows: audio is sent and nothing comes back. Deepgram answers about
 * once for each second of audio, silence included. A server that sends messages but never advances its transcript counts as
 * stalled, too, after a longer time.
 *
 * Both time and audio must have passed: sparse audio may give no results on a good link, and pauses do not hide a bad one. Time
 * in which our own event loop stood still does not count, and waiting input is read before a link is given up.
 */
import type { AdaptiveTimeout } from '../adaptive-timeout.ts';
import { type Clock, TIMER_ROUNDING_MS } from '../clock.ts';
import type { RunningTime } from '../running-time.ts';

/** The part of the timeout that must have been filled with audio. */
const AUDIO_SHARE = 0.5;

/** A server that sends messages without advancing gets this multiple of the timeout. */
const ADVANCE_FACTOR = 2;

/** The part of the timeout that remains when the platform reports that it is offline. */
const SHORT_FACTOR = 0.5;

/** Time between two checks whether sparse audio has become enough. */
const TRICKLE_POLL_MS = 1_000;

/** The fields of a link that its stall watch needs. Moments are in running time. */
export interface StallWatch {
  readonly clock: Clock;
  readonly running: RunningTime;
  /** Without an answer for this long a link is stalled. Shared by all links: a slow server is slow on the next one too. */
  readonly answerTimeout: AdaptiveTimeout;
  /** The timeout until the next message. */
  timeoutMs: number;
  /** Audio has been answered on this link. */
  hasAnswered: boolean;
  /** Audio that was sent on this link, or would have been if the socket were not full. */
  sentMs: number;
  /** `sentMs` when the timer was set. */
  seenMs: number;
  /** Since when audio waits for any message, and `sentMs` then; `undefined`: no message is expected. */
  answerSince: number | undefined;
  answerSentMs: number;
  /** Since when audio waits for a result beyond the last one, and `sentMs` then. */
  advanceSince: number | undefined;
  advanceSentMs: number;
  stallTimer: unknown;
  isStalled: boolean;
  stalled(): void;
  /** The run of chunks on this link: its audio is noted when it is settled. */
  readonly run: { settle(): void; end(): void } | undefined;
}

/** Audio was sent, or would have been if the socket were not full, the first of it at `since`. Called often: a timer does the rest. */
export function noteAudio(watch: StallWatch, audioMs: number, since: number): void {
  if (watch.answerSince === undefined) {
    watch.answerSince = since;
    watch.answerSentMs = watch.sentMs;
  }
  if (watch.advanceSince === undefined) {
    watch.advanceSince = since;
    watch.advanceSentMs = watch.sentMs;
  }
  watch.sentMs += audioMs;
  if (watch.stallTimer === undefined) arm(watch, watch.timeoutMs);
}

/** A message came. The first answer to audio shows the server's delay, without pauses of the source. */
export function noteMessage(watch: StallWatch, now: number): void {
  const { answerSince, answerSentMs, answerTimeout } = watch;
  if (answerSince !== undefined && !watch.hasAnswered && isAudioWaiting(watch)) {
    watch.hasAnswered = true;
    answerTimeout.answered(Math.min(watch.running.at(now) - answerSince, watch.sentMs - answerSentMs));
  }
  watch.answerSince = undefined;
  const isShorter = answerTimeout.ms < watch.timeoutMs;
  watch.timeoutMs = answerTimeout.ms;
  // The timer was set for the longer timeout, and would fire too late.
  if (isShorter && watch.stallTimer !== undefined) {
    stopWatching(watch);
    arm(watch, watch.timeoutMs);
  }
}

/** A result advanced the transcript. */
export function noteAdvance(watch: StallWatch): void {
  watch.advanceSince = undefined;
}

/**
 * Expect a message within `timeoutMs`, even without audio, and even if it does not advance the transcript. An answer that audio
 * already waits for stays due at its time, but not earlier than after `leastMs`.
 */
export function expectReply(watch: StallWatch, now: number, timeoutMs: number, leastMs = timeoutMs): void {
  const { answerSince, answerSentMs } = watch;
  const isDue = answerSince !== undefined && hasEnoughAudio(watch, answerSentMs, watch.timeoutMs);
  const runAt = watch.running.at(now);
  const leftMs = isDue ? answerSince + watch.timeoutMs - runAt : Infinity;
  watch.answerSince = runAt;
  watch.answerSentMs = -Infinity;
  watch.advanceSince = undefined;
  watch.timeoutMs = Math.max(leastMs, Math.min(timeoutMs, leftMs));
  check(watch);
}

/**
 * The platform reports that it is offline. That may be wrong, so the link is not given up; the timeout for the next message gets
 * shorter.
 */
export function shortenTimeout(watch: StallWatch): void {
  watch.timeoutMs = Math.min(watch.timeoutMs, watch.answerTimeout.ms * SHORT_FACTOR);
  check(watch);
}

/** The source pauses. If all audio was answered, the timer stops; the next frame sets it again. */
export function rest(watch: StallWatch): void {
  if (watch.answerSince === undefined && watch.advanceSince === undefined) stopWatching(watch);
}

/** Gives the link up as broken. */
export function markStalled(watch: StallWatch): void {
  watch.isStalled = true;
  watch.stalled();
}

export function stopWatching(watch: StallWatch): void {
  watch.clock.clearTimeout(watch.stallTimer);
  watch.stallTimer = undefined;
}

function arm(watch: StallWatch, delayMs: number): void {
  const { clock, running } = watch;
  const dueAt = clock.now() + delayMs;
  watch.seenMs = watch.sentMs;
  watch.stallTimer = clock.setTimeout(() => {
    running.fired(dueAt, clock.now());
    check(watch);
  }, delayMs);
}

function check(watch: StallWatch, hasRead = false): void {
  watch.run?.settle();
  stopWatching(watch);
  const { answerSince, answerSentMs, advanceSince, advanceSentMs, timeoutMs } = watch;
  const leftMs = Math.min(
    leftOf(watch, answerSince, answerSentMs, timeoutMs),
    leftOf(watch, advanceSince, advanceSentMs, timeoutMs * ADVANCE_FACTOR),
  );
  // A message may have come and not been read yet.
  if (leftMs < TIMER_ROUNDING_MS && !hasRead) {
    watch.stallTimer = watch.clock.setTimeout(() => check(watch, true), 0);
    return;
  }
  // Nothing ever came, which may also be a slow server.
  if (leftMs < TIMER_ROUNDING_MS && !watch.hasAnswered && isAudioWaiting(watch))
    watch.answerTimeout.timedOut();
  if (leftMs < TIMER_ROUNDING_MS) markStalled(watch);
  // From now on every expected message has the whole timeout.
  else if (leftMs < Infinity || hasFlowed(watch)) arm(watch, Math.min(leftMs, timeoutMs));
  // Without a timer the next chunk must not go by the run: on its usual way it sets a timer.
  if (watch.stallTimer === undefined) watch.run?.end();
}

/** For any answer to audio; not for one that is expected without audio. */
function isAudioWaiting({ answerSince, answerSentMs }: StallWatch): boolean {
  return answerSince !== undefined && answerSentMs >= 0;
}

/** Audio was sent since the last check; if not, the next frame sets the timer. */
function hasFlowed({ sentMs, seenMs }: StallWatch): boolean {
  return sentMs > seenMs;
}

/** The time until the timeout, or until enough audio may have been sent. */
function leftOf(
  watch: StallWatch,
  since: number | undefined,
  sentBeforeMs: number,
  timeoutMs: number,
): number {
  if (since === undefined) return Infinity;
  const leftMs = since + timeoutMs - watch.running.at(watch.clock.now());
  if (hasEnoughAudio(watch, sentBeforeMs, timeoutMs)) return leftMs;
  return hasFlowed(watch) ? Math.max(leftMs, TRICKLE_POLL_MS) : Infinity;
}

function hasEnoughAudio({ sentMs }: StallWatch, sentBeforeMs: number, timeoutMs: number): boolean {
  return sentMs - sentBeforeMs >= timeoutMs * AUDIO_SHARE;
}
