/** The query of `/v2/listen`. It refuses parameters of `/v1/listen`, so that a client that mixes up the two fails at once. */
import { BadQuery, NoSuchModel, decimal, flag, noLongerThan, oneOf, wholeNumber } from '../query-values.ts';
import { type RawFormat, readRawFormat } from '../raw-format.ts';
import type { Readings } from '../readings.ts';
import { type Configuration, LIMITS, problemWith } from './configuration.ts';

/** The settings of one connection. */
export interface FluxSettings {
  model: string;
  isMultilingual: boolean;
  /** Absent for container audio, whose header tells the format. */
  raw?: RawFormat;
  profanityFilter: boolean;
  configuration: Configuration;
}

const MODELS = ['flux-general-en', 'flux-general-multi'];
const KNOWN =
  'model encoding sample_rate eot_threshold eager_eot_threshold eot_timeout_ms keyterm language_hint profanity_filter numerals redact mip_opt_out tag'.split(
    ' ',
  );
const OF_V1 =
  'interim_results multichannel channels vad_events smart_format no_delay punctuate dictation filler_words diarize diarize_model detect_entities language endpointing utterance_end_ms replace search keywords extra callback callback_method version'.split(
    ' ',
  );
const ENCODINGS = ['linear16', 'linear32', 'mulaw', 'alaw', 'opus', 'ogg-opus'];
const SAMPLE_RATES = ['8000', '16000', '24000', '44100', '48000'];
const DEFAULT_EOT_THRESHOLD = 0.7;
const DEFAULT_EOT_TIMEOUT_MS = 5_000;

/** Reads a query, or throws {@link BadQuery} or {@link NoSuchModel}. */
export function readFluxQuery(query: URLSearchParams, readings: Readings): FluxSettings {
  checkNames(query, readings);
  const model = query.get('model');
  if (model === null) throw new BadQuery('model is required.');
  if (!MODELS.includes(model)) throw new NoSuchModel();
  for (const name of ['profanity_filter', 'numerals', 'mip_opt_out']) flag(query, name);
  oneOf(query, 'redact', ['numbers', 'aggressive_numbers']);
  noLongerThan(query, 'tag', 128);
  const isMultilingual = model === 'flux-general-multi';
  const configuration = readConfiguration(query);
  const problem = problemWith(configuration, isMultilingual);
  if (problem) throw new BadQuery(problem.description);
  const raw = readFormat(query, readings);
  return {
    model,
    isMultilingual,
    ...(raw && { raw }),
    profanityFilter: flag(query, 'profanity_filter'),
    configuration,
  };
}

function checkNames(query: URLSearchParams, { unknownParameters }: Readings): void {
  for (const name of query.keys()) {
    if (KNOWN.includes(name)) continue;
    if (OF_V1.includes(name)) throw new BadQuery(`${name} is not available on /v2/listen.`);
    if (unknownParameters === 'refused') throw new BadQuery('Unknown parameter in the query.');
  }
}

function readConfiguration(query: URLSearchParams): Configuration {
  const threshold = (name: 'eot_threshold' | 'eager_eot_threshold') =>
    query.has(name) ? decimal(query, name, LIMITS[name].least, LIMITS[name].most) : undefined;
  const { least, most } = LIMITS.eot_timeout_ms;
  const eagerEotThreshold = threshold('eager_eot_threshold');
  return {
    eotThreshold: threshold('eot_threshold') ?? DEFAULT_EOT_THRESHOLD,
    ...(eagerEotThreshold !== undefined && { eagerEotThreshold }),
    eotTimeoutMs: query.has('eot_timeout_ms')
      ? wholeNumber(query, 'eot_timeout_ms', least, most)
      : DEFAULT_EOT_TIMEOUT_MS,
    keyterms: query.getAll('keyterm'),
    languageHints: query.getAll('language_hint'),
    numerals: flag(query, 'numerals'),
  };
}

function readFormat(query: URLSearchParams, readings: Readings): RawFormat | undefined {
  oneOf(query, 'encoding', ENCODINGS);
  if (readings.fluxSampleRate === 'listed') oneOf(query, 'sample_rate', SAMPLE_RATES);
  if (query.has('sample_rate') && !query.has('encoding')) {
    throw new BadQuery('encoding is required when sample_rate is specified.');
  }
  return readRawFormat(query, readings.compressedAudio);
}
