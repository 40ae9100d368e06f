/**
 * The query of `/v1/listen`, checked as strictly as by Deepgram: a wrong value of a known parameter refuses the handshake with
 * 400, and the text names it.
 */
import { BadQuery, flag, noLongerThan, oneOf, wholeNumber } from '../query-values.ts';
import { type RawFormat, readRawFormat } from '../raw-format.ts';
import type { Readings } from '../readings.ts';

/** The settings of one connection. */
export interface ListenSettings {
  model: string;
  language: string;
  /** Absent for container audio, whose header tells the format. */
  raw?: RawFormat;
  multichannel: boolean;
  interimResults: boolean;
  endpointingMs: number | false;
  utteranceEndMs?: number;
  vadEvents: boolean;
  punctuate: boolean;
  diarize: boolean;
  detectEntities: boolean;
  keyterms: string[];
  search: string[];
}

const BOOLEANS =
  'interim_results multichannel vad_events smart_format no_delay punctuate numerals profanity_filter dictation filler_words diarize detect_entities mip_opt_out'.split(
    ' ',
  );
const OTHERS =
  'model language encoding sample_rate channels endpointing utterance_end_ms diarize_model redact replace search keyterm keywords extra tag callback callback_method version'.split(
    ' ',
  );
/** Families and their variants; a custom model has a UUID. */
const KNOWN_MODEL =
  /^(nova(-[23])?|enhanced|base|meeting|phonecall|finance|conversationalai|voicemail|video|custom)(-[a-z][a-z0-9]*)*$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DEFAULT_MODEL = 'base';
const DEFAULT_ENDPOINTING_MS = 10;
const SHORTEST_UTTERANCE_END_MS = 1_000;
const MAX_KEYTERM_TOKENS = 500;
const REDACTIONS = ['true', 'false', 'pci', 'numbers', 'aggressive_numbers', 'ssn'];

/** Reads a query, or throws {@link BadQuery}. */
export function readListenQuery(query: URLSearchParams, readings: Readings): ListenSettings {
  checkNames(query, readings);
  for (const name of BOOLEANS) flag(query, name);
  oneOf(query, 'diarize_model', ['latest', 'v1']);
  oneOf(query, 'redact', REDACTIONS);
  noLongerThan(query, 'tag', 128);
  noLongerThan(query, 'extra', 2_048);
  if (query.has('callback')) {
    throw new BadQuery("callback is one of Deepgram's parameters, but this emulator does not support it.");
  }
  const model = readModel(query, readings);
  if (flag(query, 'diarize') && query.has('diarize_model')) {
    throw new BadQuery('diarize and diarize_model cannot be used together.');
  }
  const raw = readRawFormat(query, readings.compressedAudio);
  const utteranceEndMs = readUtteranceEnd(query, readings);
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
    detectEntities: flag(query, 'detect_entities'),
    keyterms: readKeyterms(query, model),
    search: query.getAll('search'),
  };
}

function checkNames(query: URLSearchParams, { unknownParameters }: Readings): void {
  if (unknownParameters === 'accepted') return;
  for (const name of query.keys()) {
    if (!BOOLEANS.includes(name) && !OTHERS.includes(name))
      throw new BadQuery('Unknown parameter in the query.');
  }
}

function readModel(query: URLSearchParams, { missingModel, unknownModel }: Readings): string {
  const model = query.get('model');
  if (model === null && missingModel === 'refused') throw new BadQuery('model is required.');
  if (model?.startsWith('flux')) throw new BadQuery('Flux models are only available on /v2/listen.');
  if (model !== null && unknownModel === 'refused' && !KNOWN_MODEL.test(model)) {
    throw new BadQuery('No such model/language/tier combination found.');
  }
  return model ?? DEFAULT_MODEL;
}

function readEndpointing(query: URLSearchParams): number | false {
  const value = query.get('endpointing');
  if (value === null || value === 'true') return DEFAULT_ENDPOINTING_MS;
  if (value === 'false') return false;
  return wholeNumber(query, 'endpointing', 0, 60_000);
}

function readUtteranceEnd(query: URLSearchParams, { shortUtteranceEnd }: Readings): number | undefined {
  const value = query.get('utterance_end_ms');
  if (value === null || value === 'false') return undefined;
  const leastMs = shortUtteranceEnd === 'refused' ? SHORTEST_UTTERANCE_END_MS : 0;
  const utteranceEndMs = wholeNumber(query, 'utterance_end_ms', leastMs, 60_000);
  if (!flag(query, 'interim_results')) throw new BadQuery('utterance_end_ms requires interim_results=true.');
  return utteranceEndMs;
}

function readKeyterms(query: URLSearchParams, model: string): string[] {
  const keyterms = query.getAll('keyterm');
  if (keyterms.length > 0 && !takesKeyterms(model))
    throw new BadQuery('keyterm is only available with Nova-3.');
  if (takesKeyterms(model) && query.getAll('keywords').some((word) => word.trim() !== '')) {
    throw new BadQuery('keywords are not available with Nova-3: use keyterm.');
  }
  if (exceedsKeytermLimit(keyterms)) {
    throw new BadQuery('Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.');
  }
  return keyterms;
}

export function takesKeyterms(model: string): boolean {
  return model.startsWith('nova-3');
}

/** Words are counted instead of tokens: the service may count more. */
export function exceedsKeytermLimit(keyterms: readonly string[]): boolean {
  const tokens = keyterms.flatMap((keyterm) => keyterm.split(/\s+/)).filter((token) => token !== '');
  return tokens.length > MAX_KEYTERM_TOKENS;
}
