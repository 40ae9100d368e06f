/**
 * The connection machine, for inspectors, models and tests of your own.
 * @module rx-deepgram/machine
 */
export { type ConnectionActor, connectionMachine } from './connection-machine.ts';
export type { ConnectionContext, ConnectionOutcome, ConnectionSettings } from './context.ts';
export type { ConnectionEmitted, ConnectionEvent, ConnectionLoss } from './events.ts';
export type { RecoveryDecision, RecoverySettings } from './recovery-policy.ts';
export { leafState } from './status.ts';
