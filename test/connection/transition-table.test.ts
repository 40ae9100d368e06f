import { createActor, type TransitionDefinition } from 'xstate';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { connectionMachine } from '../../src/connection/connection-machine.ts';
import type { ConnectionEvent } from '../../src/connection/events.ts';
import type { ConnectionState } from '../../src/connection/status.ts';
import { abort, effectsOf, emitted, ended, isOfAttempt, situationOf, stateOf, step } from './situations.ts';
import { type Condition, EVENTS, type Outcome, type State, STATES, TRANSITIONS } from './transition-table.ts';

describe.each(STATES)('in %s', (state) => {
  test.each(EVENTS)('%s does what the table says, and nothing else', (event) => {
    const expected = TRANSITIONS[state][event];
    if (expected === 'ignored') {
      expectIgnored(state, event);
      return;
    }
    for (const outcome of expected) expectOutcome(state, event, outcome);
  });
});

function expectIgnored(state: State, event: (typeof EVENTS)[number]): void {
  for (const condition of ['always', 'closing'] satisfies Condition[]) {
    const { before, event: given } = situationOf(state, event, condition);
    const [after, actions] = step(before, given);
    expect(stateOf(before)).toBe(state);
    expect(after.value).toEqual(before.value);
    expect(after.context).toBe(before.context);
    expect(actions).toEqual([]);
  }
}

function expectOutcome(state: State, event: (typeof EVENTS)[number], { when, to, effects }: Outcome): void {
  const { before, event: given } = situationOf(state, event, when);
  expect(stateOf(before), `on the way to ${state}`).toBe(state);
  const [after, actions] = step(before, given);
  expect(stateOf(after), when).toBe(to === 'stay' ? state : to);
  expect([...effectsOf(before, given, after, actions)].sort(), when).toEqual([...effects].sort());

  // What holds for every cell: a new attempt is a new socket, and a socket left is a socket let go [M1, M4].
  const isFresh = isAttached(to) && (!isAttached(state) || (to === 'reconnecting' && state !== 'queued'));
  const isLeft = isAttached(state) && (isFresh || (to !== 'stay' && !isAttached(to)));
  const attempts = emitted(actions).flatMap(({ type }) => (isOfAttempt(type) ? [type] : []));
  expect(attempts, when).toEqual([...(isLeft ? ['attempt.over'] : []), ...(isFresh ? ['attempt.due'] : [])]);
  expect(after.context.attempts - before.context.attempts, when).toBe(isFresh ? 1 : 0);
}

const ATTACHED: ReadonlySet<string> = new Set([
  'connecting',
  'reconnecting',
  'queued',
  'streaming',
  'idle-keepalive',
  'draining',
]);
const isAttached = (state: string): boolean => ATTACHED.has(state);

test('the table has the states and the events of the machine, by type', () => {
  expectTypeOf<State>().toEqualTypeOf<ConnectionState>();
  const names = new Set(allTransitions().map(({ name }) => name));
  expect([...names].sort()).toEqual([...EVENTS].sort());
});

/** There, since one list serves both ends; never taken, since a stall has no close code. */
const NEVER_TAKEN = ['attached socket.stalled 0'];

test('every transition of the machine occurs in the table', () => {
  const taken = new Set<string>();
  for (const state of STATES) {
    for (const event of EVENTS) {
      const expected = TRANSITIONS[state][event];
      for (const { when } of expected === 'ignored' ? [] : expected) {
        const { before, event: given } = situationOf(state, event, when);
        const chosen = connectionMachine.getTransitionData(before, given as ConnectionEvent);
        for (const transition of chosen) taken.add(idOf(transition));
      }
    }
  }
  const untaken = allTransitions()
    .map(({ transition }) => idOf(transition))
    .filter((id) => !taken.has(id));
  expect(untaken).toEqual(NEVER_TAKEN);
});

// oxlint-disable-next-line typescript/no-explicit-any -- as XState types the transitions of a machine
type AnyTransition = TransitionDefinition<any, any>;

function allTransitions(): { name: string; transition: AnyTransition }[] {
  const nodes = nodesOf(connectionMachine.root).filter(({ key }) => key !== 'deciding');
  return nodes.flatMap((node) =>
    [...node.transitions].flatMap(([event, transitions]) =>
      transitions.map((transition) => ({
        name: waitOf(event, node.id),
        transition: transition as AnyTransition,
      })),
    ),
  );
}

function nodesOf(node: typeof connectionMachine.root): (typeof connectionMachine.root)[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

/** `xstate.after.backoff.connection.backoff` is `after.backoff`. */
const waitOf = (event: string, id: string): string => event.replace(/^xstate\./, '').replace(`.${id}`, '');

function idOf(transition: AnyTransition): string {
  const source = transition.source as typeof connectionMachine.root;
  const index = source.transitions.get(transition.eventType)?.indexOf(transition);
  return `${source.key} ${waitOf(transition.eventType, source.id)} ${index}`;
}

test.each(['closed', 'failed'] as const)(
  '%s is final: the machine ignores all later events [M7]',
  (state) => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const actor = createActor(connectionMachine, { input: {} }).start();
    actor.send({ type: 'user.connect' });
    actor.send((state === 'closed' ? abort : ended('forbidden')) as ConnectionEvent);
    for (const name of EVENTS) actor.send(situationOf(state, name, 'always').event as ConnectionEvent);
    expect(stateOf(actor.getSnapshot())).toBe(state);
  },
);
