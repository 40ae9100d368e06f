/** Names the ends of a `/v2/listen` connection. An Error message has the reason; the close after it has none. */
import type { SocketEnd } from '../../transports/transport.ts';
import type { ConnectionEnd, EndKind } from '../connection-end.ts';
import { listenV1 } from '../listen-v1/listen-v1.ts';
import type { ServerError } from '../protocol.ts';

const CODES: Partial<Record<string, EndKind>> = {
  /** Neither a frame nor a ping for 60 s. */
  INACTIVE_CLIENT: 'client-silent',
  /** A text that the server does not know, or audio that it cannot decode. */
  UNPARSABLE_CLIENT_MESSAGE: 'protocol-refused',
  INTERNAL_SERVER_ERROR: 'server-error',
};

export function classifyFluxEnd(end: SocketEnd, error?: ServerError): ConnectionEnd {
  const named = listenV1.classifyEnd(end);
  if (!error) return named;
  const serverMessage = [error.code, error.description].filter(Boolean).join(': ');
  return {
    ...named,
    kind: CODES[error.code ?? ''] ?? 'server-error',
    ...(serverMessage && { serverMessage }),
  };
}
