/**
 * From the messages of `/v2/listen` to neutral events. Every used field is checked. A wrong required field makes the message
 * malformed; a wrong optional field is left out.
 */
import { oneLine } from '../../outside-text.ts';
import type { HeardTurn, HeardWord, Segment, ServerEvent } from '../protocol.ts';
import type { ServerMessage } from '../server-message.ts';

/** Longer than any connection. Sums of longer times would lose their milliseconds. */
const MAX_SECONDS = 1e6;

/** If a window has no word, no later word begins earlier than its end minus this. The worst observed case is 0.24 s. */
const LATEST_WORD_SECONDS = 1;

/** After ForceEndTurn, the words of the next turn may begin this long before the end of the window. */
const MANUAL_END_SECONDS = 0.5;

const EVENTS = new Map<unknown, HeardTurn['event']>([
  ['StartOfTurn', 'start'],
  ['Update', 'update'],
  ['EagerEndOfTurn', 'eager-end'],
  ['TurnResumed', 'resumed'],
  ['EndOfTurn', 'end'],
]);

type Fields = Record<string, unknown>;

/** Reads one text message. Never throws. */
export function decodeTurn(text: string): ServerEvent {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { kind: 'malformed', problem: 'not a message' };
  }
  if (!isObject(message) || typeof message['type'] !== 'string')
    return { kind: 'malformed', problem: 'no type' };
  const raw = message as ServerMessage;
  const code = textOf(message['code']) ?? textOf(message['error_code']);
  const description = textOf(message['description']);
  switch (message['type']) {
    case 'TurnInfo':
      return decodeTurnInfo(message, raw);
    // A third party's notes use this name.
    case 'FatalError':
    case 'Error':
      return { kind: 'fatal', error: { code, description }, raw };
    case 'Warning':
      if (code === 'FORCE_END_TURN_NO_ACTIVE_TURN') return { kind: 'no-turn', raw };
      return { kind: 'complaint', description, variant: code, raw };
    default:
      return { kind: 'other', raw };
  }
}

function decodeTurnInfo(message: Fields, raw: ServerMessage): ServerEvent {
  const event = EVENTS.get(message['event']);
  // Ignore an unknown event: the next Update has the same facts.
  if (typeof message['event'] === 'string' && !event) return { kind: 'other', raw };
  const { turn_index: index, audio_window_start: start, audio_window_end: end, transcript } = message;
  const wrong = (field: string): ServerEvent => ({
    kind: 'malformed',
    problem: `TurnInfo: ${field} is missing or wrong`,
  });
  if (!event) return wrong('event');
  if (!isCount(index)) return wrong('turn_index');
  if (!isSeconds(start)) return wrong('audio_window_start');
  if (!isSeconds(end)) return wrong('audio_window_end');
  if (typeof transcript !== 'string') return wrong('transcript');
  const leftOut: string[] = [];
  const words = wordsOf(message['words'], start, end);
  if (!words) return wrong('words');
  const detail = <Value>(field: string, isRight: (value: unknown) => value is Value): Value | undefined => {
    const value = message[field];
    if (value === undefined || value === null || isRight(value)) return value ?? undefined;
    leftOut.push(field);
    return undefined;
  };
  const turn: HeardTurn = {
    event,
    index,
    heardTo: end,
    trigger: detail('trigger', isText),
    languages: detail('languages', isTexts),
    endConfidence: detail('end_of_turn_confidence', isFinite),
  };
  const isFinal = event === 'end';
  const lastWordEnd = words.at(-1)?.end ?? start;
  const settledTo = Math.max(start, end - LATEST_WORD_SECONDS);
  const segment: Segment = {
    kind: 'segment',
    channel: 0,
    channelCount: 1,
    // After ForceEndTurn a turn may begin before its window.
    start: Math.min(start, words[0]?.start ?? start),
    end: isFinal && turn.trigger === 'manual' ? Math.max(lastWordEnd, end - MANUAL_END_SECONDS) : end,
    isFinal,
    endsUtterance: isFinal,
    answersFinalize: turn.trigger === 'manual',
    text: transcript,
    words,
    confidence: words.length > 0 ? Math.min(...words.map(({ confidence = 1 }) => confidence)) : undefined,
    turn,
    ...(event === 'update' && transcript === '' && settledTo > start && { confirmedTo: settledTo }),
    raw,
    ...(leftOut.length > 0 && { problem: `TurnInfo: left out ${leftOut.join(', ')}` }),
  };
  return segment;
}

/** Times of a word may be missing: it then begins at the end of the previous word. */
function wordsOf(value: unknown, start: number, end: number): HeardWord[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const words: HeardWord[] = [];
  for (const each of value as unknown[]) {
    if (!isObject(each)) return undefined;
    const { word, confidence } = each;
    if (!isText(word)) return undefined;
    const from = each['start'] ?? words.at(-1)?.end ?? start;
    const to = each['end'] ?? end;
    if (!isSeconds(from) || !isSeconds(to)) return undefined;
    const language = textOf(each['language']);
    words.push({
      word: word,
      text: word,
      start: from,
      end: to,
      confidence: isFinite(confidence) ? confidence : undefined,
      speaker: undefined,
      language,
    });
  }
  return words;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isFinite = (value: unknown): value is number => Number.isFinite(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSeconds = (value: unknown): value is number => isFinite(value) && value >= 0 && value <= MAX_SECONDS;
const textOf = (value: unknown) => (isText(value) ? oneLine(value) : undefined);
