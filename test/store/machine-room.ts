/**
 * Processes that share a store, on one virtual clock: each can be killed (nothing of it runs any more), stopped and continued (as by
 * SIGSTOP: what came meanwhile comes late), and cut off from its store.
 */
import type { Clock, Socket, SocketHandlers, Transport } from '../../src/index.ts';
import type { AudioStore } from '../../src/store/index.ts';
import type { VirtualClock } from '../../src/testing/index.ts';

/** How a process reaches its store. */
export interface StoreRoad {
  /** One way, in milliseconds. */
  delayMs: () => number;
  /** Of the next call: it never arrives, or it is carried out and its answer is lost. */
  fate: () => 'answered' | 'lost' | 'unanswered';
}

export const GOOD_ROAD: StoreRoad = { delayMs: () => 1, fate: () => 'answered' };

/** One process. */
export class Process {
  readonly #clock: VirtualClock;
  #isDead = false;
  #isStopped = false;
  #late: (() => void)[] = [];
  #wasFenced = false;
  /** Writes that were begun after the process had learned that another owns the session. */
  writesAfterFence = 0;
  readonly #sockets = new Set<Socket>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** The clock of the process: it continues while the process is stopped, and timers fire late. */
  get clock(): Clock {
    const shared = this.#clock;
    return {
      now: () => shared.now(),
      wallTime: () => shared.wallTime(),
      setTimeout: (callback, delayMs) => shared.setTimeout(() => this.#run(callback), delayMs),
      clearTimeout: (timer) => shared.clearTimeout(timer),
    };
  }

  /** The transport of the process: when it is killed, the other side gets a close. */
  through(transport: Transport): Transport {
    return (request, handlers) => {
      const here: SocketHandlers = {
        opened: (handshake) => this.#run(() => handlers.opened(handshake)),
        message: (text) => this.#run(() => handlers.message(text)),
        binary: (bytes) => this.#run(() => handlers.binary(bytes)),
        ended: (end) => this.#run(() => handlers.ended(end)),
      };
      const socket = transport(request, here);
      this.#sockets.add(socket);
      return socket;
    };
  }

  /** The connection of the process to the store. A call under way is executed also after a kill. */
  reaching(store: AudioStore, road: () => StoreRoad): AudioStore {
    const clock = this.#clock;
    const travel = (delayMs: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, delayMs));
    const call = async (name: string, given: unknown[]): Promise<unknown> => {
      if (this.#isDead) return new Promise(() => {});
      const { delayMs, fate } = road();
      if (this.#wasFenced && ['append', 'confirm', 'renew', 'request'].includes(name))
        this.writesAfterFence += 1;
      const outcome = fate();
      await travel(delayMs());
      if (outcome === 'lost') throw new Error('The store is away.');
      const method = store[name as 'open'] as unknown as (...values: unknown[]) => Promise<unknown>;
      const answer = await method.call(store, ...given);
      await travel(delayMs());
      if (outcome === 'unanswered') throw new Error('The connection to the store was lost.');
      return new Promise((resolve) =>
        this.#run(() => {
          if (answer === 'fenced' && (name === 'confirm' || name === 'renew')) this.#wasFenced = true;
          resolve(answer);
        }),
      );
    };
    return new Proxy(store, {
      get: (target, name: keyof AudioStore) =>
        typeof target[name] === 'function'
          ? (...given: unknown[]) => call(name, given)
          : (target[name] as unknown),
    });
  }

  /** As by SIGKILL. */
  kill(): void {
    this.#isDead = true;
    this.#late = [];
    for (const socket of this.#sockets) socket.terminate();
  }

  /** As by SIGSTOP. */
  stop(): void {
    this.#isStopped = true;
  }

  /** As by SIGCONT. */
  continue(): void {
    this.#isStopped = false;
    // Each in its own turn, as an event loop does.
    for (const task of this.#late.splice(0)) this.#clock.setTimeout(() => this.#run(task), 0);
  }

  #run(task: () => void): void {
    if (this.#isDead) return;
    if (this.#isStopped) this.#late.push(task);
    else task();
  }
}
