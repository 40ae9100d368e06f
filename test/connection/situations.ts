/** Brings the connection machine into any state by real events, and steps it with XState's pure `transition()`. */
import { type EventFromLogic, initialTransition, type SnapshotFrom, transition } from 'xstate';
import { connectionMachine } from '../../src/connection/connection-machine.ts';
import type { ConnectionSettings } from '../../src/connection/context.ts';
import type { ConnectionEmitted, ConnectionEvent } from '../../src/connection/events.ts';
import { leafState } from '../../src/connection/status.ts';
import type { ConnectionEnd, EndKind } from '../../src/protocol/connection-end.ts';
import type { Condition, Effect, EventName, State, Wait } from './transition-table.ts';

export type Snapshot = SnapshotFrom<typeof connectionMachine>;
/** The actions that XState would execute. */
export interface Action {
  type: string;
  params: unknown;
}
/** An event of the machine, or the end of a wait as XState names it. */
export type Step = ConnectionEvent | { type: `xstate.after.${string}` };

const DEADLINE_MS = 12_345;

export const connect: Step = { type: 'user.connect' };
export const abort: Step = { type: 'user.abort' };
export const online: Step = { type: 'network.online' };
export const audio: Step = { type: 'audio.pending' };
export const idle: Step = { type: 'audio.idle', link: 1 };
export const confirmed: Step = { type: 'audio.confirmed', link: 1 };
export const queued: Step = { type: 'place.awaited', place: 3 };
export const granted: Step = { type: 'place.granted', waitedMs: 500 };
export const drained = (isWhole = true): Step => ({ type: 'drain.completed', link: 1, isWhole });
export const opened = (pendingAudio: boolean): Step => ({ type: 'socket.opened', link: 1, pendingAudio });
export const close = (pendingAudio: boolean): Step => ({
  type: 'user.close',
  pendingAudio,
  deadlineMs: DEADLINE_MS,
});
export const ended = (kind: EndKind, pendingAudio = false, details: Partial<ConnectionEnd> = {}): Step => ({
  type: 'socket.ended',
  link: 1,
  end: { kind, ...details },
  at: 1_000,
  pendingAudio,
  flowingAudio: pendingAudio,
});
export const stalled = (pendingAudio = true): Step => ({
  type: 'socket.stalled',
  link: 1,
  end: { kind: 'stalled' },
  at: 1_000,
  pendingAudio,
  flowingAudio: pendingAudio,
});

/** Each wait belongs to one state. */
const STATE_IDS: Record<Wait, string> = {
  'after.0': 'connection.closed-1011',
  'after.backoff': 'connection.backoff',
  'after.probe': 'connection.suspended',
  'after.drain': 'connection.attached.draining',
};

export const elapsed = (wait: Wait): Step => ({ type: `xstate.${wait}.${STATE_IDS[wait]}` });

export function start(settings: Partial<ConnectionSettings> = {}): Snapshot {
  return initialTransition(connectionMachine, settings)[0];
}

/** One step. A machine that is done ignores events; XState's pure function does not check this. */
export function step(before: Snapshot, event: Step): [Snapshot, Action[]] {
  if (before.status !== 'active') return [before, []];
  const [after, actions] = transition(
    connectionMachine,
    before,
    event as EventFromLogic<typeof connectionMachine>,
  );
  return [after, actions];
}

export function drive(before: Snapshot, ...events: Step[]): Snapshot {
  return events.reduce((snapshot, event) => step(snapshot, event)[0], before);
}

export const stateOf = (snapshot: Snapshot): State => leafState(snapshot.value);

/** How a session ended. */
export const outcomeOf = (snapshot: Snapshot) => snapshot.output?.outcome;

export interface Situation {
  before: Snapshot;
  event: Step;
}

/** A machine in `state`, and `event`, such that `condition` holds. */
export function situationOf(state: State, event: EventName, condition: Condition): Situation {
  const before = drive(start(settingsFor(state, condition)), ...pathTo(state, condition));
  return { before, event: eventFor(event, condition) };
}

function settingsFor(state: State, condition: Condition): Partial<ConnectionSettings> {
  if (condition === 'decision suspend' || state === 'suspended') return { suspendAfterMs: 0 };
  return condition === 'decision fail' && state !== 'failed' ? { giveUpAfterMs: 0 } : {};
}

/** The shortest sequence of events that leads to a state. */
function pathTo(state: State, condition: Condition): Step[] {
  const isClosing = condition === 'closing' || condition === 'decision finish';
  const closing = isClosing ? [close(true)] : [];
  const isAgain = condition === 'said again';
  const wasOnline = isAgain || condition === 'said once' || condition === 'again within a second';
  const once = wasOnline ? [online] : [];
  const again = isAgain ? [online] : [];
  const meanwhile = condition === 'audio came meanwhile' ? [audio] : [];
  switch (state) {
    case 'dormant':
      return condition === 'later attempt' ? [connect, ended('normal')] : [];
    case 'connecting':
      return [...(wasOnline ? [connect, online, ended('normal')] : []), connect, ...again, ...closing];
    case 'reconnecting':
      return wasOnline
        ? [connect, online, ...again]
        : [connect, online, { type: 'online.elapsed' }, ...closing];
    case 'queued':
      return [...(condition === 'later attempt' ? [connect, online] : [connect]), queued, ...closing];
    case 'streaming':
      return [audio, opened(true)];
    case 'idle-keepalive':
      return [connect, opened(false)];
    case 'draining':
      return isClosing
        ? [audio, opened(true), close(true)]
        : [connect, opened(false), { type: 'idle.elapsed' }, ...meanwhile];
    case 'closed-1011': {
      const kind =
        condition === 'decision rest' || condition === 'audio came meanwhile' ? 'no-audio' : undefined;
      return [connect, ...closing, ended(kind ?? 'server-error', false, { code: 1011 }), ...meanwhile];
    }
    case 'backoff':
    case 'suspended':
      return [connect, ...once, ended('network-lost', condition === 'lost with audio'), ...again];
    case 'closed':
      return [abort];
    case 'failed':
      return [connect, ended('forbidden')];
    default:
      return state satisfies never;
  }
}

function eventFor(name: EventName, condition: Condition): Step {
  switch (name) {
    case 'socket.opened':
      return opened(condition === 'audio pending');
    case 'user.close':
      return close(condition === 'audio pending');
    case 'socket.ended':
      return lost(condition);
    case 'socket.stalled':
      return stalled(condition !== 'decision finish');
    case 'after.0':
    case 'after.backoff':
    case 'after.probe':
    case 'after.drain':
      return elapsed(name);
    case 'place.awaited':
      return queued;
    case 'place.granted':
      return granted;
    case 'audio.idle':
      return idle;
    case 'audio.confirmed':
      return confirmed;
    case 'drain.completed':
      return drained();
    default:
      return { type: name };
  }
}

function lost(condition: Condition): Step {
  switch (condition) {
    case 'code 1011':
      return ended('server-error', true, { code: 1011 });
    case 'decision rest':
      return ended('normal', false, { code: 1000 });
    case 'decision fail':
      return ended('forbidden', true, { status: 403 });
    case 'decision finish':
      return ended('network-lost', false, { code: 1006 });
    default:
      return ended('network-lost', true, { code: 1006 });
  }
}

/** The events that were emitted. */
export function emitted(actions: readonly Action[]): ConnectionEmitted[] {
  return actions
    .filter(({ type }) => type === 'xstate.emit')
    .map(({ params }) => (params as { event: ConnectionEmitted }).event);
}

/** What is emitted at each entry to `attached`, and at each exit. */
export type AttemptEmitted = 'attempt.due' | 'attempt.over';

export function isOfAttempt(type: ConnectionEmitted['type']): type is AttemptEmitted {
  return type === 'attempt.due' || type === 'attempt.over';
}

/** The delayed events that were set, with their delays. */
export function armed(actions: readonly Action[]): Map<string, number> {
  const raised = actions
    .filter(({ type }) => type === 'xstate.raise')
    .map(({ params }) => params as { event: { type: string }; delay: number });
  return new Map(raised.map(({ event, delay }) => [event.type, delay]));
}

/** The visible effects of a step, apart from the state. */
export function effectsOf(before: Snapshot, event: Step, after: Snapshot, actions: Action[]): Set<Effect> {
  const effects = new Set<Effect>(emitted(actions).flatMap(({ type }) => (isOfAttempt(type) ? [] : [type])));
  if (armed(actions).get('deadline.passed') === DEADLINE_MS && after.context.closing)
    effects.add('begin closing');
  const isEnd = event.type === 'socket.ended' || event.type === 'socket.stalled';
  if (
    isEnd &&
    after.context.budget.lastEnd === event.end &&
    after.context.budget.failures === before.context.budget.failures + 1
  ) {
    effects.add('remember end');
  }
  if (!isEnd && !before.context.pendingAudio && after.context.pendingAudio) effects.add('remember audio');
  if (
    after.context.budget.failures < before.context.budget.failures ||
    (after.context.everConfirmed && !before.context.everConfirmed)
  ) {
    effects.add('refill budget');
  }
  return effects;
}
