/**
 * Facts that the client reports for diagnosis. A leaf module: the parts that report facts import only this, and do not depend on
 * notices.
 */

/** Each fact with its evidence. Times are seconds on the session's clock unless the name has another unit. */
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

/** Numbers, short texts and flags. */
export type Evidence = Readonly<Record<string, number | string | boolean | undefined>>;

/** Reports a fact, if there is one with its cause. */
export type ReportFact = <Code extends FactCode>(code: Code, evidence: Facts[Code], cause?: unknown) => void;

/** Receives reports. A method costs a session less memory than a function of its own. */
export interface Reporter {
  report: ReportFact;
}
