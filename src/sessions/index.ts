/**
 * For processes with many sessions: a shared limit of connections, and counts over all sessions.
 * @module rx-deepgram/sessions
 */
export { connectionLimit, type SharedConnectionLimit } from './connection-limit.ts';
export type { ConnectionRecord } from './connection-watch.ts';
export { BOUNDARIES, type Distribution } from './distribution.ts';
export {
  type LiveState,
  type SessionsSnapshot,
  type SessionsWatch,
  type WatchOptions,
  watchSessions,
} from './watch-sessions.ts';
