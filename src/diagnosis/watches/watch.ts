/** A watch checks one aspect of a session and raises notices. */
import type { ServerMessage } from '../../protocol/listen-v1/server-messages.ts';
import type { Status } from '../../client/status.ts';
import type { Fact, ObservedSession } from '../observed-session.ts';
import type { NoticeBoard } from '../notice-board.ts';

/** Inputs of all watches; times are milliseconds on the session's clock. */
export interface Watch {
  /** Audio was accepted. The bytes are the app's: read them before returning. */
  audio?(bytes: Uint8Array, now: number): void;
  message?(message: ServerMessage, now: number): void;
  status?(status: Status, now: number): void;
  fact?(fact: Fact, now: number): void;
  /** Runs about once a second, while there is anything to watch. */
  tick?(now: number): void;
}

export type StartWatch = (board: NoticeBoard, session: ObservedSession) => Watch;
