/** Explains a failure: cause, whether to retry, and remedy. */
import { type EndKind, retryAfter } from '../../protocol/connection-end.ts';
import { findFailure } from './find.ts';
import { ENDS, OTHERS, type OtherKind } from './prose.ts';

/** All kinds of failures: ends of connections, our own errors, and errors of other programs. */
export type FailureKind = EndKind | OtherKind;

/** An explained failure. From the input it repeats only numbers and Deepgram's request id. */
export interface Explanation {
  kind: FailureKind;
  /** The cause, in a sentence or two. */
  cause: string;
  /** True if another attempt makes sense; `why` says when. */
  worthRetrying: boolean;
  /** Reason for retrying or not, and when. */
  why: string;
  /** The first step to take. */
  remedy: string;
  /** Path in this project's documentation, relative to its root. */
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
 * Bundlers leave it out of apps that do not call it.
 *
 * @remarks
 * Never throws, and sends nothing. An unknown failure has the kind `unrecognised`.
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
