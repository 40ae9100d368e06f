/** `claim()`: a transcriber takes a session that has audio and no owner. */
import { type Clock, systemClock } from '../clock.ts';
import type { Parameters } from '../protocol/protocol.ts';
import type { AudioStore, Opened } from './audio-store.ts';
import { DurableSession } from './durable.ts';
import { newHolder } from './holder.ts';
import { readDescription } from './session-record.ts';

/** Options of {@link claim}. */
export interface ClaimOptions {
  /** Ends the waiting. */
  signal?: AbortSignal;
  /**
   * Time between two reads of the store, in milliseconds.
   * @defaultValue `100`
   */
  pollMs?: number;
  /** Called when the store does not answer; the call is repeated. */
  failed?: (error: unknown) => void;
  /** Replaces time, for tests. @defaultValue the system's clock */
  clock?: Clock;
  /** A name that no other process has, for tests. @defaultValue random */
  holder?: string;
}

/** A session whose audio comes from a writer through the store, for the option `session`. Do not call `send()` on it. */
export class ClaimedSession extends DurableSession {
  /** Deepgram's parameters, from its writer. */
  readonly listen: Parameters;

  /** Made by `claim()`. */
  constructor(store: AudioStore, opened: Opened) {
    super(store, opened.lease.id, opened.lease.holder, opened, true);
    this.listen = readDescription(opened.session.description)?.listen ?? {};
  }
}

/**
 * Waits for a session with audio and without an owner, and takes it: for a pool of transcribers, each of which can be replaced
 * during a call. After a minute without audio from its writer the session is handed over and ends here; it is claimed again when
 * audio comes. `undefined`: the signal aborted first.
 *
 * @example
 * ```ts
 * for (let session = await claim(store, { signal }); session; session = await claim(store, { signal })) {
 *   createLiveTranscription({ auth, listen: session.listen, session });
 * }
 * ```
 */
export async function claim(
  store: AudioStore,
  { signal, pollMs = 100, failed, clock = systemClock, holder }: ClaimOptions = {},
): Promise<ClaimedSession | undefined> {
  const isOver = () => signal?.aborted === true;
  while (!isOver()) {
    try {
      const opened = await store.claim(holder ?? newHolder());
      if (opened && isOver()) await store.release(opened.lease, false);
      else if (opened) return new ClaimedSession(store, opened);
    } catch (error) {
      failed?.(error);
    }
    await new Promise<void>((resolve) => clock.setTimeout(resolve, pollMs));
  }
  return undefined;
}
