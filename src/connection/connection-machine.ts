/**
 * The connection machine: decides, carries nothing, does no I/O. `docs/machine.md` is its specification, and the picture
 * there is drawn from this file. The socket is a placeholder until `control/actors` provides it, so that XState's pure
 * `transition()` can be asked anything.
 *
 *   dormant ──audio──► ┌─ attached ─────────────────────────────────────┐
 *      ▲               │ connecting ──┐               ┌─► streaming     │ ──ended──► verdict:
 *      │               │ reconnecting ┴──opened──────►│      ▲ │        │      retry: backoff ──────┐
 *      └──rest─────────│      ▲                       │ audio│ │idle    │    suspend: suspended ────┤
 *                      │      │                       │      │ ▼        │ rest, finish, fail        │
 *                      │ draining ◄──close────────────┴─► idle-keepalive│ (1011: by closed-1011)    │
 *                      └──────│─────────────────────────────────────────┘                           │
 *                             └────────────────────────────delay, probe, network back───────────────┘
 *
 * Everything inside `attached` has a live socket: leaving it, by whatever transition, tears the socket down.
 */
import { assign, cancel, emit, enqueueActions, fromCallback, or, raise, setup, stateIn } from 'xstate';
import { isForeignRefusal, retryAfter } from '../protocol/close-reasons.ts';
import { backoffDelayMs, nextRandom } from './backoff.ts';
import { type ConnectionContext, type ConnectionSettings, initialContext, ONLINE_MS } from './context.ts';
import type { ConnectionEmitted, ConnectionEvent } from './events.ts';
import { decideRecovery, type Verdict } from './recovery-policy.ts';

type Ended = Extract<ConnectionEvent, { type: 'socket.ended' | 'socket.stalled' }>;

/** The verdict on an end, judged by the history before it. */
function verdictOn(context: ConnectionContext, { end, at, pendingAudio, flowingAudio }: Ended): Verdict {
  const { outageSince = at, settings } = context;
  const { canReauthorise } = settings;
  const history = {
    ...context,
    outageMs: at - outageSince,
    sinceLastEndMs: at - context.lastEndAt,
    canReauthorise,
    pendingAudio,
    flowingAudio,
  };
  return decideRecovery(end, history, settings);
}

const machineSetup = setup({
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- the assertion is what `setup` infers from
  types: {} as {
    context: ConnectionContext;
    events: ConnectionEvent;
    emitted: ConnectionEmitted;
    input: Partial<ConnectionSettings>;
  },
  actors: {
    /** Asks for credentials and holds the socket; `control/actors/socket-actor.ts` provides it. */
    socket: fromCallback<ConnectionEvent>(() => {
      throw new Error('The connection machine was started without its socket: provide one.');
    }),
  },
  guards: {
    isInternalError: ({ event }) => (event as Ended).end.code === 1011,
    is: ({ context, event }, verdict: Verdict) => verdictOn(context, event as Ended) === verdict,
    was: ({ context }, verdict: Verdict) => context.verdict === verdict,
    hasAudio: ({ context, event }) => ('pendingAudio' in event ? event.pendingAudio : context.pendingAudio),
    wasIdle: ({ context }) => !context.hadAudio,
    isAudioWaiting: ({ context }) => context.pendingAudio,
    isClosing: ({ context }) => context.closing,
    isResting: ({ context }) => !context.closing,
    hasTried: ({ context }) => context.attempts > 0,
    wasOnline: ({ context }) => context.onlines > 0,
    isOpening: or([stateIn({ attached: 'connecting' }), stateIn({ attached: 'reconnecting' })]),
  },
  actions: {
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1, pendingAudio: false }),
    rememberAudio: assign({ pendingAudio: true }),
    rememberEnd: assign(({ context, event }) => {
      const { end, at, pendingAudio } = event as Ended;
      const isForeign = isForeignRefusal(end);
      const retry = isForeign ? 'gently' : retryAfter(end.kind);
      const { seed, random } = nextRandom(context.seed);
      return {
        seed,
        delayMs: backoffDelayMs(context.failures, retry === 'gently', random),
        verdict: verdictOn(context, event as Ended),
        failures: context.failures + 1,
        serverSilences: context.serverSilences + (end.kind === 'server-silent' ? 1 : 0),
        outageSince: context.outageSince ?? at,
        lastEnd: end,
        lastEndAt: at,
        foreignRefusals: isForeign ? context.foreignRefusals + 1 : 0,
        reauthorised: context.reauthorised || retry === 'reauthorise',
        hadAudio: pendingAudio,
        pendingAudio: false,
      };
    }),
    refillBudget: assign({
      failures: 0,
      serverSilences: 0,
      outageSince: undefined,
      lastEnd: undefined,
      everConfirmed: true,
    }),
    acceptCredentials: assign({ reauthorised: false, hasOpened: true, foreignRefusals: 0 }),
    endOutage: assign({ outageSince: undefined }),
    beginClosing: assign({ closing: true }),
    armDeadline: enqueueActions(({ event, enqueue }) => {
      enqueue.cancel('deadline');
      const delay = (event as Extract<ConnectionEvent, { type: 'user.close' }>).deadlineMs;
      enqueue.raise({ type: 'deadline.passed' }, { id: 'deadline', delay });
    }),
    heedOnline: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ onlines: context.onlines + 1 });
      if (!context.onlines) enqueue.raise({ type: 'online.elapsed' }, { delay: ONLINE_MS });
    }),
    repeatOnline: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ onlines: 0 });
      if (context.onlines > 1) enqueue.raise({ type: 'network.online' });
    }),
    armKeepAlive: raise({ type: 'keep-alive.elapsed' }, { id: 'keep-alive', delay: 'keepAlive' }),
    disarmKeepAlive: cancel('keep-alive'),
    armIdleLimit: enqueueActions(({ context, enqueue }) => {
      const delay = context.settings.disconnectAfterIdleMs;
      if (delay < Infinity) enqueue.raise({ type: 'idle.elapsed' }, { id: 'idle', delay });
    }),
    disarmIdleLimit: cancel('idle'),
    announceOpened: emit(({ context }) => ({ type: 'connection.opened', attempt: context.attempts })),
    announceLost: emit(({ context, event }) => ({
      type: 'connection.lost',
      end: (event as Ended).end,
      attempt: context.attempts,
    })),
    announceSuspended: emit({ type: 'connection.suspended' }),
    keepAlive: emit({ type: 'keep-alive.due' }),
    doubt: emit({ type: 'connection.doubted' }),
    drain: emit({ type: 'drain.due' }),
  },
  delays: {
    backoff: ({ context }) => context.delayMs,
    probe: ({ context }) => context.settings.probeMs,
    keepAlive: ({ context }) => context.settings.keepAliveMs,
    drain: ({ context }) => context.settings.drainMs,
  },
});

const whenEnded = [
  { guard: 'isInternalError', target: '#connection.closed-1011' },
  { guard: { type: 'is', params: 'retry' }, target: '#connection.backoff' },
  { guard: { type: 'is', params: 'suspend' }, target: '#connection.suspended' },
  { guard: { type: 'is', params: 'rest' }, target: '#connection.dormant' },
  { guard: { type: 'is', params: 'finish' }, target: '#connection.closed' },
  { target: '#connection.failed' },
] as const;

const whenLost = whenEnded.map((transition) => ({
  ...transition,
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

/** A platform that says it again and again must not cause an attempt each time. */
const onlineAgain = { guard: 'wasOnline', actions: 'heedOnline' } as const;

const retryWhenOnline = [
  onlineAgain,
  { target: '#connection.attached.reconnecting', actions: 'heedOnline' },
] as const;

/** The machine, without a socket. {@link ConnectionSettings} are its input. */
export const connectionMachine = machineSetup.createMachine({
  id: 'connection',
  context: ({ input }) => initialContext(input),
  initial: 'dormant',
  on: {
    'user.abort': '.closed',
    'deadline.passed': '.closed',
    'online.elapsed': { actions: 'repeatOnline' },
  },
  states: {
    dormant: {
      // Not connected, and nothing to say.
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
      // A socket is alive, or being made.
      entry: 'countAttempt',
      invoke: { src: 'socket' },
      initial: 'connecting',
      on: {
        'socket.ended': whenLost,
        'socket.stalled': whenLost,
        'audio.confirmed': { actions: 'refillBudget' },
        'drain.completed': [
          { guard: 'isAudioWaiting', target: '.reconnecting', reenter: true },
          { guard: 'isClosing', target: 'closed' },
          { target: 'dormant' },
        ],
        'network.online': {
          guard: 'isOpening',
          target: '.reconnecting',
          reenter: true,
          actions: 'heedOnline',
        },
        'network.offline': { actions: 'doubt' },
      },
      states: {
        connecting: {
          // The first attempt: credentials, then the handshake.
          on: {
            'socket.opened': whenOpened,
            'user.close': closeWhenNothingIsPending,
            'network.online': onlineAgain,
          },
        },
        reconnecting: {
          // A further attempt, with fresh credentials; then replay from the last confirmed sample.
          on: {
            'socket.opened': whenOpened,
            'user.close': closeWhenNothingIsPending,
            'network.online': onlineAgain,
          },
        },
        streaming: {
          // Open, and audio is flowing.
          on: { 'audio.idle': 'idle-keepalive', 'user.close': drainThenClose },
        },
        'idle-keepalive': {
          // Open, and no audio: a KeepAlive holds the connection.
          entry: ['endOutage', 'keepAlive', 'armKeepAlive', 'armIdleLimit'],
          exit: ['disarmKeepAlive', 'disarmIdleLimit'],
          on: {
            'keep-alive.elapsed': { actions: ['keepAlive', 'armKeepAlive'] },
            'audio.pending': 'streaming',
            'idle.elapsed': 'draining',
            'user.close': drainThenClose,
          },
        },
        draining: {
          // Sending what remains, then CloseStream; waiting for the last results.
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
      // The server closed with 1011; the end names which of its reasons.
      after: {
        0: [
          { guard: { type: 'was', params: 'retry' }, target: 'backoff' },
          { guard: { type: 'was', params: 'suspend' }, target: 'suspended' },
          { guard: { type: 'was', params: 'rest' }, target: 'dormant' },
          { guard: { type: 'was', params: 'finish' }, target: 'closed' },
          { target: 'failed' },
        ],
      },
      on: {
        'audio.pending': { actions: 'rememberAudio' },
        'user.close': [
          { guard: 'hasAudio', actions: ['beginClosing', 'armDeadline', 'rememberAudio'] },
          { target: 'closed' },
        ],
      },
    },
    backoff: {
      // Waiting before the next attempt; audio goes on being logged.
      after: { backoff: 'attached.reconnecting' },
      on: {
        'network.online': retryWhenOnline,
        'user.connect': 'attached.reconnecting',
        'user.close': tryOnceMoreThenClose,
      },
    },
    suspended: {
      // A long outage: a probe now and then, while the log drops its oldest audio.
      entry: 'announceSuspended',
      after: { probe: 'attached.reconnecting' },
      on: {
        // What was lost was an idle connection: somebody who speaks now need not wait for the probe.
        'audio.pending': { guard: 'wasIdle', target: 'attached.reconnecting' },
        'network.online': retryWhenOnline,
        'user.connect': 'attached.reconnecting',
        'user.close': tryOnceMoreThenClose,
      },
    },
    // Ended by the user.
    closed: { type: 'final' },
    // Ended for a reason that no retry mends.
    failed: { type: 'final' },
  },
});
