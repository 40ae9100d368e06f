/** Reads states and transitions from a machine's definition. */
import type { AnyStateMachine } from 'xstate';

type StateNode = AnyStateMachine['root'];

export interface Transition {
  /** `dormant audio.pending [hasTried] > reconnecting`; no target: the state stays. */
  id: string;
  source: string;
  event: string;
  guard: string;
  target: string | undefined;
}

export interface MachineGraph {
  /** Every state but the root, parents included. */
  states: { name: string; parent: string | undefined; isFinal: boolean; isInitial: boolean }[];
  transitions: Transition[];
}

export function graphOf(machine: AnyStateMachine): MachineGraph {
  const nodes = descendantsOf(machine.root);
  return {
    states: nodes.map((node) => ({
      name: node.key,
      parent: node.parent === machine.root ? undefined : node.parent?.key,
      isFinal: node.type === 'final',
      isInitial: node.parent === machine.root && machine.root.initial.target.includes(node),
    })),
    transitions: [machine.root, ...nodes].flatMap((node) => transitionsOf(node, machine.root)),
  };
}

/** The shown part of a transition's definition. */
export interface Definition {
  source: { key: string; id: string };
  eventType: string;
  guard?: unknown;
  target: readonly { key: string }[] | undefined;
}

function descendantsOf(node: StateNode): StateNode[] {
  return Object.values(node.states).flatMap((child) => [child, ...descendantsOf(child)]);
}

function transitionsOf(node: StateNode, root: StateNode): Transition[] {
  const listed: Definition[] = [...node.transitions.values(), node.always ?? []].flat();
  return listed.map((definition) => transitionOf(definition, root));
}

/** Names a transition of the definition or of a running machine. */
export function transitionOf(
  { source: node, eventType, guard, target }: Definition,
  root: Pick<StateNode, 'id'>,
): Transition {
  const source = node.id === root.id ? 'anywhere' : node.key;
  const event = eventType.replace(/^xstate\./, '').replace(`.${node.id}`, '') || 'always';
  const guardName = nameOf(guard);
  const targetName = target?.map(({ key }) => key).join();
  const id = `${source} ${event}${guardName && ` [${guardName}]`}${targetName ? ` > ${targetName}` : ''}`;
  return { id, source, event, guard: guardName, target: targetName };
}

function nameOf(guard: unknown): string {
  if (guard === undefined) return '';
  if (typeof guard === 'string') return guard;
  const { type, params } = guard as { type: string; params?: string };
  return params === undefined ? type : `${type} ${params}`;
}
