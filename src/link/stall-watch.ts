/**
 * Finds half-open connections by what every platform can see: audio goes out and nothing comes back. Deepgram answers about
 * once for each second of audio, silence included. A server that talks on without ever advancing its transcript is taken for
 * stalled as well, later.
 *
 * Both time and audio must have passed: a trickle too thin for results is no broken link, and pauses do not hide one. Time in which
 * our own event loop stood still does not count, and no link is given up before what had come was read.
 */
import type { AdaptiveTimeout } from '../adaptive-timeout.ts';
import { type Clock, TIMER_ROUNDING_MS } from '../clock.ts';
import type { RunningTime } from '../running-time.ts';

/** The part of the timeout that must have been filled with audio. */
const AUDIO_SHARE = 0.5;

/** How much longer a server may talk without advancing than it may be silent. */
const ADVANCE_FACTOR = 2;

/** The part of the timeout that is left when the platform says that it is offline. */
const SHORT_FACTOR = 0.5;

/** How often to look whether a trickle has become enough audio to judge by. */
const TRICKLE_POLL_MS = 1_000;

/** The fields of a link that its stall watch needs. Moments are in running time. */
export interface StallWatch {
  readonly clock: Clock;
  readonly running: RunningTime;
  /** Without an answer for so long a link is stalled; of all links, since a slow server is slow on the next one too. */
  readonly answerTimeout: AdaptiveTimeout;
  /** The timeout until the next message. */
  timeoutMs: number;
  /** Audio has been answered on this link. */
  hasAnswered: boolean;
  /** Audio that went out on this link, or would have if the socket had taken it. */
  sentMs: number;
  /** What of it was there when the timer was set. */
  seenMs: number;
  /** Since when audio waits for any message, and `sentMs` then; `undefined`: none is expected. */
  answerSince: number | undefined;
  answerSentMs: number;
  /** Since when audio waits for a result beyond the last one, and `sentMs` then. */
  advanceSince: number | undefined;
  advanceSentMs: number;
  stallTimer: unknown;
  isStalled: boolean;
  stalled(): void;
}

/** Audio went out, or would have if the socket had taken it. On the path of every frame: the rest is left to a timer. */
export function noteAudio(watch: StallWatch, audioMs: number, now: number): void {
  if (watch.answerSince === undefined) {
    watch.answerSince = watch.running.at(now);
    watch.answerSentMs = watch.sentMs;
  }
  if (watch.advanceSince === undefined) {
    watch.advanceSince = watch.running.at(now);
    watch.advanceSentMs = watch.sentMs;
  }
  watch.sentMs += audioMs;
  if (watch.stallTimer === undefined) arm(watch, watch.timeoutMs);
}

/** A message came. The first answer to audio shows how slow the server is; a pause of the source does not count. */
export function noteMessage(watch: StallWatch, now: number): void {
  const { answerSince, answerSentMs, answerTimeout } = watch;
  if (answerSince !== undefined && !watch.hasAnswered && isAudioWaiting(watch)) {
    watch.hasAnswered = true;
    answerTimeout.answered(Math.min(watch.running.at(now) - answerSince, watch.sentMs - answerSentMs));
  }
  watch.answerSince = undefined;
  const isShorter = answerTimeout.ms < watch.timeoutMs;
  watch.timeoutMs = answerTimeout.ms;
  // The timer was set for the longer one, and would come too late.
  if (isShorter && watch.stallTimer !== undefined) {
    stopWatching(watch);
    arm(watch, watch.timeoutMs);
  }
}

/** A result went beyond the one before it. */
export function noteAdvance(watch: StallWatch): void {
  watch.advanceSince = undefined;
}

/**
 * Expect a message within `timeoutMs`, even without audio; whether it advances the transcript no longer matters. An answer that
 * audio waits for already is due when it was due before, but not within less than `leastMs`.
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

/** The platform says that it is offline. That may be wrong, so the link is not given up; it is given less time until the next message. */
export function shortenTimeout(watch: StallWatch): void {
  watch.timeoutMs = Math.min(watch.timeoutMs, watch.answerTimeout.ms * SHORT_FACTOR);
  check(watch);
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
  stopWatching(watch);
  const { answerSince, answerSentMs, advanceSince, advanceSentMs, timeoutMs } = watch;
  const leftMs = Math.min(
    leftOf(watch, answerSince, answerSentMs, timeoutMs),
    leftOf(watch, advanceSince, advanceSentMs, timeoutMs * ADVANCE_FACTOR),
  );
  // A message may have come, and not been read yet.
  if (leftMs < TIMER_ROUNDING_MS && !hasRead) {
    watch.stallTimer = watch.clock.setTimeout(() => check(watch, true), 0);
    return;
  }
  // Nothing ever came: a slow server looks like that as well.
  if (leftMs < TIMER_ROUNDING_MS && !watch.hasAnswered && isAudioWaiting(watch))
    watch.answerTimeout.timedOut();
  if (leftMs < TIMER_ROUNDING_MS) markStalled(watch);
  // Whatever is expected from now on has the whole timeout.
  else if (leftMs < Infinity || hasFlowed(watch)) arm(watch, Math.min(leftMs, timeoutMs));
}

/** For any answer; not for one that is expected without audio. */
function isAudioWaiting({ answerSince, answerSentMs }: StallWatch): boolean {
  return answerSince !== undefined && answerSentMs >= 0;
}

/** Audio has gone out since the last look; if not, the next frame sets the timer. */
function hasFlowed({ sentMs, seenMs }: StallWatch): boolean {
  return sentMs > seenMs;
}

/** Until the timeout, or a better time to look: there must be audio to judge by as well. */
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
