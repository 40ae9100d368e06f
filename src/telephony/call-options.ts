/** The options of a call, and their checks. */
import { type Clock, systemClock } from '../clock.ts';
import { TranscriptionError } from '../index.ts';
import type { Dialect } from './dialect.ts';
import type { CallTrack } from './phone-call.ts';

/** Options of {@link fromTwilio} and similar functions. Durations are milliseconds. */
export interface CallOptions {
  /**
   * The tracks that will come, if the provider's start does not name them: Telnyx, with `stream_track: 'both_tracks'`.
   * @defaultValue those of the start, or `['inbound']`
   */
  tracks?: readonly CallTrack[];
  /**
   * A stream for each track, for models that take one channel (Flux): see `streams`.
   * @defaultValue `false`: one stream, a channel for each track
   */
  split?: boolean;
  /**
   * Audio in one chunk; 20 to 1000. 80 is what Flux wants.
   * @defaultValue `100`
   */
  frameMs?: number;
  /**
   * How long to wait for a missing frame after later ones, or those of the other track, have come; 0 to 1000.
   * @defaultValue `100`
   */
  reorderMs?: number;
  /**
   * The longest hole in all tracks that is filled with silence; 0 to 60000. A longer one is announced, and takes no time.
   * @defaultValue `2000`
   */
  fillMs?: number;
  /**
   * How long to wait for the provider's start message.
   * @defaultValue `10000`
   */
  startWithinMs?: number;
  /** Providers of your own, tried before those that are known. Ignored by {@link fromTwilio} and the other functions for one provider. */
  dialects?: readonly Dialect[];
  /** Replaces time, for tests. @defaultValue the system's clock */
  clock?: Clock;
}

/** Options with every default filled in. */
export type CheckedCallOptions = Required<Omit<CallOptions, 'tracks'>> & Pick<CallOptions, 'tracks'>;

const RANGES = {
  frameMs: [100, 20, 1_000],
  reorderMs: [100, 0, 1_000],
  fillMs: [2_000, 0, 60_000],
  startWithinMs: [10_000, 1, 3_600_000],
} as const;

/** @throws TranscriptionError `invalid-option`, naming the value and what to write instead. */
export function checkCallOptions(options: CallOptions): CheckedCallOptions {
  const numbers = Object.entries(RANGES).map(([name, [normal, least, most]]) => {
    return [name, within(name, options[name as keyof typeof RANGES] ?? normal, least, most)];
  });
  const { tracks } = options;
  const isKnown = (name: string) => name === 'inbound' || name === 'outbound';
  if (tracks !== undefined && !(Array.isArray(tracks) && tracks.length > 0 && tracks.every(isKnown))) {
    throw new TranscriptionError('invalid-option', `tracks is ${String(tracks)}.`, {
      remedy: "Give ['inbound'], ['outbound'] or ['inbound', 'outbound'].",
    });
  }
  return {
    ...(Object.fromEntries(numbers) as Record<keyof typeof RANGES, number>),
    ...(tracks && { tracks: [...new Set(tracks)].sort() }),
    split: options.split ?? false,
    dialects: options.dialects ?? [],
    clock: options.clock ?? systemClock,
  };
}

/** @throws TranscriptionError `invalid-option`. */
export function within(name: string, value: number, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new TranscriptionError('invalid-option', `${name} is ${String(value)}.`, {
    remedy: `Give a number from ${least} to ${most}.`,
  });
}
