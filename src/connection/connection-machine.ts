/**
 * The connection machine: takes decisions, holds no audio, does no I/O. `docs/machine.md` is its specification; the picture there
 * is drawn from this file. It asks for a socket by an emitted event, so that XState's pure `transition()` shows all that it does.
 *
 *   dormant ──audio──► ┌─ attached ─────────────────────────────────────┐
 *      ▲               │ connecting ──┐               ┌─► streaming     │ ──ended──► deciding:
 *      │               │ reconnecting ┴──opened──────►│      ▲ │        │      retry: backoff ──────┐
 *      └──rest─────────│      ▲                       │ audio│ │idle    │    suspend: suspended ────┤
 *                      │      │                       │      │ ▼        │ rest, finish, fail        │
 *                      │ draining ◄──close────────────┴─► idle-keepalive│ (1011: by closed-1011)    │
 *                      └──────│─────────────────────────────────────────┘                           │
 *                             └────────────────────────────delay, probe, network back───────────────┘
 *
 * Every state inside `attached` has an attempt or its socket. Any transition out of `attached` ends it.
 */
import { type Actor, assertEvent, assign, cancel, emit, enqueueActions, or, setup, stateIn } from 'xstate';
import { retryAfter } from '../protocol/connection-end.ts';
import { backoffDelayMs, nextRandom } from './backoff.ts';
import {
  type ConnectionContext,
  type ConnectionOutcome,
  type ConnectionSettings,
  FULL_BUDGET,
  initialContext,
  ONLINE_MS,
} from './context.ts';
import type { ConnectionEmitted, ConnectionEvent } from './events.ts';
import { decideRecovery, type RecoveryDecision } from './recovery-policy.ts';

/** How a session ended. */
export interface ConnectionOutput {
  outcome: ConnectionOutcome;
}

const machineSetup = setup({
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- the assertion is what `setup` infers from
  types: {} as {
    context: ConnectionContext;
    events: ConnectionEvent;
    emitted: ConnectionEmitted;
    input: Partial<ConnectionSettings>;
    output: ConnectionOutput;
  },
  guards: {
    isInternalError: ({ event }) => {
      assertEvent(event, ['socket.ended', 'socket.stalled']);
      return event.end.code === 1011;
    },
    decided: ({ context }, decision: RecoveryDecision) => context.recovery.decision === decision,
    hasAudio: ({ context, event }) => ('pendingAudio' in event ? event.pendingAudio : context.pendingAudio),
    wasIdle: ({ context }) => !context.recovery.hadAudio,
    isAudioWaiting: ({ context }) => context.pendingAudio,
    isClosing: ({ context }) => context.closing,
    isResting: ({ context }) => !context.closing,
    hasTried: ({ context }) => context.attempts > 0,
    isFirstAttempt: ({ context }) => context.attempts === 1,
    wasOnline: ({ context }) => context.onlines > 0,
    isOpening: or([stateIn({ attached: 'connecting' }), stateIn({ attached: 'reconnecting' })]),
  },
  actions: {
    countAttempt: assign({
      attempts: ({ context }) => context.attempts + 1,
      pendingAudio: false,
      retryAt: undefined,
      place: undefined,
    }),
    rememberAudio: assign({ pendingAudio: true }),
    rememberPlace: assign(({ event }) => {
      assertEvent(event, 'place.awaited');
      return { place: event.place };
    }),
    /** A wait for a place does not count as an outage. */
    takePlace: assign(({ context: { outageSince }, event }) => {
      assertEvent(event, 'place.granted');
      return {
        place: undefined,
        outageSince: outageSince === undefined ? undefined : outageSince + event.waitedMs,
      };
    }),
    rememberEnd: assign(({ context, event }) => {
      assertEvent(event, ['socket.ended', 'socket.stalled']);
      const { end, at, pendingAudio, flowingAudio } = event;
      const { outageSince = at, settings } = context;
      const { failures, serverSilences } = context.budget;
      const isForeign = end.isForeign === true;
      const retry = isForeign ? 'gently' : retryAfter(end.kind);
      const outageMs = at - outageSince;
      const { seed, random } = nextRandom(context.seed);
      const delayMs = backoffDelayMs(failures, retry === 'gently', outageMs, random);
      const history = {
        ...context,
        failures,
        serverSilences,
        outageMs,
        sinceLastEndMs: at - (context.recovery.endedAt ?? -Infinity),
        canReauthorise: settings.canReauthorise,
        pendingAudio,
        flowingAudio,
      };
      const decision = decideRecovery(end, history, settings);
      const waitMs = {
        retry: delayMs,
        suspend: settings.probeMs,
        rest: undefined,
        finish: undefined,
        fail: undefined,
      }[decision];
      return {
        seed,
        budget: {
          failures: failures + 1,
          serverSilences: serverSilences + (end.kind === 'server-silent' ? 1 : 0),
          lastEnd: end,
        },
        outageSince,
        recovery: { decision, delayMs, endedAt: at, hadAudio: pendingAudio },
        retryAt: waitMs === undefined ? undefined : at + waitMs,
        outcome: pendingAudio ? ('deadline' as const) : ('drained' as const),
        foreignRefusals: isForeign ? context.foreignRefusals + 1 : 0,
        // A server that asks for patience gets it: forget an earlier `online` event that would cause an attempt.
        onlines: retry === 'gently' ? Math.min(context.onlines, 1) : context.onlines,
        reauthorised: context.reauthorised || retry === 'reauthorise',
        pendingAudio: false,
      };
    }),
    refillBudget: assign({ budget: FULL_BUDGET, outageSince: undefined, everConfirmed: true }),
    acceptCredentials: assign({ reauthorised: false, hasOpened: true, foreignRefusals: 0 }),
    endOutage: assign({ outageSince: undefined }),
    beginClosing: assign({ closing: true }),
    noteDrained: assign(({ event }) => {
      assertEvent(event, 'drain.completed');
      return { outcome: event.isWhole ? ('drained' as const) : ('deadline' as const) };
    }),
    noteOutcome: assign({ outcome: (_, outcome: ConnectionOutcome) => outcome }),
    armDeadline: enqueueActions(({ event, enqueue }) => {
      assertEvent(event, 'user.close');
      enqueue.cancel('deadline');
      enqueue.raise({ type: 'deadline.passed' }, { id: 'deadline', delay: event.deadlineMs });
    }),
    heedOnline: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ onlines: context.onlines + 1 });
      if (!context.onlines) enqueue.raise({ type: 'online.elapsed' }, { delay: ONLINE_MS });
    }),
    repeatOnline: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ onlines: 0 });
      if (context.onlines > 1) enqueue.raise({ type: 'network.online' });
    }),
    armIdleLimit: enqueueActions(({ context, enqueue }) => {
      const delay = context.settings.disconnectAfterIdleMs;
      if (delay < Infinity) enqueue.raise({ type: 'idle.elapsed' }, { id: 'idle', delay });
    }),
    disarmIdleLimit: cancel('idle'),
    announceOpened: emit(({ context }) => ({ type: 'connection.opened', attempt: context.attempts })),
    announceLost: emit(({ context, event }) => {
      assertEvent(event, ['socket.ended', 'socket.stalled']);
      return { type: 'connection.lost', end: event.end, attempt: context.attempts };
    }),
    announceSuspended: emit(({ context }) => ({ type: 'connection.suspended', end: context.budget.lastEnd })),
    beginAttempt: emit({ type: 'attempt.due' }),
    endAttempt: emit({ type: 'attempt.over' }),
    suspect: emit({ type: 'connection.suspected' }),
    drain: emit({ type: 'drain.due' }),
  },
  delays: {
    backoff: ({ context }) => context.recovery.delayMs,
    probe: ({ context }) => context.settings.probeMs,
    drain: ({ context }) => context.settings.drainMs,
  },
});

const whenLost = (['closed-1011', 'deciding'] as const).map((target) => ({
  ...(target === 'closed-1011' ? { guard: 'isInternalError' as const } : {}),
  target: `#connection.${target}` as const,
  actions: ['rememberEnd', 'announceLost'] as const,
}));

const whenOpened = [
  { guard: 'isClosing', target: 'draining', actions: ['acceptCredentials', 'announceOpened'] },
  { guard: 'hasAudio', target: 'streaming', actions: ['acceptCredentials', 'announceOpened'] },
  { target: 'idle-keepalive', actions: ['acceptCredentials', 'announceOpened'] },
] as const;

const closeWhenNothingIsPending = [
  { guard: 'hasAudio', actions: ['beginClosing', 'armDeadline'] },
  { target: '#connection.closed' },
] as const;

const tryOnceMoreThenClose = [
  {
    guard: 'hasAudio',
    target: '#connection.attached.reconnecting',
    actions: ['beginClosing', 'armDeadline'],
  },
  { target: '#connection.closed' },
] as const;

const drainThenClose = { target: 'draining', actions: ['beginClosing', 'armDeadline'] } as const;

const queue = { target: 'queued', actions: 'rememberPlace' } as const;

/** Repeated `online` events of a platform must not cause an attempt each. */
const onlineAgain = { guard: 'wasOnline', actions: 'heedOnline' } as const;

const retryWhenOnline = [
  onlineAgain,
  { target: '#connection.attached.reconnecting', actions: 'heedOnline' },
] as const;

/** The machine. {@link ConnectionSettings} are its input. */
export const connectionMachine = machineSetup.createMachine({
  id: 'connection',
  context: ({ input }) => initialContext(input),
  initial: 'dormant',
  output: ({ context }) => ({ outcome: context.outcome }),
  on: {
    'user.abort': { target: '.closed', actions: { type: 'noteOutcome', params: 'aborted' } },
    'deadline.passed': { target: '.closed', actions: { type: 'noteOutcome', params: 'deadline' } },
    'online.elapsed': { actions: 'repeatOnline' },
  },
  states: {
    dormant: {
      // Not connected; no audio waits.
      entry: 'endOutage',
      always: { guard: 'isAudioWaiting', target: 'attached.reconnecting' },
      on: {
        'audio.pending': [
          { guard: 'hasTried', target: 'attached.reconnecting' },
          { target: 'attached.connecting' },
        ],
        'user.connect': 'attached.connecting',
        'user.close': tryOnceMoreThenClose,
      },
    },
    attached: {
      // A socket is open or opening.
      entry: ['countAttempt', 'beginAttempt'],
      exit: 'endAttempt',
      initial: 'connecting',
      on: {
        'socket.ended': whenLost,
        'socket.stalled': whenLost,
        'audio.confirmed': { actions: 'refillBudget' },
        'drain.completed': [
          { guard: 'isAudioWaiting', target: '.reconnecting', reenter: true },
          { guard: 'isClosing', target: 'closed', actions: 'noteDrained' },
          { target: 'dormant' },
        ],
        'network.online': {
          guard: 'isOpening',
          target: '.reconnecting',
          reenter: true,
          actions: 'heedOnline',
        },
        'network.offline': { actions: 'suspect' },
      },
      states: {
        connecting: {
          // The first attempt: credentials, then the handshake.
          on: {
            'socket.opened': whenOpened,
            'user.close': closeWhenNothingIsPending,
            'network.online': onlineAgain,
            'place.awaited': queue,
          },
        },
        reconnecting: {
          // A later attempt, with new credentials; then a replay from the last confirmed sample.
          on: {
            'socket.opened': whenOpened,
            'user.close': closeWhenNothingIsPending,
            'network.online': onlineAgain,
            'place.awaited': queue,
          },
        },
        queued: {
          // The limit of connections is reached: the attempt waits in line.
          on: {
            'place.awaited': { actions: 'rememberPlace' },
            'place.granted': [
              { guard: 'isFirstAttempt', target: 'connecting', actions: 'takePlace' },
              { target: 'reconnecting', actions: 'takePlace' },
            ],
            'user.close': closeWhenNothingIsPending,
          },
        },
        streaming: {
          // Open; audio flows.
          on: { 'audio.idle': 'idle-keepalive', 'user.close': drainThenClose },
        },
        'idle-keepalive': {
          // Open, without audio: the link sends KeepAlives.
          entry: ['endOutage', 'armIdleLimit'],
          exit: 'disarmIdleLimit',
          on: {
            'audio.pending': 'streaming',
            'idle.elapsed': 'draining',
            'user.close': drainThenClose,
          },
        },
        draining: {
          // Sends the remaining audio, then CloseStream; waits for the last results.
          entry: 'drain',
          after: { drain: { guard: 'isResting', target: '#connection.dormant' } },
          on: {
            'audio.pending': { actions: 'rememberAudio' },
            'user.close': { actions: ['beginClosing', 'armDeadline'] },
          },
        },
      },
    },
    'closed-1011': {
      // The server closed with 1011; the end names the reason.
      after: { 0: 'deciding' },
      on: {
        'audio.pending': { actions: 'rememberAudio' },
        'user.close': [
          { guard: 'hasAudio', actions: ['beginClosing', 'armDeadline', 'rememberAudio'] },
          { target: 'closed' },
        ],
      },
    },
    deciding: {
      // Left at once, by the decision on the last end.
      always: [
        { guard: { type: 'decided', params: 'retry' }, target: 'backoff' },
        { guard: { type: 'decided', params: 'suspend' }, target: 'suspended' },
        { guard: { type: 'decided', params: 'rest' }, target: 'dormant' },
        { guard: { type: 'decided', params: 'finish' }, target: 'closed' },
        { target: 'failed' },
      ],
    },
    backoff: {
      // Waits before the next attempt; audio is logged.
      after: { backoff: 'attached.reconnecting' },
      on: {
        'network.online': retryWhenOnline,
        'user.connect': 'attached.reconnecting',
        'user.close': tryOnceMoreThenClose,
      },
    },
    suspended: {
      // A long outage: one attempt every 30 s; a full log drops its oldest audio.
      entry: 'announceSuspended',
      after: { probe: 'attached.reconnecting' },
      on: {
        // Only an idle connection was lost: new audio need not wait for the probe.
        'audio.pending': { guard: 'wasIdle', target: 'attached.reconnecting' },
        'network.online': retryWhenOnline,
        'user.connect': 'attached.reconnecting',
        'user.close': tryOnceMoreThenClose,
      },
    },
    // Ended by the user.
    closed: { type: 'final' },
    // Ended for a reason that no retry removes.
    failed: { type: 'final', entry: { type: 'noteOutcome', params: 'failed' } },
  },
});

/** Runs the machine of one session, such as `live.actor`. */
export interface ConnectionActor extends Actor<typeof connectionMachine> {}
