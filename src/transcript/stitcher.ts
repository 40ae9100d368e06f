/**
 * Makes one transcript of many connections. The times of a result are moved to the session's clock, and words that final results
 * have already covered are dropped: after a replay, and with several channels, some audio is transcribed twice.
 *
 *   connection 1   ├──final──┤├──final──┤··interim··✂
 *   connection 2                        ├──final────────┤      replay begins where the last final ended
 *
 * Coverage is a set of ranges, not one mark, so that a late result that fills a hole does not count as a repeat.
 */
import type { HeardWord, Segment } from '../protocol/protocol.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import { addRange, type SampleRange } from '../audio/sample-ranges.ts';

/** One word; times in seconds since the session's first sample, over all connections. */
export interface Word {
  /** The recognised word: lower case, no punctuation. */
  word: string;
  /** The word with case and punctuation, if requested. */
  text: string;
  start: number;
  end: number;
  /** 0 to 1. */
  confidence: number | undefined;
  /** With diarization; labels start anew on every connection. */
  speaker: number | undefined;
  language: string | undefined;
  /** When the word began, in milliseconds since 1970. */
  capturedAt: number | undefined;
}

/** A segment of transcript. A later one with the same `id` replaces it. */
export interface Transcript {
  /** The same for an interim and all its replacements, across reconnects too. */
  id: string;
  /** Final: it will not change. */
  final: boolean;
  /** Empty if an interim text is withdrawn. */
  text: string;
  words: readonly Word[];
  /** Seconds since the session's first sample; pauses without audio do not count. */
  start: number;
  end: number;
  /** When the first word began, in milliseconds since 1970. */
  capturedAt: number | undefined;
  /** 0 to 1. */
  confidence: number | undefined;
  channel: number;
  /** Deepgram detected a pause here. */
  speechFinal: boolean;
  /** The answer to `finalize()`. */
  fromFinalize: boolean;
  /** The number of its connection; the first is 1. */
  connection: number;
  /** Deepgram's own message; its times are the connection's, not the session's. */
  raw: ServerMessage;
}

/** The result of one segment. */
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

/** The state of one channel. */
export interface StitchedChannel {
  /** Ranges covered by final results, sorted and disjoint. */
  covered: SampleRange[];
  segment: number;
  /** An interim text of the present segment is shown. */
  isShowing: boolean;
}

/** The number of holes that are kept; later results for older holes are dropped. */
const MAX_RANGES = 16;

export class Stitcher {
  channels: readonly StitchedChannel[] = [];

  /** Takes one segment; returns its new parts. */
  receive(segment: Segment, link: StitchedLink): Stitched {
    const { channelCount } = segment;
    while (this.channels.length < channelCount) {
      // `push` would allocate room for seventeen channels, and mostly there is one.
      this.channels = this.channels.concat({ covered: [], segment: 0, isShowing: false });
    }
    const channel = this.channels[segment.channel] as StitchedChannel;
    const range = {
      start: link.positionOf(segment.start, 'start'),
      end: link.positionOf(segment.end, 'end'),
    };
    const transcript = this.#transcribe(segment, channel, range, link);
    // With estimated positions a result may end after the sent audio: it covers no later audio.
    if (segment.isFinal) cover(channel, { start: range.start, end: Math.min(range.end, link.position) });
    return { transcript, settledTo: this.#settledTo(channelCount) };
  }

  /** Clears the coverage: estimated positions cannot distinguish a repeat from new words. */
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
    for (let channel = 0; channel < channelCount; channel += 1) {
      settledTo = Math.min(settledTo, this.channels[channel]?.covered.at(-1)?.end ?? 0);
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

/** Adds the range of a final result; drops the oldest of too many holes. */
function cover(channel: StitchedChannel, range: SampleRange): void {
  if (range.end <= range.start) return;
  channel.covered = addRange(channel.covered, range);
  const [first, second] = channel.covered;
  if (channel.covered.length > MAX_RANGES && first && second) first.end = second.end;
  if (channel.covered.length > MAX_RANGES) channel.covered.splice(1, 1);
}
