/**
 * Facts that the client reports while it works, for diagnosis to explain. A leaf: whoever finds something out imports nothing
 * but this, and knows nothing of notices.
 */

/** Each fact with its evidence. Times are seconds on the session's clock unless the name says otherwise. */
export interface Facts {
  'audio-dropped': { startSeconds: number; endSeconds: number; reason: string };
  'audio-inexact': { connection?: number };
  'audio-refused': { bytes: number };
  'audio-unprocessed': { processedSeconds: number; sentSeconds: number };
  'audio-unreadable': { bytes: number };
  'catching-up': { backlogSeconds: number; doneInSeconds: number };
  'connection-lost': Evidence;
  'connection-suspended': Evidence;
  'credentials-failed': Evidence;
  'empty-audio': Evidence;
  'format-doubtful': { declared: string; found: string };
  'message-malformed': { problem: string; bytes?: number };
  'messages-missing': { count: number };
  'server-complaint': { description: string | undefined; variant: string | undefined };
  'speakers-restarted': { connection: number };
  'store-away': Evidence;
  'store-back': { awaySeconds: number };
  'store-forgot': { what: string; startSeconds: number; endSeconds: number };
  'store-request-refused': Evidence;
  'timer-late': { lateMs: number };
}

/** The name of a fact. */
export type FactCode = keyof Facts;

/** Numbers, short texts, and what is so. */
export type Evidence = Readonly<Record<string, number | string | boolean | undefined>>;

/** Reports a fact, with the error beneath it and a remedy of its own where there is one. */
export type ReportFact = <Code extends FactCode>(
  code: Code,
  evidence: Facts[Code],
  cause?: unknown,
  remedy?: string,
) => void;
