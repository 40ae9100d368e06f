/**
 * One transcript out of many connections. A result is moved from its connection's clock to the session's, and its words
 * are held against what final results have already covered: after a replay, and with several channels, some audio is
 * heard twice.
 *
 *   connection 1   ├──final──┤├──final──┤··interim··✂
 *   connection 2                        ├──final────────┤      replay begins where the last final ended
 *
 * What is covered is kept as ranges, not as one mark, so that a result that comes late into a hole is not taken for a
 * repeat.
 */
import type { ResultsMessage, WordMessage } from '../protocol/listen-v1/server-messages.ts';
import type { ConnectionClock } from '../link/connection-clock.ts';
import { addRange, type SampleRange } from '../audio/sample-ranges.ts';

/** One word; times in seconds since the session's first sample, whatever connection it came by. */
export interface Word {
  /** As recognised, in lower case and bare. */
  word: string;
  /** As written: with case and punctuation where these were asked for. */
  text: string;
  start: number;
  end: number;
  /** 0 to 1. */
  confidence: number | undefined;
  /** With diarization; labels start anew on every connection. */
  speaker: number | undefined;
  language: string | undefined;
  /** Milliseconds since 1970 at which the word began to be spoken. */
  capturedAt: number | undefined;
}

/** A stretch of transcript. A later one with the same `id` replaces it. */
export interface Transcript {
  /** The same for an interim and for everything that replaces it, across reconnects too. */
  id: string;
  /** Decided: it will not change. */
  final: boolean;
  /** Empty where an interim text is taken back. */
  text: string;
  words: readonly Word[];
  /** Seconds since the session's first sample; pauses in which no audio was sent take no time. */
  start: number;
  end: number;
  /** Milliseconds since 1970 at which the first word began to be spoken. */
  capturedAt: number | undefined;
  /** 0 to 1. */
  confidence: number | undefined;
  channel: number;
  /** Deepgram heard the speaker pause here. */
  speechFinal: boolean;
  /** The answer to `finalize()`. */
  fromFinalize: boolean;
  /** Which connection of the session it came by; the first is 1. */
  connection: number;
  /** Deepgram's own message; its times are the connection's, not the session's. */
  raw: ResultsMessage;
}

/** What became of one result. */
export interface Stitched {
  channel: number;
  /** What there is to show. */
  transcript: Transcript | undefined;
  /** Final on every channel up to here. */
  settledTo: number;
  /** Session position of the result's end, within what was sent. */
  end: number;
}

/** What the stitcher must know of the present connection. */
export interface ConnectionView {
  connection: number;
  rate: number;
  clock: ConnectionClock;
  wallTimeOf(position: number): number | undefined;
}

interface Channel {
  /** Stretches covered by final results, in order and apart. */
  covered: SampleRange[];
  segment: number;
  /** An interim text of the present segment is on show. */
  isShowing: boolean;
}

/** Holes remembered; a result that comes later than this is refused. */
const MAX_RANGES = 16;

export class Stitcher {
  readonly #channels: Channel[] = [];

  /** Takes one result and says what it adds. */
  receive(message: ResultsMessage, view: ConnectionView): Stitched {
    const [channel = 0, channelCount = 1] = message.channel_index;
    while (this.#channels.length < channelCount) {
      this.#channels.push({ covered: [], segment: 0, isShowing: false });
    }
    const state = this.#channels[channel] as Channel;
    const range = {
      start: view.clock.positionOf(message.start, 'start'),
      end: view.clock.positionOf(message.start + message.duration, 'end'),
    };
    const transcript = this.#transcribe(message, channel, state, range, view);
    // Where positions are estimates, a result may reach beyond what was sent: it covers none of what comes later.
    const end = Math.min(range.end, view.clock.position);
    if (message.is_final) cover(state, { start: range.start, end });
    return { channel, transcript, settledTo: this.#settledTo(channelCount), end };
  }

  /** Forgets what was covered: positions that are estimates cannot tell a repeat from what is new. */
  forget(): void {
    for (const channel of this.#channels) channel.covered = [];
  }

  /** Some interim text was never replaced by a final one. */
  get isShowingInterim(): boolean {
    return this.#channels.some((channel) => channel.isShowing);
  }

  #transcribe(
    message: ResultsMessage,
    channel: number,
    state: Channel,
    range: SampleRange,
    view: ConnectionView,
  ): Transcript | undefined {
    const final = message.is_final === true;
    const [alternative] = message.channel.alternatives;
    const heard = alternative?.words ?? [];
    const words: Word[] = [];
    for (const word of heard) {
      const start = view.clock.positionOf(word.start, 'start');
      const end = view.clock.positionOf(word.end, 'end');
      if (!isCovered(state, (start + end) / 2)) words.push(placeWord(word, start, end, view));
    }
    const isWhole = words.length === heard.length && (words.length > 0 || !isCovered(state, range.end - 1));
    const text = (isWhole && alternative?.transcript) || words.map((word) => word.text).join(' ');
    if (text === '' && !state.isShowing) return undefined;
    const id = `${channel}-${state.segment}`;
    state.isShowing = !final && text !== '';
    if (final) state.segment += 1;
    return {
      id,
      final,
      text,
      words,
      start: range.start / view.rate,
      end: range.end / view.rate,
      capturedAt: words[0]?.capturedAt ?? view.wallTimeOf(range.start),
      confidence: alternative?.confidence,
      channel,
      speechFinal: message.speech_final === true,
      fromFinalize: message.from_finalize === true,
      connection: view.connection,
      raw: message,
    };
  }

  /** The slowest channel decides. */
  #settledTo(channelCount: number): number {
    let settledTo = Infinity;
    for (const { covered } of this.#channels.slice(0, channelCount)) {
      settledTo = Math.min(settledTo, covered.at(-1)?.end ?? 0);
    }
    return settledTo;
  }
}

function placeWord(word: WordMessage, start: number, end: number, view: ConnectionView): Word {
  return {
    word: word.word,
    text: word.punctuated_word ?? word.word,
    start: start / view.rate,
    end: end / view.rate,
    confidence: word.confidence,
    speaker: word.speaker,
    language: word.language,
    capturedAt: view.wallTimeOf(start),
  };
}

function isCovered(channel: Channel, position: number): boolean {
  return channel.covered.some(({ start, end }) => position >= start && position < end);
}

/** Notes what a final result covers; of too many holes the oldest is forgotten. */
function cover(channel: Channel, range: SampleRange): void {
  if (range.end <= range.start) return;
  channel.covered = addRange(channel.covered, range);
  const [first, second] = channel.covered;
  if (channel.covered.length > MAX_RANGES && first && second) first.end = second.end;
  if (channel.covered.length > MAX_RANGES) channel.covered.splice(1, 1);
}
