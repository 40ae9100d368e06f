/** The result of one check. */

/** `skipped` has a reason, and is neutral. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'skipped';

/** The checklist in order: name for machines, heading and name for people. */
export const CHECKLIST = {
  node: ['This machine', 'Node'],
  package: ['This machine', 'rx-deepgram'],
  sdk: ['This machine', '@deepgram/sdk'],
  dns: ['Network', 'DNS'],
  tcp: ['Network', 'TCP'],
  tls: ['Network', 'TLS'],
  handshake: ['Network', 'WebSocket'],
  credentials: ['Deepgram', 'Credentials'],
  parameters: ['Deepgram', 'Parameters'],
  source: ['Audio', 'Source'],
  format: ['Audio', 'Format'],
  rate: ['Audio', 'Rate'],
  level: ['Audio', 'Level'],
  gaps: ['Audio', 'Gaps'],
  results: ['Probe', 'Results'],
  pause: ['Probe', 'Pause'],
  close: ['Probe', 'Close'],
  notices: ['Probe', 'Notices'],
} as const satisfies Record<string, readonly [group: string, title: string]>;

export type CheckId = keyof typeof CHECKLIST;

export interface Finding {
  id: CheckId;
  verdict: Verdict;
  /** The result, in a line. */
  summary: string;
  /** The remedy. */
  remedy?: string;
  /** The numbers, for machines. */
  evidence?: Readonly<Record<string, number | string | boolean>>;
}

/** Creates a finding, with or without numbers. */
type Say = (id: CheckId, summary: string, evidence?: Finding['evidence']) => Finding;

export const pass: Say = (id, summary, evidence) => found(id, 'pass', summary, undefined, evidence);
export const skipped: Say = (id, summary) => found(id, 'skipped', summary);
export const warn = (id: CheckId, summary: string, remedy: string, evidence?: Finding['evidence']): Finding =>
  found(id, 'warn', summary, remedy, evidence);
export const fail = (id: CheckId, summary: string, remedy: string, evidence?: Finding['evidence']): Finding =>
  found(id, 'fail', summary, remedy, evidence);

function found(
  id: CheckId,
  verdict: Verdict,
  summary: string,
  remedy?: string,
  evidence?: Finding['evidence'],
): Finding {
  return { id, verdict, summary, ...(remedy !== undefined && { remedy }), ...(evidence && { evidence }) };
}

/** Milliseconds as text. */
export function inMs(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
