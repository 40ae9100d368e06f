/** Texts for events and ends. */
import type { SessionReport } from '../../index.ts';
import type { ConnectionEvent } from '../../connection/index.ts';
import { MEANINGS } from './meanings.ts';
import { BOXES, type Kind } from './statechart/layout.ts';

/** Describes the end of a session. */
export function endingOf({ outcome, error, ledger }: SessionReport): string {
  switch (outcome) {
    case 'drained':
      return 'Ended by the user; all results have come.';
    case 'deadline':
      return `Ended by the user. The drain was cut short: ${inSeconds((ledger.pending * 1000) / ledger.sampleRate)} have no result.`;
    case 'aborted':
      return 'Ended by the user at once, without a drain.';
    case 'failed':
      return error?.message ?? MEANINGS.failed;
    default:
      return outcome satisfies never;
  }
}

/** The kind of a state, which is its colour. */
export function kindOf(state: string): Kind {
  return BOXES[state]?.kind ?? 'resting';
}

/** `xstate.after.backoff.connection.backoff` is `after backoff`; the machine's own events keep their names. */
export function nameOf(eventType: string): string {
  const delay = /^xstate\.after\.([^.]+)\./.exec(eventType)?.[1];
  if (delay !== undefined) return delay === '0' ? 'at once' : `after ${delay}`;
  return eventType.replace(/^xstate\./, '');
}

/** The data of an event, in few words. */
export function detailOf(event: { type: string }): string {
  const { end, pendingAudio } = event as Partial<Extract<ConnectionEvent, { type: 'socket.ended' }>>;
  const { place } = event as Partial<Extract<ConnectionEvent, { type: 'place.awaited' }>>;
  if (place !== undefined) return `number ${place} in the line`;
  if (end) {
    const { kind, code, status, serverMessage, cause } = end;
    return [kind, code ?? (status && `HTTP ${status}`), cause, serverMessage].filter(Boolean).join(' · ');
  }
  if (pendingAudio === undefined) return '';
  return pendingAudio ? 'audio is waiting' : 'nothing is waiting';
}

/** `1.2 s`. */
export function inSeconds(ms: number, digits = 1): string {
  return `${(ms / 1000).toFixed(digits)} s`;
}

/** `01:07.3`. */
export function clockTime(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  const minutes = String(Math.floor(tenths / 600)).padStart(2, '0');
  const seconds = String(Math.floor(tenths / 10) % 60).padStart(2, '0');
  return `${minutes}:${seconds}.${tenths % 10}`;
}
