/**
 * The query of `/v1/listen`, read as strictly as Deepgram reads it. Unknown parameters pass; a wrong value of a
 * known one refuses the handshake with 400, and the text says which.
 */

/** Encodings the emulator decodes; the service knows more. */
export type RawEncoding = 'linear16' | 'linear32' | 'mulaw' | 'alaw';

/** What one connection has asked for. */
export interface ListenSettings {
  model: string;
  language: string;
  /** Absent for container audio, whose header tells the format. */
  raw?: { encoding: RawEncoding; sampleRate: number; channels: number };
  multichannel: boolean;
  interimResults: boolean;
  endpointingMs: number | false;
  utteranceEndMs?: number;
  vadEvents: boolean;
  punctuate: boolean;
  diarize: boolean;
  keyterms: string[];
}

/** A query that cannot be served. */
export class BadQuery extends Error {}

const RAW_ENCODINGS = ['linear16', 'linear32', 'mulaw', 'alaw'] as const satisfies RawEncoding[];
const UNDECODED = new Set(['flac', 'amr-nb', 'amr-wb', 'opus', 'ogg-opus', 'speex', 'g729']);
const BOOLEANS =
  'interim_results multichannel vad_events smart_format no_delay punctuate numerals profanity_filter dictation filler_words diarize detect_entities mip_opt_out'.split(
    ' ',
  );
const DEFAULT_ENDPOINTING_MS = 10;
const MAX_CHANNELS = 20;
const SHORTEST_UTTERANCE_END_MS = 1_000;
const MAX_KEYTERM_TOKENS = 500;

/** Reads a query, or throws {@link BadQuery}. */
export function readListenQuery(query: URLSearchParams): ListenSettings {
  for (const name of BOOLEANS) flag(query, name);
  const model = query.get('model') ?? 'base';
  if (model.startsWith('flux')) throw new BadQuery(`Model ${model} is only available on /v2/listen.`);
  if (flag(query, 'diarize') && query.has('diarize_model')) {
    throw new BadQuery('diarize and diarize_model cannot be used together.');
  }
  const raw = readRawFormat(query);
  const utteranceEndMs = readUtteranceEnd(query);
  return {
    model,
    language: query.get('language') ?? 'en',
    ...(raw && { raw }),
    multichannel: flag(query, 'multichannel'),
    interimResults: flag(query, 'interim_results'),
    endpointingMs: readEndpointing(query),
    ...(utteranceEndMs !== undefined && { utteranceEndMs }),
    vadEvents: flag(query, 'vad_events'),
    punctuate: flag(query, 'punctuate') || flag(query, 'smart_format'),
    diarize: flag(query, 'diarize') || query.has('diarize_model'),
    keyterms: readKeyterms(query),
  };
}

function readRawFormat(query: URLSearchParams): ListenSettings['raw'] {
  const encoding = query.get('encoding');
  // Without an encoding the rate and channels mean nothing, and are not even looked at.
  if (encoding === null) return undefined;
  if (UNDECODED.has(encoding)) throw new BadQuery(`This emulator does not decode encoding=${encoding}.`);
  const known = RAW_ENCODINGS.find((name) => name === encoding);
  if (!known) throw new BadQuery(`Unknown encoding: ${encoding}.`);
  if (!query.has('sample_rate')) throw new BadQuery('sample_rate is required when encoding is specified.');
  const sampleRate = wholeNumber(query, 'sample_rate', 1, 384_000);
  const channels = query.has('channels') ? wholeNumber(query, 'channels', 1, MAX_CHANNELS) : 1;
  return { encoding: known, sampleRate, channels };
}

function readEndpointing(query: URLSearchParams): number | false {
  const value = query.get('endpointing');
  if (value === null || value === 'true') return DEFAULT_ENDPOINTING_MS;
  if (value === 'false') return false;
  return wholeNumber(query, 'endpointing', 0, 60_000);
}

/** Whether a short one is refused or merely useless is disputed; refusal is the harder reading. */
function readUtteranceEnd(query: URLSearchParams): number | undefined {
  const value = query.get('utterance_end_ms');
  if (value === null || value === 'false') return undefined;
  const utteranceEndMs = wholeNumber(query, 'utterance_end_ms', SHORTEST_UTTERANCE_END_MS, 60_000);
  if (!flag(query, 'interim_results')) throw new BadQuery('utterance_end_ms requires interim_results=true.');
  return utteranceEndMs;
}

function readKeyterms(query: URLSearchParams): string[] {
  const keyterms = query.getAll('keyterm');
  if (exceedsKeytermLimit(keyterms)) {
    throw new BadQuery('Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.');
  }
  return keyterms;
}

/** Tokens are counted as words: fewer than the service would count, which is the best that can be known. */
export function exceedsKeytermLimit(keyterms: readonly string[]): boolean {
  const tokens = keyterms.flatMap((keyterm) => keyterm.split(/\s+/)).filter((token) => token !== '');
  return tokens.length > MAX_KEYTERM_TOKENS;
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw new BadQuery(`Invalid value for ${name}: expected true or false, got "${value}".`);
}

function wholeNumber(query: URLSearchParams, name: string, least: number, most: number): number {
  const text = query.get(name) ?? '';
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new BadQuery(
    `Invalid value for ${name}: expected a whole number from ${least} to ${most}, got "${text}".`,
  );
}
