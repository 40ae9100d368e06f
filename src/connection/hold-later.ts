/** Begins an attempt to connect, as soon as the code for sockets has loaded. */
import type { EventReceiver } from './events.ts';

/** An attempt and its connection. */
export interface HeldSocket {
  /** Ends the attempt and its connection: no socket outlives its state. */
  letGo(): void;
}

/** Begins an attempt. */
export type HoldSocket = (machine: EventReceiver) => HeldSocket;

const NOT_LOADED =
  "The code for the connection could not be loaded. If that lasts, reload the page, or import 'rx-deepgram/static'.";

/** Begins an attempt when its code has loaded. If the code cannot be loaded, the attempt fails, and the next one loads it again. */
export function holdLater(
  loading: Promise<HoldSocket>,
  machine: EventReceiver,
  now: () => number,
  audio: { readonly hasPending: boolean },
): HeldSocket {
  let held: HeldSocket | undefined;
  let isOver = false;
  loading.then(
    (hold) => {
      if (!isOver) held = hold(machine);
    },
    () => {
      if (isOver) return;
      machine.send({
        type: 'socket.ended',
        link: undefined,
        end: { kind: 'network-lost', cause: NOT_LOADED },
        at: now(),
        pendingAudio: audio.hasPending,
        flowingAudio: false,
      });
    },
  );
  return {
    letGo() {
      isOver = true;
      held?.letGo();
    },
  };
}
