/**
 * The state that a session leaves in the store for the next owner, and its check when it is read: another version may have
 * written it.
 */
import { invalidOption } from '../errors.ts';
import type { ListenChange } from '../protocol/configure.ts';
import type { AudioFormat, Parameters, ParameterValue } from '../protocol/protocol.ts';
import type { StitchedChannel } from '../transcript/stitcher.ts';
import type { Json } from './audio-store.ts';

/** Positions per second and bytes of one position. */
export interface StoredFormat {
  readonly rate: number;
  readonly frameBytes: number;
}

/** The settings with which a session began. */
export interface SessionDescription extends StoredFormat {
  /** Deepgram's parameters. */
  readonly listen: Parameters;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
}

/** The state of its owner at the last confirmation. */
export interface SessionState {
  /** Samples covered by finals; the rest before the confirmed position was dropped. */
  readonly confirmed: number;
  readonly connection: number;
  /** Turns that have ended. */
  readonly turns: number;
  /** Parameters that were changed since the session began. */
  readonly configured: ListenChange;
  readonly channels: readonly StitchedChannel[];
}

/** @throws TranscriptionError `invalid-option` for audio that is not raw. */
export function storedFormatOf(format: AudioFormat): StoredFormat {
  if (format.kind === 'raw') return { rate: format.sampleRate, frameBytes: format.frameBytes };
  throw invalidOption(
    'A session in a store takes raw audio only: a container cannot be cut at a sample.',
    "Give listen.encoding 'linear16', 'mulaw' or 'alaw' with sample_rate.",
  );
}

export function writeDescription({ listen, startedAt, rate, frameBytes }: SessionDescription): Json {
  return { listen: listen as Json, startedAt, rate, frameBytes };
}

/** `undefined` for an invalid value. */
export function readDescription(value: Json): SessionDescription | undefined {
  const { listen, startedAt, rate, frameBytes } = fieldsOf(value);
  if (!isCount(rate) || !isCount(frameBytes) || typeof startedAt !== 'number') return undefined;
  const parameters = Object.entries(fieldsOf(listen)).filter(([, each]) => isParameter(each));
  return { listen: Object.fromEntries(parameters) as Parameters, startedAt, rate, frameBytes };
}

export function writeState({ confirmed, connection, turns, configured, channels }: SessionState): Json {
  return {
    confirmed,
    connection,
    turns,
    configured: configured as Json,
    channels: channels.map(({ segment, covered }) => ({
      segment,
      covered: covered.map(({ start, end }) => [start, end]),
    })),
  };
}

/** Checks each field separately: a missing or wrong one gets its value at the beginning of a session. */
export function readState(value: Json | undefined): SessionState {
  const { confirmed, connection, turns, configured, channels } = fieldsOf(value);
  const changes = Object.entries(fieldsOf(configured)).filter(([, each]) => isParameter(each));
  return {
    confirmed: countOf(confirmed),
    connection: countOf(connection),
    turns: countOf(turns),
    configured: Object.fromEntries(changes),
    channels: (Array.isArray(channels) ? (channels as readonly Json[]) : []).map((channel) => {
      const { segment, covered } = fieldsOf(channel);
      return { segment: countOf(segment), covered: rangesOf(covered), isShowing: false };
    }),
  };
}

function rangesOf(value: Json | undefined): StitchedChannel['covered'] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).flatMap((range) => {
    const [start, end] = Array.isArray(range) ? (range as readonly Json[]) : [];
    return isCount(start) && isCount(end) && end > start ? [{ start, end }] : [];
  });
}

export function fieldsOf(value: Json | undefined): Record<string, Json | undefined> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, Json | undefined>)
    : {};
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function countOf(value: unknown): number {
  return isCount(value) ? value : 0;
}

function isParameter(value: unknown): value is ParameterValue {
  if (Array.isArray(value)) return value.every((each) => typeof each !== 'object');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
