/** A limit of connections that sessions share. Places are given in order; a 429 lowers the limit for a while. */
import type { ConnectionLimit, Place, PlaceRequest } from '../index.ts';
import { invalidOption, shown } from '../errors.ts';

/** The interval at which a lowered limit grows again by a tenth of `max`. */
const GROW_MS = 10_000;
const GROW_SHARE = 0.1;

/**
 * Sessions with places up to this get every change. Others get a change by a tenth, so that one step forward does not notify the
 * whole line.
 */
const EXACT_PLACES = 10;
const TOLD_SHARE = 0.1;

interface Waiting {
  request: PlaceRequest;
  told: number;
}

/** A limit made by {@link connectionLimit}. The numbers are for monitoring. */
export interface SharedConnectionLimit extends ConnectionLimit {
  /** The configured number of places. */
  readonly max: number;
  /** Places at present: fewer than `max` for a while after a 429. */
  readonly places: number;
  /** Connections that are open, opening or closing. */
  readonly held: number;
  /** Sessions that wait for a place. */
  readonly waiting: number;
}

/**
 * At most `max` connections at once over all sessions that get it as their option `connectionLimit`; further ones wait in order,
 * with the phase `queued`. Their audio is logged meanwhile. Without a limit Deepgram refuses them (HTTP 429).
 *
 * An attempt holds its place until its connection is closed. A session that reconnects requests a place again, at the end of the
 * line. A 429 lowers the limit to the connections that are open; then it grows by a tenth of `max` every 10 s.
 *
 * @throws TranscriptionError `invalid-option` for a `max` that is no whole number from 1 on.
 *
 * @example
 * ```ts
 * const limit = connectionLimit(100);
 * const live = createLiveTranscription({ auth, listen, connectionLimit: limit });
 * ```
 */
export function connectionLimit(max: number): SharedConnectionLimit {
  if (!Number.isInteger(max) || max < 1)
    throw invalidOption(`The limit of connections is ${shown(max)}.`, 'Give a whole number from 1 on.');
  return new Limit(max);
}

class Limit implements SharedConnectionLimit {
  readonly max: number;
  held = 0;
  readonly #line: Waiting[] = [];
  /** The limit after the last 429, and its time. */
  #lowered: { to: number; at: number } | undefined;
  /** The last waiting attempt. */
  #clock: PlaceRequest['clock'] | undefined;
  #timer: { clock: PlaceRequest['clock']; handle: unknown } | undefined;

  constructor(max: number) {
    this.max = max;
  }

  get waiting(): number {
    return this.#line.length;
  }

  get places(): number {
    return this.#placesAt(this.#clock?.now() ?? 0);
  }

  request(request: PlaceRequest): Place {
    const { clock } = request;
    this.#clock = clock;
    const waiting: Waiting = { request, told: Infinity };
    let isOver = false;
    this.#line.push(waiting);
    this.#admit(clock.now());
    return {
      release: (isRefused) => {
        if (isOver) return;
        isOver = true;
        const now = clock.now();
        const at = this.#line.indexOf(waiting);
        if (at >= 0) this.#line.splice(at, 1);
        else this.held -= 1;
        if (isRefused) this.#lowered = { to: Math.max(1, Math.min(this.#placesAt(now), this.held)), at: now };
        this.#admit(now);
      },
    };
  }

  #placesAt(now: number): number {
    if (!this.#lowered) return this.max;
    const { to, at } = this.#lowered;
    const grown = Math.floor(Math.max(0, now - at) / GROW_MS) * Math.ceil(this.max * GROW_SHARE);
    if (to + grown >= this.max) this.#lowered = undefined;
    return Math.min(this.max, to + grown);
  }

  /** Callbacks may request, release and leave places: the state is consistent before each call. */
  #admit(now: number): void {
    while (this.#line.length > 0 && this.held < this.#placesAt(now)) {
      this.held += 1;
      this.#line.shift()?.request.granted();
    }
    for (let ahead = 0; ahead < this.#line.length; ahead += 1) {
      const waiting = this.#line[ahead] as Waiting;
      const place = ahead + 1;
      const step = place <= EXACT_PLACES ? 1 : waiting.told * TOLD_SHARE;
      if (waiting.told - place < step) continue;
      waiting.told = place;
      waiting.request.awaited(place);
    }
    this.#expectGrowth(now);
  }

  /** A timer only while a session waits, on that session's clock, so that no timer outlives it. */
  #expectGrowth(now: number): void {
    this.#timer?.clock.clearTimeout(this.#timer.handle);
    this.#timer = undefined;
    const first = this.#line[0];
    if (!first || this.#placesAt(now) === this.max || !this.#lowered) return;
    const { clock } = first.request;
    const delayMs = Math.ceil(GROW_MS - (Math.max(0, now - this.#lowered.at) % GROW_MS));
    this.#timer = { clock, handle: clock.setTimeout(() => this.#admit(clock.now()), delayMs) };
  }
}
