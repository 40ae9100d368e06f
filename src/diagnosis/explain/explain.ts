/** From a failure, whoever reports it, to what it means: why it happened, whether to try again, and what to do. */
import { type EndKind, retryAfter } from '../../protocol/close-reasons.ts';
import { findFailure } from './find.ts';
import { ENDS, OTHERS, type OtherKind } from './prose.ts';

/** Everything that can be explained: the ends of connections, our own errors, and what other programs report. */
export type FailureKind = EndKind | OtherKind;

/** A failure in words. Nothing is repeated of what was given but numbers and Deepgram's request id. */
export interface Explanation {
  kind: FailureKind;
  /** What happened, in a sentence or two. */
  cause: string;
  /** Whether another attempt makes sense at all; `why` says when. */
  worthRetrying: boolean;
  /** Why, or why not, and when. */
  why: string;
  /** The first thing to do. */
  remedy: string;
  /** Where this project's documentation says more, relative to its root. */
  docs: string;
  /** WebSocket close code, where one was found. */
  code: number | undefined;
  /** HTTP status of the handshake, where one was found. */
  status: number | undefined;
  /** Deepgram's id of the request, where one was found: quote it to their support. */
  requestId: string | undefined;
}

/**
 * Explains a failure, ours or another program's: a {@link TranscriptionError}, `ConnectionEnd`, `SessionReport` or notice; a
 * close code or HTTP status; a `CloseEvent` or `ErrorEvent`; an error of `ws`, `fetch` or Deepgram's SDKs; or a line of a log.
 * Costs nothing to those who do not call it: bundlers leave it out.
 *
 * @remarks
 * Never throws, and sends nothing anywhere. What it does not know it calls `unrecognised`.
 *
 * @example
 * ```ts
 * const { cause, worthRetrying, remedy } = explain('1011 Deepgram did not receive audio data or a text message within the timeout window');
 * ```
 */
export function explain(failure: unknown): Explanation {
  const { kind, code, status, requestId } = findFailure(failure) ?? { kind: 'unrecognised' };
  const { cause, why, remedy, worthRetrying } = proseOf(kind);
  const docs = `docs/recovery.md#${kind}`;
  return { kind, cause, worthRetrying, why, remedy, docs, code, status, requestId };
}

function proseOf(kind: FailureKind) {
  if (kind in OTHERS) return OTHERS[kind as OtherKind];
  return { ...ENDS[kind as EndKind], worthRetrying: retryAfter(kind as EndKind) !== 'never' };
}
