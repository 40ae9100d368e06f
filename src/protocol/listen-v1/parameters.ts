/** The query of `/v1/listen`: its types, by Deepgram's names, and all checks that need no server. */
import { invalidOption, nearest, shown } from '../../errors.ts';
import { DECLARE_FORMAT } from '../connection-end.ts';
import { MIN_UTTERANCE_END_MS } from '../limits.ts';

type OpenEnum<Known extends string> = Known | (string & {});

/** The value of a query parameter; for an array the parameter is repeated. */
export type ParameterValue = string | number | boolean | readonly (string | number | boolean)[] | undefined;

/**
 * Parameters of `/v1/listen`, by Deepgram's names. Others are passed on unchanged, so that a new one needs no new version of this
 * package.
 *
 * @see https://developers.deepgram.com/reference/speech-to-text/listen-streaming
 */
export interface ListenParameters {
  /** The model. With `flux-general-en` or `flux-general-multi` the session uses `/v2/listen`. */
  model?: OpenEnum<'nova-3' | 'nova-3-medical' | 'nova-2' | 'nova-2-phonecall' | 'nova-2-meeting'>;
  /** BCP-47, or `multi`. Deepgram's default: `en`. */
  language?: string;
  /** Of raw audio; leave out, with `sample_rate`, for a container (WAV, Ogg, WebM). */
  encoding?: OpenEnum<
    | 'linear16'
    | 'linear32'
    | 'mulaw'
    | 'alaw'
    | 'flac'
    | 'opus'
    | 'ogg-opus'
    | 'speex'
    | 'amr-nb'
    | 'amr-wb'
    | 'g729'
  >;
  /** Hertz; goes with `encoding`. */
  sample_rate?: number;
  /** Interleaved channels of raw audio. Deepgram's default: 1. Read only with `encoding`. */
  channels?: number;
  /** Transcribes each channel separately, up to 20. Without it they are mixed. Deepgram's default: `false`. */
  multichannel?: boolean;
  /** Interim results, about once a second; finals replace them. Deepgram's default: `false`. */
  interim_results?: boolean;
  /** Milliseconds of silence that make a result `speech_final`, or `false`. Deepgram's default: 10. */
  endpointing?: number | false;
  /** Milliseconds without a new word until an UtteranceEnd; at least 1000; needs `interim_results`. Deepgram's default: none is sent. */
  utterance_end_ms?: number;
  /** A message `SpeechStarted` when speech begins: see `messages$`. Deepgram's default: `false`. */
  vad_events?: boolean;
  /** Formats numbers, dates and the like. May delay a final until 3 s of silence. Deepgram's default: `false`. */
  smart_format?: boolean;
  /** Punctuation and capitals: `text`, and each word's `punctuated_word`. Deepgram's default: `false`. */
  punctuate?: boolean;
  /** Numbers the speakers: each word gets a `speaker`. They are numbered anew on each connection. Deepgram's default: `false`. */
  diarize?: boolean;
  /** Words and phrases to recognise better, 500 tokens in all. Only for nova-3 models and Flux. */
  keyterm?: readonly string[] | string;
  [parameter: string]: ParameterValue;
}

/** Bytes of one sample, for encodings with a fixed size. */
const BYTES_PER_SAMPLE = new Map([
  ['linear16', 2],
  ['linear32', 4],
  ['mulaw', 1],
  ['alaw', 1],
]);

/** The byte of silence in each of these encodings. */
const SILENT_BYTE = new Map([
  ['mulaw', 0xff],
  ['alaw', 0xd5],
]);

/** The format of the audio, by the parameters. */
export type AudioFormat =
  /** Raw samples; `frameBytes`: one sample of each channel. */
  | { kind: 'raw'; sampleRate: number; frameBytes: number; silentByte: number }
  /** An encoding whose duration does not follow from its bytes. */
  | { kind: 'packets' }
  /** The format is in the container's header. */
  | { kind: 'container' };

/** Found in users' code. */
const SECRET_NAMES = /^(access_?token|api_?key|token)$/i;

/** Deepgram's parameters for live audio. Others are passed on, unless they resemble one of these. */
export const LISTEN_PARAMETERS = (
  'model language encoding sample_rate channels multichannel interim_results endpointing utterance_end_ms vad_events ' +
  'smart_format punctuate diarize diarize_model diarize_version keyterm keywords callback callback_method detect_entities ' +
  'dictation extra filler_words mip_opt_out no_delay numerals profanity_filter redact replace search tag tier version'
).split(' ');

/** Families without keyterm. A custom model has an id and may be of any family. */
const BEFORE_NOVA_3 = /^(nova-2|nova($|-[a-z])|enhanced|base)/;

/** Documented maximum. */
const MAX_CHANNELS = 20;
/** More than any microphone has. With higher rates, sums of samples soon become inexact. */
const MAX_SAMPLE_RATE = 768_000;

/** @throws TranscriptionError `invalid-option`, naming the value, why, and what to write instead. */
export function checkListenParameters(listen: ListenParameters): void {
  for (const [name, value] of Object.entries(listen)) {
    if (SECRET_NAMES.test(name))
      throw invalidOption(`listen.${name} would go into the URL.`, 'Give secrets as auth.');
    if (value === undefined) continue;
    const meant = LISTEN_PARAMETERS.includes(name) ? undefined : nearest(name, LISTEN_PARAMETERS);
    if (meant !== undefined)
      throw invalidOption(`listen.${name} is no parameter of Deepgram's.`, `Write ${meant}.`);
    checkValue(name, value);
  }
  const { model, encoding, sample_rate, utterance_end_ms, interim_results } = listen;
  const refuseIf = (isWrong: boolean, name: string, why: string, remedy: string) => {
    if (isWrong) throw invalidOption(`listen.${name} is ${shown(listen[name])}${why}.`, remedy);
  };
  refuseIf(
    String(model).startsWith('flux'),
    'model',
    ', a Flux model, which /v1/listen refuses',
    "Write model: 'nova-3'.",
  );
  refuseIf(
    encoding !== undefined && sample_rate === undefined,
    'encoding',
    ' without sample_rate',
    DECLARE_FORMAT,
  );
  refuseIf(
    sample_rate !== undefined && encoding === undefined,
    'sample_rate',
    ' without encoding',
    DECLARE_FORMAT,
  );
  for (const [name, most] of [
    ['sample_rate', MAX_SAMPLE_RATE],
    ['channels', MAX_CHANNELS],
  ] as const) {
    refuseIf(!isWholeNumber(listen[name] ?? 1, 1, most), name, '', `Give a whole number from 1 to ${most}.`);
  }
  refuseIf(
    String(model).startsWith('nova-3') && isGiven(listen['keywords']),
    'keywords',
    `, which Deepgram refuses with model ${shown(model)}`,
    'Write keyterm.',
  );
  refuseIf(
    BEFORE_NOVA_3.test(String(model)) && isGiven(listen.keyterm),
    'keyterm',
    `, which Deepgram knows only for nova-3, and model is ${shown(model)}`,
    "Write model: 'nova-3', or keywords.",
  );
  refuseIf(
    listen['diarize_model'] !== undefined && listen.diarize !== undefined,
    'diarize',
    ' beside diarize_model, and Deepgram refuses both together',
    'Leave diarize out.',
  );
  if (utterance_end_ms === undefined) return;
  refuseIf(
    !isWholeNumber(utterance_end_ms, MIN_UTTERANCE_END_MS),
    'utterance_end_ms',
    ', and Deepgram refuses less than 1000',
    'Write 1000 or more, or leave it out.',
  );
  refuseIf(
    String(interim_results) !== 'true',
    'utterance_end_ms',
    ' without interim_results, from which it is computed',
    'Add interim_results: true.',
  );
}

/** The format of the audio, from checked parameters. */
export function audioFormatOf({ encoding, sample_rate, channels }: ListenParameters): AudioFormat {
  if (encoding === undefined || encoding === 'ogg-opus' || encoding === 'flac') return { kind: 'container' };
  const bytesPerSample = BYTES_PER_SAMPLE.get(encoding);
  if (bytesPerSample === undefined) return { kind: 'packets' };
  return {
    kind: 'raw',
    sampleRate: Number(sample_rate),
    frameBytes: bytesPerSample * (channels ?? 1),
    silentByte: SILENT_BYTE.get(encoding) ?? 0,
  };
}

/** The address to connect to, below a checked `baseUrl`. Holds parameters only, never a secret. */
export function listenUrl(baseUrl: string, listen: ListenParameters): string {
  const query: string[] = [];
  for (const [name, value] of Object.entries(listen)) {
    for (const single of singlesOf(value) as readonly (string | number | boolean | undefined)[]) {
      if (single !== undefined) query.push(`${escape(name)}=${escape(`${single}`)}`);
    }
  }
  return `${baseUrl}/v1/listen${query.length > 0 ? '?' : ''}${query.join('&')}`;
}

/** Half of a surrogate pair cannot be escaped. */
function escape(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'));
}

function checkValue(name: string, value: unknown): void {
  for (const single of singlesOf(value)) {
    if (single === undefined || typeof single === 'string' || typeof single === 'boolean') continue;
    if (typeof single === 'number' && Number.isFinite(single)) continue;
    throw invalidOption(
      `listen.${name} is ${shown(single)}, which cannot go into a query.`,
      'Give text, a number, true, false, or an array of these.',
    );
  }
}

/** For an array the parameter is repeated. */
function singlesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isGiven(value: unknown): boolean {
  return singlesOf(value).some((single) => single !== undefined);
}

function isWholeNumber(value: unknown, least: number, most = Infinity): boolean {
  return Number.isInteger(Number(value)) && Number(value) >= least && Number(value) <= most;
}
