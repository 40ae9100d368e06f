/**
 * The reaction of the connection machine to each event in each state: the specification as data. It is written by hand, not from the code; `docs/machine.md` shows it, `transition-table.test.ts` asks the machine.
 *
 * No cell may be left out: a new state or event does not compile until each of its cells is decided here.
 */
import type { StateValueFrom } from 'xstate';
import type { connectionMachine } from '../../src/connection/connection-machine.ts';
import type { ConnectionEmitted, ConnectionEvent } from '../../src/connection/events.ts';
import type { RecoveryDecision } from '../../src/connection/recovery-policy.ts';

type Leaf<Value> = Value extends string ? Value : Value extends object ? Leaf<Value[keyof Value]> : never;

type Value = StateValueFrom<typeof connectionMachine>;

/** The leaf states, as the machine's own type has them, but for `deciding`, which is left as soon as it is entered. */
export type State = Exclude<Leaf<Value>, keyof Extract<Value, object> | 'deciding'>;

/** Ends of waits, which XState gives a machine as events. */
export type Wait = 'after.0' | 'after.backoff' | 'after.probe' | 'after.drain';

export type EventName = ConnectionEvent['type'] | Wait;

/** The conditions of a cell. */
export type Condition =
  | 'always'
  | 'first attempt'
  | 'later attempt'
  | 'audio pending'
  | 'nothing pending'
  | 'closing'
  | 'not closing'
  | 'audio came meanwhile'
  | 'first within a second'
  | 'again within a second'
  | 'said once'
  | 'said again'
  | 'lost idle'
  | 'lost with audio'
  | 'code 1011'
  | `decision ${RecoveryDecision}`;

/** The visible effects beside the new state: emitted events and changes of the memory. */
export type Effect =
  | ConnectionEmitted['type']
  | 'begin closing'
  | 'remember audio'
  | 'remember end'
  | 'refill budget';

export interface Outcome {
  when: Condition;
  /** `stay`: no state is left or entered. */
  to: State | 'stay';
  /** All effects; others must not happen. */
  effects: readonly Effect[];
}

export type Expected = 'ignored' | readonly Outcome[];

const ignored = 'ignored';

const go = (to: State, ...effects: Effect[]): [Outcome] => [{ when: 'always', to, effects }];
const stay = (...effects: Effect[]): [Outcome] => [{ when: 'always', to: 'stay', effects }];
const when = (condition: Condition, [outcome]: [Outcome]): Outcome => ({ ...outcome, when: condition });

/** Ends at once, for any request. */
const END = go('closed');

const OPENED = [
  when('closing', go('draining', 'connection.opened', 'drain.due')),
  when('audio pending', go('streaming', 'connection.opened')),
  when('nothing pending', go('idle-keepalive', 'connection.opened')),
];

/** The decision says where a lost connection leads, wherever it was lost. */
const LOST = [
  when('code 1011', go('closed-1011', 'remember end', 'connection.lost')),
  when('decision retry', go('backoff', 'remember end', 'connection.lost')),
  when('decision suspend', go('suspended', 'remember end', 'connection.lost', 'connection.suspended')),
  when('decision rest', go('dormant', 'remember end', 'connection.lost')),
  when('decision fail', go('failed', 'remember end', 'connection.lost')),
];

/** A stall is never the end of an idle connection: audio waits, or a reply is expected. */
const STALLED = LOST.filter((outcome) => outcome.when !== 'code 1011' && outcome.when !== 'decision rest');

const FINISHED = when('decision finish', go('closed', 'remember end', 'connection.lost'));

const CLOSE_OR_REMEMBER = [
  when('audio pending', stay('begin closing')),
  when('nothing pending', go('closed')),
];

const CLOSE_OR_TRY_ONCE_MORE = [
  when('audio pending', go('reconnecting', 'begin closing')),
  when('nothing pending', go('closed')),
];

const DRAIN = go('draining', 'begin closing', 'drain.due');

/** No attempt needs a place. */
const NO_PLACE = { 'place.awaited': ignored, 'place.granted': ignored } as const;

const NOT_ATTACHED = {
  ...NO_PLACE,
  'audio.idle': ignored,
  'audio.confirmed': ignored,
  'socket.opened': ignored,
  'socket.ended': ignored,
  'socket.stalled': ignored,
  'network.offline': ignored,
  'user.abort': END,
  'drain.completed': ignored,
  'idle.elapsed': ignored,
  'online.elapsed': stay(),
  'deadline.passed': END,
  'after.drain': ignored,
} as const;

const TRY_ONCE_A_SECOND = [
  when('first within a second', go('reconnecting')),
  when('again within a second', stay()),
];

const TRY_IF_SAID_AGAIN = [when('said once', stay()), when('said again', go('reconnecting'))];

/** Both attempts behave alike; only the public status differs. */
const OPENING = {
  'place.awaited': go('queued'),
  'place.granted': ignored,
  'audio.pending': ignored,
  'audio.idle': ignored,
  'audio.confirmed': stay('refill budget'),
  'socket.opened': OPENED,
  'socket.ended': [...LOST, FINISHED],
  'socket.stalled': [...STALLED, FINISHED],
  'network.online': TRY_ONCE_A_SECOND,
  'network.offline': stay('connection.suspected'),
  'user.connect': ignored,
  'user.close': CLOSE_OR_REMEMBER,
  'user.abort': END,
  'drain.completed': [when('closing', go('closed')), when('not closing', go('dormant'))],
  'idle.elapsed': ignored,
  'online.elapsed': TRY_IF_SAID_AGAIN,
  'deadline.passed': END,
  'after.0': ignored,
  'after.backoff': ignored,
  'after.probe': ignored,
  'after.drain': ignored,
} as const;

const OPEN = {
  ...NO_PLACE,
  'audio.confirmed': stay('refill budget'),
  'socket.opened': ignored,
  'socket.ended': LOST,
  'socket.stalled': STALLED,
  'network.online': ignored,
  'network.offline': stay('connection.suspected'),
  'user.connect': ignored,
  'user.close': DRAIN,
  'user.abort': END,
  'drain.completed': go('dormant'),
  'online.elapsed': stay(),
  'deadline.passed': END,
  'after.0': ignored,
  'after.backoff': ignored,
  'after.probe': ignored,
  'after.drain': ignored,
} as const;

const OVER: Record<EventName, 'ignored'> = {
  'audio.pending': ignored,
  'audio.idle': ignored,
  'audio.confirmed': ignored,
  ...NO_PLACE,
  'socket.opened': ignored,
  'socket.ended': ignored,
  'socket.stalled': ignored,
  'network.online': ignored,
  'network.offline': ignored,
  'user.connect': ignored,
  'user.close': ignored,
  'user.abort': ignored,
  'drain.completed': ignored,
  'idle.elapsed': ignored,
  'online.elapsed': ignored,
  'deadline.passed': ignored,
  'after.0': ignored,
  'after.backoff': ignored,
  'after.probe': ignored,
  'after.drain': ignored,
};

export const TRANSITIONS: Record<State, Record<EventName, Expected>> = {
  dormant: {
    ...NOT_ATTACHED,
    'audio.pending': [when('first attempt', go('connecting')), when('later attempt', go('reconnecting'))],
    'network.online': ignored,
    'user.connect': go('connecting'),
    'user.close': CLOSE_OR_TRY_ONCE_MORE,
    'after.0': ignored,
    'after.backoff': ignored,
    'after.probe': ignored,
  },
  connecting: OPENING,
  reconnecting: OPENING,
  // There is no socket that could open, and the network's return makes no place free.
  queued: {
    ...OPENING,
    'place.awaited': stay(),
    'place.granted': [when('first attempt', go('connecting')), when('later attempt', go('reconnecting'))],
    'socket.opened': ignored,
    'network.online': ignored,
    'online.elapsed': stay(),
  },
  streaming: {
    ...OPEN,
    'audio.pending': ignored,
    'audio.idle': go('idle-keepalive'),
    'idle.elapsed': ignored,
  },
  'idle-keepalive': {
    ...OPEN,
    'audio.pending': go('streaming'),
    'audio.idle': ignored,
    'idle.elapsed': go('draining', 'drain.due'),
  },
  draining: {
    ...OPEN,
    'audio.pending': stay('remember audio'),
    'audio.idle': ignored,
    'socket.ended': [...LOST, FINISHED],
    'socket.stalled': [...STALLED, FINISHED],
    'user.close': stay('begin closing'),
    'drain.completed': [
      when('closing', go('closed')),
      when('not closing', go('dormant')),
      when('audio came meanwhile', go('reconnecting')),
    ],
    'idle.elapsed': ignored,
    'after.drain': [
      when('not closing', go('dormant')),
      when('audio came meanwhile', go('reconnecting')),
      when('closing', stay()),
    ],
  },
  'closed-1011': {
    ...NOT_ATTACHED,
    'audio.pending': stay('remember audio'),
    'network.online': ignored,
    'user.connect': ignored,
    'user.close': [
      when('audio pending', stay('begin closing', 'remember audio')),
      when('nothing pending', go('closed')),
    ],
    'after.0': [
      when('decision retry', go('backoff')),
      when('decision suspend', go('suspended', 'connection.suspended')),
      when('decision rest', go('dormant')),
      when('audio came meanwhile', go('reconnecting')),
      when('decision finish', go('closed')),
      when('decision fail', go('failed')),
    ],
    'after.backoff': ignored,
    'after.probe': ignored,
  },
  backoff: {
    ...NOT_ATTACHED,
    'audio.pending': ignored,
    'network.online': TRY_ONCE_A_SECOND,
    'online.elapsed': TRY_IF_SAID_AGAIN,
    'user.connect': go('reconnecting'),
    'user.close': CLOSE_OR_TRY_ONCE_MORE,
    'after.0': ignored,
    'after.backoff': go('reconnecting'),
    'after.probe': ignored,
  },
  suspended: {
    ...NOT_ATTACHED,
    'audio.pending': [when('lost idle', go('reconnecting')), when('lost with audio', stay())],
    'network.online': TRY_ONCE_A_SECOND,
    'online.elapsed': TRY_IF_SAID_AGAIN,
    'user.connect': go('reconnecting'),
    'user.close': CLOSE_OR_TRY_ONCE_MORE,
    'after.0': ignored,
    'after.backoff': ignored,
    'after.probe': go('reconnecting'),
  },
  closed: OVER,
  failed: OVER,
};

export const STATES = Object.keys(TRANSITIONS) as State[];
export const EVENTS = Object.keys(OVER) as EventName[];
