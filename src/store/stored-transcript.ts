/** A final in the store: a transcript without Deepgram's message, which would double its size. */
import type { Transcript, Word } from '../transcript/stitcher.ts';
import type { Json } from './audio-store.ts';
import { fieldsOf } from './session-record.ts';

/** A transcript from a store. */
export type StoredTranscript = Omit<Transcript, 'raw'>;

export function writeTranscript(transcript: Transcript): Json {
  return { ...transcript, raw: undefined } as unknown as Json;
}

/** `undefined` for an invalid value; single wrong fields are left out. */
export function readTranscript(value: Json | undefined): StoredTranscript | undefined {
  const { id, final, text, words, start, end, capturedAt, confidence, channel, ...flags } = fieldsOf(value);
  if (typeof id !== 'string' || typeof text !== 'string') return undefined;
  if (typeof start !== 'number' || typeof end !== 'number') return undefined;
  return {
    id,
    final: final === true,
    text,
    words: (Array.isArray(words) ? (words as readonly Json[]) : []).flatMap(readWord),
    start,
    end,
    capturedAt: numberOf(capturedAt),
    confidence: numberOf(confidence),
    channel: numberOf(channel) ?? 0,
    speechFinal: flags.speechFinal === true,
    fromFinalize: flags.fromFinalize === true,
    connection: numberOf(flags.connection) ?? 0,
  };
}

function readWord(value: Json): Word[] {
  const { word, text, start, end, confidence, speaker, language, capturedAt } = fieldsOf(value);
  if (typeof word !== 'string' || typeof start !== 'number' || typeof end !== 'number') return [];
  return [
    {
      word,
      text: typeof text === 'string' ? text : word,
      start,
      end,
      confidence: numberOf(confidence),
      speaker: numberOf(speaker),
      language: typeof language === 'string' ? language : undefined,
      capturedAt: numberOf(capturedAt),
    },
  ];
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
