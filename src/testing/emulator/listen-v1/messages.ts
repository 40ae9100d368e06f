/**
 * The server's messages, field by field as documented, written without use of the client's parser, so that an error in the parser
 * shows.
 */
import type { HeardWord } from '../../recognisers/recogniser.ts';
import { MODEL_UUID } from '../model-uuid.ts';
import type { Decided } from '../session.ts';
import type { ListenSettings } from './listen-query.ts';

export interface ResultsContent {
  channel: number;
  channelCount: number;
  /** Seconds on this connection's audio clock. */
  start: number;
  end: number;
  words: readonly HeardWord[];
  isFinal: boolean;
  speechFinal: boolean;
  fromFinalize: boolean;
}

/** Characters of a faulty message that are repeated in the answer: a long message must not get a long answer. */
const LONGEST_ECHO = 2_000;

/** The kept fields of a final. */
export function decidedBy(content: ResultsContent): Decided {
  const { channel, start, end, words, speechFinal, fromFinalize } = content;
  return { channel, start, end, words: words.map(({ word }) => word), speechFinal, fromFinalize };
}

export function resultsMessage(content: ResultsContent, requestId: string, settings: ListenSettings): object {
  const { channel, channelCount, start, end, words } = content;
  return {
    type: 'Results',
    channel_index: [channel, channelCount],
    duration: seconds(seconds(end) - seconds(start)),
    start: seconds(start),
    is_final: content.isFinal,
    speech_final: content.speechFinal,
    channel: {
      alternatives: [
        {
          transcript: words.map((word) => word.word).join(' '),
          confidence: meanConfidence(words),
          ...(settings.language === 'multi' && { languages: words.length > 0 ? ['en'] : [] }),
          words: words.map((word) => ({
            word: word.word,
            start: seconds(word.start),
            end: seconds(word.end),
            confidence: word.confidence,
            ...(settings.punctuate && { punctuated_word: word.word }),
            ...(settings.diarize && { speaker: 0 }),
            ...(settings.language === 'multi' && { language: 'en' }),
          })),
        },
      ],
      ...(settings.search.length > 0 && { search: settings.search.map((query) => hitsOf(query, words)) }),
    },
    metadata: {
      request_id: requestId,
      model_info: modelInfo(settings.model),
      model_uuid: MODEL_UUID,
    },
    from_finalize: content.fromFinalize,
    ...(settings.detectEntities && content.isFinal && { entities: entitiesIn(words) }),
  };
}

function modelInfo(name: string): object {
  return { name, version: '2026-01-01.0', arch: name.replace(/^(nova-\d).*/, '$1') };
}

/** Numbers are the only entity that the words alone show. */
function entitiesIn(words: readonly HeardWord[]): object[] {
  return words.flatMap(({ word, confidence }, index) =>
    /^\d+$/.test(word)
      ? {
          label: 'CARDINAL',
          value: word,
          raw_value: word,
          confidence,
          start_word: index,
          end_word: index + 1,
        }
      : [],
  );
}

function hitsOf(query: string, words: readonly HeardWord[]): object {
  const hits = words
    .filter(({ word }) => word.toLowerCase() === query.toLowerCase())
    .map(({ word, start, end, confidence }) => ({
      confidence,
      start: seconds(start),
      end: seconds(end),
      snippet: word,
    }));
  return { query, hits };
}

export interface MetadataContent {
  requestId: string;
  /** Wall time at the start of the connection. */
  createdMs: number;
  durationSeconds: number;
  channels: number;
  sha256: string;
  model: string;
}

export function metadataMessage(content: MetadataContent): object {
  return {
    type: 'Metadata',
    transaction_key: 'deprecated',
    request_id: content.requestId,
    sha256: content.sha256,
    created: new Date(content.createdMs).toISOString(),
    duration: seconds(content.durationSeconds),
    channels: content.channels,
    models: [MODEL_UUID],
    model_info: { [MODEL_UUID]: modelInfo(content.model) },
  };
}

export function utteranceEndMessage(channel: number, channelCount: number, lastWordEnd: number): object {
  return { type: 'UtteranceEnd', channel: [channel, channelCount], last_word_end: seconds(lastWordEnd) };
}

export function speechStartedMessage(channel: number, channelCount: number, timestamp: number): object {
  return { type: 'SpeechStarted', channel: [channel, channelCount], timestamp: seconds(timestamp) };
}

export function configureSuccessMessage(requestId: string, keyterms: readonly string[] | undefined): object {
  return { type: 'ConfigureSuccess', request_id: requestId, ...(keyterms && { keyterms }) };
}

export function configureFailureMessage(requestId: string, description: string, code: string): object {
  return { type: 'ConfigureFailure', request_id: requestId, error_code: code, description };
}

/** The answer to text that is not a known message. Not fatal. */
export function schemaErrorMessage(problem: string, original: string): object {
  return {
    type: 'Error',
    variant: 'SchemaError',
    description: `Could not deserialize last text message: ${problem}`,
    message: original.slice(0, LONGEST_ECHO),
  };
}

/** The older form of a refused Configure. */
export function invalidConfigureMessage(description: string, code: string): object {
  return { type: 'Error', variant: 'InvalidConfigureMessage', description, code };
}

/** Microseconds: finer than a sample at any rate, and free of binary noise such as 0.30000000000000004. */
function seconds(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function meanConfidence(words: readonly HeardWord[]): number {
  if (words.length === 0) return 0;
  return seconds(words.reduce((sum, word) => sum + word.confidence, 0) / words.length);
}
