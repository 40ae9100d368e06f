/** The error of a session whose last connection ended for good. */
import { TranscriptionError } from '../errors.ts';
import type { ConnectionEnd } from '../protocol/connection-end.ts';
import { reasonOf, remedyFor } from '../protocol/end-remedies.ts';

/** `credentialsError`: the error of the app's auth function. */
export function finalError(end: ConnectionEnd, credentialsError: unknown): TranscriptionError {
  const { kind, status, code, serverMessage = end.cause } = end;
  const remedy =
    remedyFor(kind) ?? 'Check the network and how many connections are open, or raise giveUpAfterMs.';
  const how = [kind, status && `HTTP ${status}`, code, serverMessage].filter(Boolean).join(', ');
  const cause = kind === 'credentials-failed' ? credentialsError : undefined;
  return new TranscriptionError(reasonOf(kind), `The connection ended for good (${how}).`, {
    ...end,
    remedy,
    cause,
  });
}
