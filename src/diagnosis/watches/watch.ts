/** What a watch is: it looks at one side of a session, and puts up what it finds. */
import type { ServerMessage } from '../../protocol/server-messages.ts';
import type { Fact, ObservedSession, ObservedStatus } from '../facts.ts';
import type { NoticeBoard } from '../notice-board.ts';

/** Everything that can be looked at; times are milliseconds on the session's clock. */
export interface Watch {
  /** Audio was accepted: the app's own memory, to be read at once. */
  audio?(bytes: Uint8Array, now: number): void;
  message?(message: ServerMessage, now: number): void;
  status?(status: ObservedStatus, now: number): void;
  fact?(fact: Fact, now: number): void;
  /** About once a second, while there is anything to watch. */
  tick?(now: number): void;
}

export type StartWatch = (board: NoticeBoard, session: ObservedSession) => Watch;
