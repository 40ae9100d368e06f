/** The events of an emulator. They contain no audio and no secret. */
import type { EmulatedEnd } from './emulated-connection.ts';

/** An event; `attempt` is the number of the connection's handshake. */
export type EmulatorEvent = { atMs: number; attempt: number } & (
  | { type: 'connection.opened'; requestId: string; query: string }
  | { type: 'connection.refused'; status: number; dgError: string }
  /** The handshake was left without an answer, or its connection was reset. */
  | { type: 'connection.hung' | 'connection.dropped' }
  | ({ type: 'connection.ended' } & Omit<EmulatedEnd, 'atMs'>)
  | { type: 'text.received' | 'message.sent'; text: string }
  /** Audio came after none, or after a pause. */
  | { type: 'audio.began' }
  | { type: 'stream.ended' }
  | { type: 'fault.struck'; fault: string }
  /** Reading stopped or continued: too much audio waits, or the client does not read. */
  | { type: 'reading.stopped' | 'reading.resumed' }
  | { type: 'remark'; text: string }
);

/** An event without the number of its connection. */
export type ConnectionEvent = EmulatorEvent extends infer Event
  ? Event extends EmulatorEvent
    ? Omit<Event, 'atMs' | 'attempt'>
    : never
  : never;
