/**
 * Cuts finals into cues. A cue is shown at one time, and has one speaker and one channel. It ends where the speaker changes or
 * pauses, or before it is too long to read.
 */
import type { Transcript, Word } from '../index.ts';

/** The fields of a {@link Transcript} that the formats use. */
export type CaptionSource = Pick<Transcript, 'final' | 'text' | 'words' | 'start' | 'end' | 'channel'>;

/** Channel and speaker: Deepgram's numbers, from 0. */
export interface CaptionSpeaker {
  channel: number;
  /** With diarization. Labels start anew on every connection. */
  speaker: number | undefined;
}

/** Options of {@link toWebVTT}, {@link toSrt} and {@link toText}. */
export interface CaptionOptions {
  /**
   * Names a speaker; `undefined` for no name.
   * @defaultValue `Channel 0`, `Speaker 0` or both, where there is more than one channel, or diarization
   */
  nameOf?: (speaker: CaptionSpeaker) => string | undefined;
  /**
   * Most characters of one cue; a longer word stands alone. Ignored by {@link toText}.
   * @defaultValue `84`: two lines of 42, which broadcasters allow
   */
  maxCharacters?: number;
  /**
   * Most seconds of one cue. Ignored by {@link toText}.
   * @defaultValue `7`
   */
  maxSeconds?: number;
}

/** Text of one speaker without a pause. */
export interface Cue {
  /** Seconds since the session's first sample. */
  start: number;
  end: number;
  name: string | undefined;
  text: string;
}

/** A silence of this length ends a cue. */
const PAUSE_SECONDS = 1;

/** A word, or the text of a transcript without words. */
interface Piece extends CaptionSpeaker {
  start: number;
  end: number;
  text: string;
}

/** Cues in the order in which they begin; those of several channels may overlap. */
export function cuesOf(transcripts: readonly CaptionSource[], options: CaptionOptions): Cue[] {
  const { maxCharacters = 84, maxSeconds = 7 } = options;
  const pieces = transcripts.filter(({ final, text }) => final && text.trim() !== '').flatMap(piecesOf);
  const nameOf = options.nameOf ?? defaultNames(pieces);
  const cues: Cue[] = [];
  const open = new Map<number, { cue: Cue; speaker: number | undefined }>();
  for (const { start, end, text, channel, speaker } of pieces) {
    const last = open.get(channel);
    const joins =
      last?.speaker === speaker &&
      last !== undefined &&
      start - last.cue.end < PAUSE_SECONDS &&
      last.cue.text.length + 1 + text.length <= maxCharacters &&
      end - last.cue.start <= maxSeconds;
    if (joins) {
      last.cue.text += ` ${text}`;
      last.cue.end = Math.max(last.cue.end, end);
    } else {
      const cue = { start, end, name: nameOf({ channel, speaker }), text };
      cues.push(cue);
      open.set(channel, { cue, speaker });
    }
  }
  return cues.sort((a, b) => a.start - b.start);
}

function piecesOf({ words, text, start, end, channel }: CaptionSource): Piece[] {
  if (words.length === 0) return [{ start, end, text: onOneLine(text), channel, speaker: undefined }];
  return words.map((word: Word) => ({
    start: word.start,
    end: word.end,
    text: onOneLine(word.text),
    channel,
    speaker: word.speaker,
  }));
}

/** A line break would end the cue in either format. */
function onOneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

function defaultNames(pieces: readonly Piece[]): (speaker: CaptionSpeaker) => string | undefined {
  const hasChannels = new Set(pieces.map(({ channel }) => channel)).size > 1;
  return ({ channel, speaker }) => {
    const names = [
      ...(hasChannels ? [`Channel ${channel}`] : []),
      ...(speaker === undefined ? [] : [`Speaker ${speaker}`]),
    ];
    return names.length > 0 ? names.join(', ') : undefined;
  };
}
