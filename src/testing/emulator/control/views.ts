/** The data of the control API. It contains no secret: only the scheme of credentials is kept. */
import type { EmulatedConnection } from '../emulated-connection.ts';
import type { Emulator } from '../emulator.ts';
import type { EmulatorEvent } from '../events.ts';
import { describeFault, usageOf } from '../fault-orders.ts';
import { FAULT_NAMES, rowOf } from '../fault-table.ts';
import { LIMIT_NAMES } from '../options.ts';
import { isResult } from '../outbox.ts';
import { READING_NAMES } from '../readings.ts';

/** Connections shown; the newest, open ones before ended ones. */
const MAX_SHOWN = 50;
const SECRETS = /^(token|key|api_?key|access_token|authorization)$/i;
const LONGEST_LINE = 300;

/** One line of the log. */
export interface LogLine {
  id: number;
  atMs: number;
  attempt: number;
  type: EmulatorEvent['type'];
  text: string;
}

function connectionView(connection: EmulatedConnection, nowMs: number, transcript: string): object {
  const { attempt, requestId, scheme, openedAtMs, end, faults, idleLeftMs } = connection;
  const { receivedCount, receivedBytes, receivedAudioMs, processedAudioMs, sentCount } = connection;
  return {
    attempt,
    requestId,
    scheme,
    query: redacted(connection.query),
    ageMs: Math.round((end?.atMs ?? nowMs) - openedAtMs),
    receivedCount,
    receivedBytes,
    receivedAudioMs,
    processedAudioMs,
    sentCount,
    idleLeftMs: end || idleLeftMs === undefined ? undefined : Math.round(idleLeftMs),
    longestOutboundSilenceMs: Math.round(connection.longestOutboundSilenceMs),
    lastControlMessage: lastTextOf(connection),
    transcript,
    faults,
    end: end && { by: end.by, code: end.code, reason: end.reason },
  };
}

/** Facts that the emulator does not keep. */
export interface Remembered {
  readonly counts: { readonly ended: number; readonly refused: number };
  transcriptOf(attempt: number): string;
}

export function stateView(emulator: Emulator, url: string, feed: Remembered): object {
  const { settings, openConnections, connections, attempts } = emulator;
  const nowMs = settings.clock.now();
  const ended = connections.filter(({ end }) => end !== undefined);
  const shown = [...openConnections.slice(-MAX_SHOWN).toReversed(), ...ended.slice(-MAX_SHOWN).toReversed()];
  return {
    url,
    nowMs: Math.round(nowMs),
    attempts,
    open: openConnections.length,
    ...feed.counts,
    planned: emulator.plannedFaults.slice(0, MAX_SHOWN).map(describeFault),
    isOutOfReach: emulator.isOutOfReach,
    limits: Object.fromEntries(LIMIT_NAMES.map((name) => [name, settings[name]])),
    readings: Object.fromEntries(READING_NAMES.map((name) => [name, settings[name]])),
    connections: shown
      .slice(0, MAX_SHOWN)
      .map((connection) => connectionView(connection, nowMs, feed.transcriptOf(connection.attempt))),
  };
}

/** The table of faults, with how each is written. */
export function faultsView(): object {
  return Object.fromEntries(FAULT_NAMES.map((name) => [name, { ...rowOf(name), usage: usageOf(name) }]));
}

/** The text of an event; `undefined` for frequent events. */
export function lineOf(event: EmulatorEvent): string | undefined {
  switch (event.type) {
    case 'connection.opened':
      return redacted(new URLSearchParams(event.query));
    case 'connection.refused':
      return `${event.status} ${event.dgError}`;
    case 'connection.hung':
      return 'the handshake is left without an answer';
    case 'connection.dropped':
      return 'reset in its handshake';
    case 'connection.ended':
      return [`${event.code} by ${event.by}`, event.reason].filter(Boolean).join(': ');
    case 'audio.began':
      return 'the first, or the first after a pause';
    case 'stream.ended':
      return 'empty binary message';
    case 'fault.struck':
      return event.fault;
    case 'reading.stopped':
      return 'more waits than should: nothing is read';
    case 'reading.resumed':
      return 'read again';
    case 'message.sent':
      return isResult(event.text) ? turnOf(event.text) : cutShort(event.text);
    case 'text.received':
    case 'remark':
      return cutShort(event.text);
    default:
      return event satisfies never;
  }
}

/** A turn that begins, ends or resumes gives a line; other results are too frequent. */
function turnOf(json: string): string | undefined {
  const { event, transcript } = JSON.parse(json) as { event?: string; transcript?: string };
  return event === undefined || event === 'Update' ? undefined : cutShort(`${event}: ${transcript ?? ''}`);
}

function lastTextOf({ received }: EmulatedConnection): string | undefined {
  const text = received.findLast((message) => message.text !== undefined)?.text;
  return text === undefined ? undefined : cutShort(text);
}

/** Some apps put keys into addresses: remove them. */
function redacted(query: URLSearchParams): string {
  const shown = [...query].map(([name, value]) => `${name}=${SECRETS.test(name) ? '…' : value}`);
  return cutShort(shown.join('&'));
}

function cutShort(text: string): string {
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
}
