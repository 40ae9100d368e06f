/** The invariants of `docs/machine.md`, in every state that a random sequence of events reaches. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecoveryDecision } from '../../src/connection/recovery-policy.ts';
import { phaseOf } from '../../src/connection/status.ts';
import { retryAfter } from '../../src/protocol/connection-end.ts';
import {
  type Action,
  armed,
  close,
  ended,
  granted,
  opened,
  outcomeOf,
  emitted,
  queued,
  type Snapshot,
  stalled,
  start,
  stateOf,
  type Step,
  step,
} from './situations.ts';
import { EVENTS, STATES } from './transition-table.ts';
import { KINDS } from './decision-table.ts';

const isWait = (name: string): boolean => name.startsWith('after.');

const plain = fc.constantFrom(
  ...EVENTS.filter(
    (name) => !isWait(name) && !/^socket\.|^place\.|^user\.close$|^user\.abort$|^deadline/.test(name),
  ),
);

/** Fatal ends are rare, so that most sequences are long. */
const kinds = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...KINDS.filter((kind) => retryAfter(kind) !== 'never')) },
  { weight: 1, arbitrary: fc.constantFrom(...KINDS) },
);

/** Any event at any time; events that end a session are rare. */
const events: fc.Arbitrary<Step | 'wait'> = fc.oneof(
  { weight: 6, arbitrary: plain.map((type) => ({ type, link: 1, isWhole: true }) as Step) },
  { weight: 4, arbitrary: fc.constant('wait' as const) },
  { weight: 3, arbitrary: fc.boolean().map(opened) },
  { weight: 2, arbitrary: fc.constantFrom(queued, granted) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(kinds, fc.boolean(), fc.constantFrom(1006, 1011))
      .map(([kind, pendingAudio, code]) => ended(kind, pendingAudio, { code })),
  },
  { weight: 1, arbitrary: fc.boolean().map(stalled) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      { weight: 4, arbitrary: fc.constant(close(true)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Step>(close(false), { type: 'user.abort' }, { type: 'deadline.passed' }),
      },
    ),
  },
);

interface Seen {
  before: Snapshot;
  event: Step;
  after: Snapshot;
  actions: Action[];
}

/** The end of the wait of the present state, if it has one. */
function waitOf(snapshot: Snapshot): Step | undefined {
  switch (stateOf(snapshot)) {
    case 'closed-1011':
      return { type: 'xstate.after.0.connection.closed-1011' };
    case 'backoff':
      return { type: 'xstate.after.backoff.connection.backoff' };
    case 'suspended':
      return { type: 'xstate.after.probe.connection.suspended' };
    case 'draining':
      return { type: 'xstate.after.drain.connection.attached.draining' };
    default:
      return undefined;
  }
}

/** Checks every step of many random sequences. */
function forEveryStep(check: (seen: Seen) => void, draw: { seed?: number } = {}): void {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(events, { minLength: 40, maxLength: 80 }),
      (canReauthorise, sequence) => {
        let before = start({ canReauthorise, disconnectAfterIdleMs: 60_000, suspendAfterFailures: 3 });
        for (const next of sequence) {
          const event = next === 'wait' ? waitOf(before) : next;
          if (!event) continue;
          const [after, actions] = step(before, event);
          check({ before, event, after, actions });
          before = after;
        }
      },
    ),
    { numRuns: 300, ...draw },
  );
}

/** The same sequences each time: how often they reach a rare state depends on the draw. */
const SAME_DRAW = { seed: 1 };

test('the random sessions reach every state many times', () => {
  const visits = new Map<string, number>();
  forEveryStep(({ after }) => visits.set(stateOf(after), (visits.get(stateOf(after)) ?? 0) + 1), SAME_DRAW);
  for (const state of STATES) expect(visits.get(state), state).toBeGreaterThan(20);
});

const isAttached = ({ value }: Snapshot): boolean => typeof value === 'object';

test('an attempt or its socket exists exactly in the states inside attached, and never two [M1]', () => {
  forEveryStep(({ before, after, actions }) => {
    let sockets = isAttached(before) ? 1 : 0;
    for (const { type } of emitted(actions)) {
      if (type === 'attempt.due') sockets += 1;
      if (type === 'attempt.over') sockets -= 1;
      expect([0, 1]).toContain(sockets);
    }
    expect(sockets).toBe(isAttached(after) ? 1 : 0);
  });
});

test('every new socket is a counted attempt, and every counted attempt a new socket [M2]', () => {
  forEveryStep(({ before, after, actions }) => {
    const begun = emitted(actions).filter(({ type }) => type === 'attempt.due').length;
    expect(after.context.attempts - before.context.attempts).toBe(begun);
  });
});

test('closing is never taken back, and its deadline is set when it begins [M3]', () => {
  forEveryStep(({ before, after, actions }) => {
    if (before.context.closing) expect(after.context.closing).toBe(true);
    else if (after.context.closing) expect(armed(actions).has('deadline.passed')).toBe(true);
  });
});

test('a closing session always drains an open connection [M4]', () => {
  forEveryStep(({ after }) => {
    if (after.context.closing) expect(['streaming', 'idle-keepalive']).not.toContain(stateOf(after));
  });
});

test('the idle limit runs in idle-keepalive, from each entry to each exit, and nowhere else [M5]', () => {
  forEveryStep(({ before, after, actions }) => {
    const [was, is] = [stateOf(before) === 'idle-keepalive', stateOf(after) === 'idle-keepalive'];
    expect(armed(actions).get('idle.elapsed')).toBe(is && !was ? 60_000 : undefined);
    const isDisarmed = actions.some(
      ({ type, params }) => type === 'xstate.cancel' && (params as { sendId: string }).sendId === 'idle',
    );
    expect(isDisarmed).toBe(was && !is);
  });
});

test('only a result that confirms new audio resets the failures [M6]', () => {
  forEveryStep(({ before, event, after }) => {
    const [was, is] = [before.context, after.context];
    if (event.type === 'audio.confirmed') {
      if (isAttached(before)) expect(is).toMatchObject({ budget: { failures: 0 }, everConfirmed: true });
    } else {
      expect(is.budget.failures).toBeGreaterThanOrEqual(was.budget.failures);
      if (was.reauthorised && event.type !== 'socket.opened') expect(is.reauthorised).toBe(true);
    }
  });
});

test('final states stay [M7]', () => {
  forEveryStep(({ before, after }) => {
    if (before.status === 'done') expect(after).toBe(before);
    expect(after.status).toBe(['closed', 'failed'].includes(stateOf(after)) ? 'done' : 'active');
  });
});

test('dormant never has remembered audio [M8]', () => {
  forEveryStep(({ after }) => {
    if (stateOf(after) === 'dormant') expect(after.context.pendingAudio).toBe(false);
  });
});

test('failed always has an end as its reason, and only the decision to fail leads there [M9]', () => {
  forEveryStep(({ before, after }) => {
    if (stateOf(after) !== 'failed' || stateOf(before) === 'failed') return;
    expect(after.context.budget.lastEnd).toBeDefined();
    expect(after.context.recovery.decision).toBe('fail' satisfies RecoveryDecision);
  });
});

test('every loss is announced once, with the end that caused it [M10]', () => {
  forEveryStep(({ before, event, actions }) => {
    const losses = emitted(actions).filter(({ type }) => type === 'connection.lost');
    const isEnd = event.type === 'socket.ended' || event.type === 'socket.stalled';
    const expected = isEnd && isAttached(before) ? [event.end] : [];
    expect(losses.map((loss) => (loss.type === 'connection.lost' ? loss.end : undefined))).toEqual(expected);
  });
});

test('the context can be serialized: it holds no function, socket, audio or secret [M11]', () => {
  const known = Object.keys(start().context).sort();
  // V8 makes a dictionary of a greater object that is copied field by field.
  expect(known.length).toBeLessThanOrEqual(16);
  forEveryStep(({ after: { context } }) => {
    expect(Object.keys(context).sort()).toEqual(known);
    expect(structuredClone(context)).toEqual(context);
  });
});

test('every state has a public phase, and a closing session shows closing in all that are not resting or over', () => {
  forEveryStep(({ after }) => {
    const phase = phaseOf(stateOf(after), after.context);
    if (after.status === 'done') expect(phase).toBe(stateOf(after));
    else if (stateOf(after) !== 'dormant') expect(phase === 'closing').toBe(after.context.closing);
  });
});

test('a session that is over has an outcome, and no other has [M12]', () => {
  forEveryStep(({ after }) => {
    const outcome = outcomeOf(after);
    if (stateOf(after) === 'failed') expect(outcome).toBe('failed');
    else if (stateOf(after) === 'closed') expect(['drained', 'deadline', 'aborted']).toContain(outcome);
    else expect(outcome).toBeUndefined();
  });
});
