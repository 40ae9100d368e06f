/** The public phases of the machine. They stay the same when states are split or joined. */
import type { ConnectionContext } from './context.ts';

/** The leaf states of the connection machine. */
export type ConnectionState =
  | 'dormant'
  | 'connecting'
  | 'queued'
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
 * `waiting` for audio, `connecting` for the first time, `queued` when the limit of connections is reached, `open`, `recovering`
 * after a loss, `closing`, `closed` by the user, or `failed`.
 */
export type ConnectionPhase =
  | 'waiting'
  | 'connecting'
  | 'queued'
  | 'open'
  | 'recovering'
  | 'closing'
  | 'closed'
  | 'failed';

/** The leaf state of a machine's value: `{ attached: 'streaming' }` is `streaming`. */
export function leafState(value: string | Record<string, unknown>): ConnectionState {
  return (typeof value === 'string' ? value : Object.values(value)[0]) as ConnectionState;
}

const PHASES: Record<ConnectionState, ConnectionPhase> = {
  dormant: 'waiting',
  connecting: 'connecting',
  queued: 'queued',
  streaming: 'open',
  'idle-keepalive': 'open',
  draining: 'open',
  'closed-1011': 'recovering',
  backoff: 'recovering',
  suspended: 'recovering',
  reconnecting: 'recovering',
  closed: 'closed',
  failed: 'failed',
};

/** The phase that a state belongs to. */
export function phaseOf(state: ConnectionState, { closing, budget }: ConnectionContext): ConnectionPhase {
  const phase = PHASES[state];
  if (phase === 'closed' || phase === 'failed') return phase;
  if (closing) return 'closing';
  return state === 'reconnecting' && budget.failures === 0 ? 'connecting' : phase;
}
