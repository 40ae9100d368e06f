/** The calls of a server, over all its sockets, so that another stream can continue a call whose stream broke off. */
import { type CallOptions, within } from './call-options.ts';
import type { CallSocket } from './call-socket.ts';
import { DIALECTS } from './dialect.ts';
import { openCall } from './from-call.ts';
import type { LiveCall } from './live-call.ts';
import type { PhoneCall } from './phone-call.ts';

/** Options of {@link callRegistry}. */
export interface CallRegistryOptions extends CallOptions {
  /**
   * How long a call whose socket closed without a stop waits for another stream with the same call id; 0 to 3600000 milliseconds. Until
   * then its audio does not complete, and its session holds the connection.
   * @defaultValue `0`: it ends at once
   */
  resumeWithinMs?: number;
}

/** The calls of a server. */
export interface CallRegistry {
  /**
   * Takes an accepted socket. Resolves at the provider's start, with a new call, or with an existing call that this stream
   * continues. A call with `resumed` keeps its observables: the app need not do anything.
   *
   * @throws TranscriptionError (by rejection) as {@link fromTwilio}.
   */
  accept(socket: CallSocket): Promise<{ call: PhoneCall; resumed: boolean }>;
  /** Calls that are not over. */
  readonly calls: readonly PhoneCall[];
}

/**
 * Makes a registry. Pass every accepted socket to it; calls outlive their sockets by `resumeWithinMs`.
 *
 * @throws TranscriptionError `invalid-option`.
 *
 * @example
 * ```ts
 * const registry = callRegistry({ resumeWithinMs: 10_000 });
 * server.on('connection', async (socket) => {
 *   const { call, resumed } = await registry.accept(socket);
 *   if (!resumed) call.audio$.pipe(transcribe({ auth, listen: { model: 'nova-3', ...call.listen } })).subscribe(show);
 * });
 * ```
 */
export function callRegistry(options: CallRegistryOptions = {}): CallRegistry {
  const resumeWithinMs = within('resumeWithinMs', options.resumeWithinMs ?? 0, 0, 3_600_000);
  const calls = new Set<LiveCall>();
  const dialects = [...(options.dialects ?? []), ...DIALECTS];
  return {
    get calls() {
      return [...calls];
    },
    accept: async (socket) => {
      const call = await openCall(socket, dialects, options, {
        withinMs: resumeWithinMs,
        // A second stream of a call that still has its first one is a separate call.
        find: (start) => [...calls].find((each) => each.awaits(start)),
      });
      const resumed = calls.has(call);
      if (!resumed) {
        calls.add(call);
        void call.ended.then(() => calls.delete(call));
      }
      return { call, resumed };
    },
  };
}
