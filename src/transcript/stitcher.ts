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
import type { HeardWord, Segment } from '../protocol/protocol.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
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
  raw: ServerMessage;
}

/** The outcome of one segment. */
export interface Stitched {
  transcript: Transcript | undefined;
  /** Final on every channel up to here. */
  settledTo: number;
}

/** The link that a segment came by. */
export interface StitchedLink {
  readonly number: number;
  /** Positions per second. */
  readonly rate: number;
  /** Session position of the next sample to be sent. */
  readonly position: number;
  /** Session position of a time on the connection. */
  positionOf(seconds: number, edge: 'start' | 'end'): number;
  /** Milliseconds since 1970 at which the sample at `position` was captured. */
  wallTimeOf(position: number): number | undefined;
}

/** What is known of one channel. */
export interface StitchedChannel {
  /** Stretches covered by final results, in order and apart. */
  covered: SampleRange[];
  segment: number;
  /** An interim text of the present segment is on show. */
  isShowing: boolean;
}

/** Holes remembered; a result that comes later than this is refused. */
const MAX_RANGES = 16;

export class Stitcher {
  readonly channels: StitchedChannel[] = [];

  /** Takes one segment and says what it adds. */
  receive(segment: Segment, link: StitchedLink): Stitched {
    const { channelCount } = segment;
    while (this.channels.length < channelCount) {
      this.channels.push({ covered: [], segment: 0, isShowing: false });
    }
    const channel = this.channels[segment.channel] as StitchedChannel;
    const range = {
      start: link.positionOf(segment.start, 'start'),
      end: link.positionOf(segment.end, 'end'),
    };
    const transcript = this.#transcribe(segment, channel, range, link);
    // Where positions are estimates, a result may reach beyond what was sent: it covers none of what comes later.
    if (segment.isFinal) cover(channel, { start: range.start, end: Math.min(range.end, link.position) });
    return { transcript, settledTo: this.#settledTo(channelCount) };
  }

  /** Forgets what was covered: positions that are estimates cannot tell a repeat from what is new. */
  forget(): void {
    for (const channel of this.channels) channel.covered = [];
  }

  /** Some interim text was never replaced by a final one. */
  get isShowingInterim(): boolean {
    return this.channels.some((channel) => channel.isShowing);
  }

  #transcribe(
    segment: Segment,
    channel: StitchedChannel,
    range: SampleRange,
    link: StitchedLink,
  ): Transcript | undefined {
    const words: Word[] = [];
    for (const word of segment.words) {
      const start = link.positionOf(word.start, 'start');
      const end = link.positionOf(word.end, 'end');
      if (!isCovered(channel, (start + end) / 2)) words.push(placeWord(word, start, end, link));
    }
    const isWhole =
      words.length === segment.words.length && (words.length > 0 || !isCovered(channel, range.end - 1));
    const text = (isWhole && segment.text) || words.map((word) => word.text).join(' ');
    if (text === '' && !channel.isShowing) return undefined;
    const id = `${segment.channel}-${channel.segment}`;
    channel.isShowing = !segment.isFinal && text !== '';
    if (segment.isFinal) channel.segment += 1;
    return {
      id,
      final: segment.isFinal,
      text,
      words,
      start: range.start / link.rate,
      end: range.end / link.rate,
      capturedAt: words[0]?.capturedAt ?? link.wallTimeOf(range.start),
      confidence: segment.confidence,
      channel: segment.channel,
      speechFinal: segment.endsUtterance,
      fromFinalize: segment.answersFinalize,
      connection: link.number,
      raw: segment.raw,
    };
  }

  /** The slowest channel decides. */
  #settledTo(channelCount: number): number {
    let settledTo = Infinity;
    for (const { covered } of this.channels.slice(0, channelCount)) {
      settledTo = Math.min(settledTo, covered.at(-1)?.end ?? 0);
    }
    return settledTo;
  }
}

function placeWord(word: HeardWord, start: number, end: number, link: StitchedLink): Word {
  return {
    word: word.word,
    text: word.text,
    start: start / link.rate,
    end: end / link.rate,
    confidence: word.confidence,
    speaker: word.speaker,
    language: word.language,
    capturedAt: link.wallTimeOf(start),
  };
}

function isCovered(channel: StitchedChannel, position: number): boolean {
  return channel.covered.some(({ start, end }) => position >= start && position < end);
}

/** Notes what a final result covers; of too many holes the oldest is forgotten. */
function cover(channel: StitchedChannel, range: SampleRange): void {
  if (range.end <= range.start) return;
  channel.covered = addRange(channel.covered, range);
  const [first, second] = channel.covered;
  if (channel.covered.length > MAX_RANGES && first && second) first.end = second.end;
  if (channel.covered.length > MAX_RANGES) channel.covered.splice(1, 1);
}
