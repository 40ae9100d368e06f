/**
 * Configure, on either API: changes parameters of an open connection. The names are those of the query; the message uses others.
 */
import { invalidOption, shown } from '../errors.ts';
import { oneLine } from '../outside-text.ts';
import { isFlux } from './flux/parameters.ts';
import type { Parameters, ServerError } from './protocol.ts';
import type { ServerMessage } from './server-message.ts';

/** Parameters that can be changed while a connection is open. A list replaces the previous list; an empty one clears it. */
export interface ListenChange {
  /** With Flux, and with nova-3 models. At most 100, and 500 words together. */
  keyterm?: readonly string[];
  /** Flux only. */
  eot_threshold?: number;
  /** Flux only. */
  eager_eot_threshold?: number;
  /** Flux only. */
  eot_timeout_ms?: number;
  /** `flux-general-multi` only. */
  language_hint?: readonly string[];
  /** With Flux, and with nova-3 models. */
  numerals?: boolean;
}

const THRESHOLDS = ['eot_threshold', 'eager_eot_threshold', 'eot_timeout_ms'];
const OF_FLUX = [...THRESHOLDS, 'keyterm', 'language_hint', 'numerals'];
const OF_LISTEN = ['keyterm', 'numerals'];

/**
 * Deepgram's limits. We count words instead of tokens: there are at least as many tokens. Beyond the limits `/v1/listen` sends no
 * more results.
 */
const MAX_KEYTERMS = 100;
const MAX_KEYTERM_WORDS = 500;

/** @throws TranscriptionError `invalid-option`, naming the value, why, and what to write instead. */
export function checkChange(change: ListenChange, parameters: Parameters): void {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const known = isFlux(parameters) ? OF_FLUX : OF_LISTEN;
  if (given.length === 0) throw invalidOption('The change is empty.', `Give one of: ${known.join(', ')}.`);
  for (const [name, value] of given as [string, unknown][]) {
    const refuse = (remedy: string) => {
      throw invalidOption(`${name} is ${shown(value)}.`, remedy);
    };
    if (!known.includes(name))
      throw invalidOption(
        `${name} cannot be changed on an open connection.`,
        `Give one of: ${known.join(', ')}.`,
      );
    const isList =
      Array.isArray(value) && value.every((each) => typeof each === 'string' && each.trim() !== '');
    if (THRESHOLDS.includes(name) && typeof value !== 'number') refuse('Give a number.');
    if (name === 'numerals' && typeof value !== 'boolean') refuse('Give true or false.');
    if ((name === 'keyterm' || name === 'language_hint') && !isList) refuse('Give an array of texts.');
  }
  const terms = change.keyterm ?? [];
  const words = terms.flatMap((term) => term.trim().split(/\s+/));
  if (terms.length > MAX_KEYTERMS || words.length > MAX_KEYTERM_WORDS)
    throw invalidOption(
      `keyterm has ${terms.length} terms of ${words.length} words.`,
      `Give at most ${MAX_KEYTERMS}, and ${MAX_KEYTERM_WORDS} words together.`,
    );
}

/** The text that asks for a checked change. */
export function configureMessage(change: ListenChange, parameters: Parameters): string {
  const { keyterm: keyterms, language_hint: language_hints, numerals, ...thresholds } = change;
  const hasThresholds = JSON.stringify(thresholds) !== '{}';
  return JSON.stringify({
    type: 'Configure',
    ...(hasThresholds && { thresholds }),
    keyterms,
    language_hints,
    ...(isFlux(parameters) || numerals === undefined ? { numerals } : { features: { numerals } }),
  });
}

/** Whether a message answers a Configure: success or error. */
export function configureReply(message: ServerMessage): { error?: ServerError } | undefined {
  const { type, variant, code, error_code, description } = message as Record<string, unknown>;
  const isRefusal =
    type === 'ConfigureFailure' ||
    (type === 'Error' && (variant === 'InvalidConfigureMessage' || variant === 'SchemaError'));
  if (!isRefusal) return type === 'ConfigureSuccess' ? {} : undefined;
  const textOf = (value: unknown) => (typeof value === 'string' ? oneLine(value) : undefined);
  return { error: { code: textOf(code) ?? textOf(error_code), description: textOf(description) } };
}
