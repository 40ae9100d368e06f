/** From the messages of `/v1/listen` to neutral events. */
import type { HeardWord, Segment, ServerEvent } from '../protocol.ts';
import {
  type Decoded,
  decodeServerMessage,
  type ResultsMessage,
  type WordMessage,
} from './server-messages.ts';

/** Reads one text message. Never throws. */
export function decodeEvent(text: string): ServerEvent {
  const decoded = decodeServerMessage(text);
  const event = eventOf(decoded);
  if (decoded.problem !== undefined) event.problem = decoded.problem;
  return event;
}

function eventOf(decoded: Decoded): ServerEvent {
  switch (decoded.kind) {
    case 'results':
      return segmentOf(decoded.message);
    case 'utterance-end': {
      const { channel, last_word_end: lastWordEnd } = decoded.message;
      return { kind: 'utterance-end', channel: channel[0] ?? 0, lastWordEnd, raw: decoded.message };
    }
    case 'metadata':
      return { kind: 'processed', seconds: decoded.message.duration, raw: decoded.message };
    case 'error': {
      const { description, variant } = decoded.message;
      return { kind: 'complaint', description, variant, raw: decoded.message };
    }
    case 'other':
      return { kind: 'other', raw: decoded.message };
    case 'malformed':
      return decoded;
    default:
      return decoded satisfies never;
  }
}

function segmentOf(message: ResultsMessage): Segment {
  const { channel_index: channelIndex, channel } = message;
  const alternative = channel.alternatives[0];
  return {
    kind: 'segment',
    channel: channelIndex[0] ?? 0,
    channelCount: channelIndex[1] ?? 1,
    start: message.start,
    end: message.start + message.duration,
    isFinal: message.is_final === true,
    endsUtterance: message.speech_final === true,
    answersFinalize: message.from_finalize === true,
    text: alternative?.transcript ?? '',
    words: alternative?.words?.map(heardWord) ?? [],
    confidence: alternative?.confidence,
    raw: message,
  };
}

function heardWord(message: WordMessage): HeardWord {
  return {
    word: message.word,
    text: message.punctuated_word ?? message.word,
    start: message.start,
    end: message.end,
    confidence: message.confidence,
    speaker: message.speaker,
    language: message.language,
  };
}
