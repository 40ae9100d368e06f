/** The states in words, for the viewer and the demo. */
import type { ConnectionState } from '../../index.ts';

/** One sentence for each state. */
export const MEANINGS: Record<ConnectionState, string> = {
  dormant: 'Not connected, no audio.',
  connecting: 'Opens the first connection.',
  queued: 'The limit of connections is reached: waits in line; audio is kept.',
  streaming: 'Audio flows.',
  'idle-keepalive': 'No audio: KeepAlives hold the connection.',
  'closed-1011': 'Closed by the server with 1011; the next step is decided now.',
  backoff: 'Waits before the next attempt; audio is kept.',
  suspended: 'A long outage: probes every 30 s; audio is kept.',
  reconnecting: 'Opens another connection; audio is kept.',
  draining: 'Sends the remaining audio and takes the last results.',
  closed: 'Ended by the user.',
  failed: 'Ended for a reason that no retry fixes.',
};
