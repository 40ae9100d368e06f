/**
 * Parses the text messages of a Flux client. Any other text ends the connection: Flux has neither KeepAlive nor Finalize, and
 * converts no types.
 */
import type { Readings } from '../readings.ts';
import type { Change } from './configuration.ts';

export type FluxMessage =
  | { type: 'CloseStream' }
  | { type: 'ForceEndTurn' }
  | { type: 'Configure'; change: Change };

export type FluxReading = { message: FluxMessage } | { problem: string };

/** A message that cannot be read. */
class Unparsable extends Error {}

export function readFluxMessage(text: string, { forceEndTurn }: Readings): FluxReading {
  const known = ['CloseStream', 'Configure', ...(forceEndTurn === 'enabled' ? ['ForceEndTurn'] : [])];
  try {
    return { message: read(objectIn(JSON.parse(text), 'the message'), known) };
  } catch (error) {
    if (error instanceof Unparsable || error instanceof SyntaxError)
      return { problem: error.message.slice(0, 300) };
    throw error;
  }
}

function read(fields: Record<string, unknown>, known: readonly string[]): FluxMessage {
  const { type } = fields;
  if (typeof type !== 'string' || !known.includes(type)) {
    const name = JSON.stringify(type ?? null).slice(0, 100);
    throw new Unparsable(`unknown variant ${name}, expected one of ${known.join(', ')}`);
  }
  if (type === 'Configure') return { type, change: readChange(fields) };
  only(['type'], fields);
  return { type: type === 'CloseStream' ? 'CloseStream' : 'ForceEndTurn' };
}

function readChange(fields: Record<string, unknown>): Change {
  only(['type', 'thresholds', 'keyterms', 'language_hints', 'numerals'], fields);
  const thresholds = objectIn(fields['thresholds'] ?? {}, 'thresholds');
  only(['eot_threshold', 'eager_eot_threshold', 'eot_timeout_ms'], thresholds);
  const eotThreshold = numberIn(thresholds, 'eot_threshold');
  const eagerEotThreshold = numberIn(thresholds, 'eager_eot_threshold');
  const eotTimeoutMs = numberIn(thresholds, 'eot_timeout_ms');
  if (eotTimeoutMs !== undefined && !Number.isInteger(eotTimeoutMs)) {
    throw new Unparsable('invalid type for field eot_timeout_ms, expected a whole number');
  }
  const keyterms = textsIn(fields, 'keyterms');
  const languageHints = textsIn(fields, 'language_hints');
  const numerals = fields['numerals'] ?? undefined;
  if (numerals !== undefined && typeof numerals !== 'boolean') {
    throw new Unparsable('invalid type for field numerals, expected a boolean');
  }
  return {
    ...(eotThreshold !== undefined && { eotThreshold }),
    ...(eagerEotThreshold !== undefined && { eagerEotThreshold }),
    ...(eotTimeoutMs !== undefined && { eotTimeoutMs }),
    ...(keyterms && { keyterms }),
    ...(languageHints && { languageHints }),
    ...(numerals !== undefined && { numerals }),
  };
}

function objectIn(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Unparsable(`invalid type for ${what}, expected an object`);
}

function numberIn(fields: Record<string, unknown>, name: string): number | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === 'number') return value;
  throw new Unparsable(`invalid type for field ${name}, expected a number`);
}

function textsIn(fields: Record<string, unknown>, name: string): string[] | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new Unparsable(`invalid type for field ${name}, expected a list of strings`);
}

function only(known: readonly string[], fields: Record<string, unknown>): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Unparsable(`unknown field ${unknown.slice(0, 100)}, expected one of ${known.join(', ')}`);
}
