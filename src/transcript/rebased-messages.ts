/**
 * Rewrites Deepgram's messages as if one connection had sent them: on the session's clock, without repeats, with one Metadata at
 * the end. For apps that use messages, not transcripts. Changed messages are copies.
 */
import type { HeardTurn, Segment, ServerEvent } from '../protocol/protocol.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import type { StitchedLink, Transcript, Word } from './stitcher.ts';

/** An event with a message. */
export type HeardEvent = Exclude<ServerEvent, { kind: 'malformed' }>;

/** The link that an event came by. */
export interface RebasedLink extends StitchedLink {
  /** Audio has gone out on it. */
  readonly hasClock: boolean;
}

type Fields = Record<string, unknown>;
type Move = (seconds: number, edge: 'start' | 'end') => number;

/** Rounding error of a sum; less than a sample of any audio. */
const PRECISION = 1e6;

/** Rounding of times in JSON. */
const ROUNDING_SECONDS = 0.011;

const EVENT_NAMES: Record<HeardTurn['event'], string> = {
  start: 'StartOfTurn',
  update: 'Update',
  'eager-end': 'EagerEndOfTurn',
  resumed: 'TurnResumed',
  end: 'EndOfTurn',
};

export class RebasedMessages {
  /** The last Metadata, and the last Error that ended a connection. */
  #metadata: ServerMessage | undefined;
  #fatal: ServerMessage | undefined;
  #isConnected = false;
  /** The latest time of each kind of event without words, on each channel. */
  readonly #latest = new Map<string, number>();
  #sequence = 0;
  #endedTurns = 0;
  /** Turns that had ended before the present link. */
  #turnsBefore = 0;
  #turnsLink = 0;
  #openTurn: number | undefined;

  /**
   * The message of an event, rewritten by the result of the stitcher; `undefined` for a repeat, and for a message that waits for
   * the end.
   */
  take(event: HeardEvent, link: RebasedLink, transcript: Transcript | undefined): ServerMessage | undefined {
    const message = this.#take(event, link, transcript);
    if (!message || typeof (message as Fields)['sequence_id'] !== 'number') return message;
    const sequence_id = this.#sequence;
    this.#sequence += 1;
    return { ...message, sequence_id };
  }

  /** The last message: the reason of a failure, or Metadata with the length of the session. */
  last(seconds: number, hasFailed: boolean): ServerMessage[] {
    const metadata = this.#metadata && { ...this.#metadata, duration: seconds };
    return [hasFailed ? this.#fatal : undefined, metadata].filter((message) => message !== undefined);
  }

  #take(event: HeardEvent, link: RebasedLink, transcript: Transcript | undefined): ServerMessage | undefined {
    const { raw } = event;
    const move = moveOf(link);
    switch (event.kind) {
      case 'segment':
        this.#fatal = undefined;
        return event.turn
          ? this.#turn(event, event.turn, link, transcript, move)
          : results(event, transcript, move);
      case 'utterance-end': {
        const last_word_end = move(event.lastWordEnd, 'end');
        return this.#isNew(`end ${event.channel}`, last_word_end) ? { ...raw, last_word_end } : undefined;
      }
      case 'processed':
        this.#metadata = raw;
        return undefined;
      case 'fatal':
        this.#fatal = raw;
        return undefined;
      case 'complaint':
      case 'no-turn':
        return raw;
      case 'other':
        return this.#other(raw, move);
      default:
        return event satisfies never;
    }
  }

  #other(raw: ServerMessage, move: Move): ServerMessage | undefined {
    const { type, timestamp: seconds, channel } = raw as Fields;
    if (type === 'Connected') {
      const isFirst = !this.#isConnected;
      this.#isConnected = true;
      return isFirst ? raw : undefined;
    }
    if (type !== 'SpeechStarted' || typeof seconds !== 'number') return raw;
    const timestamp = move(seconds, 'start');
    return this.#isNew(`start ${String(channel)}`, timestamp) ? { ...raw, timestamp } : undefined;
  }

  #isNew(kind: string, seconds: number): boolean {
    const isNew = seconds > (this.#latest.get(kind) ?? -Infinity) + ROUNDING_SECONDS;
    if (isNew) this.#latest.set(kind, seconds);
    return isNew;
  }

  /** Turns are counted over all connections. A turn that a connection left open continues, and does not start again. */
  #turn(
    segment: Segment,
    turn: HeardTurn,
    link: RebasedLink,
    transcript: Transcript | undefined,
    move: Move,
  ): ServerMessage | undefined {
    if (link.number !== this.#turnsLink) {
      this.#turnsLink = link.number;
      this.#turnsBefore = this.#endedTurns;
    }
    const turn_index = this.#turnsBefore + turn.index;
    const isRepeatedStart = turn.event === 'start' && this.#openTurn === turn_index;
    if (turn.event === 'start') this.#openTurn = turn_index;
    if (turn.event === 'end') {
      this.#openTurn = undefined;
      this.#endedTurns = turn_index + 1;
    }
    if (isRepeat(segment, transcript)) return undefined;
    const raw = segment.raw as Fields;
    return {
      ...raw,
      event: EVENT_NAMES[isRepeatedStart ? 'update' : turn.event],
      turn_index,
      audio_window_start: move(Number(raw['audio_window_start']), 'start'),
      audio_window_end: move(Number(raw['audio_window_end']), 'end'),
      transcript: transcript?.text ?? '',
      words: keptWords(raw['words'], segment, transcript, move),
    } as Fields as ServerMessage;
  }
}

/** A result of `/v1/listen`. */
function results(
  segment: Segment,
  transcript: Transcript | undefined,
  move: Move,
): ServerMessage | undefined {
  if (isRepeat(segment, transcript)) return undefined;
  const raw = segment.raw as Fields;
  const channel = movedTimes(raw['channel'], move) as Fields;
  const [first, ...others] = channel['alternatives'] as Fields[];
  if (first) {
    const { words } = ((raw['channel'] as Fields)['alternatives'] as Fields[])[0] as Fields;
    const kept = { ...first, transcript: transcript?.text ?? '' };
    const isWhole = transcript?.words.length === segment.words.length;
    channel['alternatives'] = [
      words === undefined ? kept : { ...kept, words: keptWords(words, segment, transcript, move) },
      // Their words cannot be distinguished from those of the first.
      ...(isWhole ? others : []),
    ];
  }
  const start = move(segment.start, 'start');
  const duration = round(Math.max(0, move(segment.end, 'end') - start));
  return { ...raw, start, duration, channel } as ServerMessage;
}

/** All of its words are repeats; it is passed on only if it ends an utterance. */
function isRepeat(segment: Segment, transcript: Transcript | undefined): boolean {
  const isEmpty = segment.text === '' && segment.words.length === 0;
  return !transcript && !isEmpty && !segment.endsUtterance && !segment.answersFinalize;
}

/** The words that the stitcher kept, as the server wrote them. */
function keptWords(
  words: unknown,
  segment: Segment,
  transcript: Transcript | undefined,
  move: Move,
): unknown[] {
  const kept: Word[] = [...(transcript?.words ?? [])];
  return (words as unknown[])
    .slice(0, segment.words.length)
    .filter((_, index) => {
      const heard = segment.words[index] as Segment['words'][number];
      const next = kept[0];
      // No dropped word has the same position as a kept one.
      const isKept =
        next !== undefined &&
        next.text === heard.text &&
        Math.abs(next.start - move(heard.start, 'start')) < ROUNDING_SECONDS &&
        Math.abs(next.end - move(heard.end, 'end')) < ROUNDING_SECONDS;
      if (isKept) kept.shift();
      return isKept;
    })
    .map((word) => movedTimes(word, move));
}

/** A copy in which every `start` and `end` is moved. */
function movedTimes(value: unknown, move: Move): unknown {
  if (Array.isArray(value)) return value.map((each) => movedTimes(each, move));
  if (typeof value !== 'object' || value === null) return value;
  const moved = Object.entries(value).map(([name, field]: [string, unknown]) =>
    (name === 'start' || name === 'end') && typeof field === 'number'
      ? [name, move(field, name)]
      : [name, movedTimes(field, move)],
  );
  return Object.fromEntries(moved) as unknown;
}

/** Times of a connection without a shift stay unchanged. */
function moveOf(link: RebasedLink): Move {
  if (!link.hasClock) return (seconds) => seconds;
  return (seconds, edge) => {
    const moved = link.positionOf(seconds, edge) / link.rate;
    return Math.abs(moved - seconds) <= 1 / link.rate ? seconds : round(moved);
  };
}

function round(seconds: number): number {
  return Math.round(seconds * PRECISION) / PRECISION;
}
