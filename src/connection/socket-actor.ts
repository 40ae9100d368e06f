/** The machine's only actor: holds the socket of one attempt, when the code for it has loaded. */
import { type AnyActor, fromCallback } from 'xstate';
import { connectionMachine } from './connection-machine.ts';
import type { ConnectionEvent } from './events.ts';

/** Runs one attempt and its connection; returns the cleanup of both. */
export type HoldSocket = (send: (event: ConnectionEvent) => void) => () => void;

type ActorSystem = AnyActor['system'];

const NOT_LOADED =
  "The code for the connection could not be loaded. If that lasts, reload the page, or import 'rx-deepgram/static'.";

const holders = new WeakMap<ActorSystem, HoldSocket>();

/**
 * Gives an actor of {@link connectedMachine} its socket. Call it before the actor starts. A map from the actor system: `.provide`
 * for each session would copy the whole machine.
 */
export function bindSocket(system: ActorSystem, hold: HoldSocket): void {
  holders.set(system, hold);
}

/** The connection machine with its real socket. */
export const connectedMachine = connectionMachine.provide({
  actors: {
    socket: fromCallback<ConnectionEvent>(({ sendBack, system }) => {
      const hold = holders.get(system);
      if (!hold) throw new Error('No socket was bound to this connection machine.');
      return hold(sendBack);
    }),
  },
});

/** The same after its code has loaded. If it cannot be loaded, the attempt fails, and the next one loads it again. */
export function holdLater(
  loading: Promise<HoldSocket>,
  send: (event: ConnectionEvent) => void,
  now: () => number,
  audio: { readonly hasPending: boolean },
): () => void {
  let letGo: (() => void) | undefined;
  let isOver = false;
  loading.then(
    (hold) => {
      if (!isOver) letGo = hold(send);
    },
    () => {
      if (isOver) return;
      send({
        type: 'socket.ended',
        link: undefined,
        end: { kind: 'network-lost', cause: NOT_LOADED },
        at: now(),
        pendingAudio: audio.hasPending,
        flowingAudio: false,
      });
    },
  );
  return () => {
    isOver = true;
    letGo?.();
  };
}
