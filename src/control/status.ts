/** What the world outside sees of the machine: fewer words, which stay when states are split or joined. */
import type { ConnectionContext } from './context.ts';

/** The leaf states of the connection machine. */
export type ConnectionState =
  | 'dormant'
  | 'connecting'
  | 'streaming'
  | 'idle-keepalive'
  | 'closed-1011'
  | 'backoff'
  | 'suspended'
  | 'reconnecting'
  | 'draining'
  | 'closed'
  | 'failed';

/**
 * `waiting` for audio, `connecting` for the first time, `open`, `recovering` what was lost, `closing`, `closed` by the user,
 * or `failed` for good.
 */
export type ConnectionPhase =
  | 'waiting'
  | 'connecting'
  | 'open'
  | 'recovering'
  | 'closing'
  | 'closed'
  | 'failed';

/** The leaf state of a machine's value: `{ attached: 'streaming' }` is `streaming`. */
export function leafState(value: string | Record<string, unknown>): ConnectionState {
  return (typeof value === 'string' ? value : Object.values(value)[0]) as ConnectionState;
}

/** The phase that a state belongs to. */
export function phaseOf(
  state: ConnectionState,
  context: Pick<ConnectionContext, 'closing' | 'failures'>,
): ConnectionPhase {
  switch (state) {
    case 'closed':
      return 'closed';
    case 'failed':
      return 'failed';
    case 'dormant':
      return 'waiting';
    case 'draining':
      return context.closing ? 'closing' : 'open';
    case 'streaming':
    case 'idle-keepalive':
      return 'open';
    case 'connecting':
      return context.closing ? 'closing' : 'connecting';
    case 'reconnecting':
      if (context.closing) return 'closing';
      return context.failures === 0 ? 'connecting' : 'recovering';
    case 'closed-1011':
    case 'backoff':
    case 'suspended':
      return context.closing ? 'closing' : 'recovering';
    default:
      return state satisfies never;
  }
}
