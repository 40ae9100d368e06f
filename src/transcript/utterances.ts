/**
 * Joins final transcripts to an utterance until the speaker pauses. `speech_final` marks a pause; where noise hides it,
 * UtteranceEnd does. UtteranceEnd may come late, after newer words; it is then ignored. A source that pauses sends no silence, so
 * Deepgram detects no pause: then an answered Finalize ends the utterance.
 */
import type { Transcript, Word } from './stitcher.ts';

/** Receives values; a Subject implements it. */
export interface Sink<Value> {
  next(value: Value): void;
}

/** The words between two pauses. */
export interface Utterance {
  /** The `id` of its first transcript. */
  id: string;
  text: string;
  words: readonly Word[];
  /** Seconds since the session's first sample. */
  start: number;
  end: number;
  /** Milliseconds since 1970. */
  capturedAt: number | undefined;
  channel: number;
  /**
   * How it ended: by Deepgram's `speech_final` or UtteranceEnd; by `finalize()` without audio after it; by its length (100 finals
   * without a pause); or by the end of the session.
   */
  endedBy: 'speech-final' | 'utterance-end' | 'finalize' | 'length' | 'close';
}

/** The words since the last pause. Transcripts are not kept: each contains Deepgram's whole message. */
interface Begun extends Pick<Utterance, 'id' | 'start' | 'end' | 'capturedAt'> {
  texts: string[];
  /** Of each transcript. */
  words: (readonly Word[])[];
}

interface Channel {
  begun: Begun | undefined;
  /** The end of the last word in session seconds, interim words included. */
  wordsUntil: number;
  /** The last words are interim. */
  isInterim: boolean;
}

/** The most finals of one utterance: minutes of speech in which neither endpointing nor `utterance_end_ms` finds a pause. */
const MAX_FINALS = 100;

/** Rounding of times in JSON. */
const ROUNDING_SECONDS = 0.011;

export class UtteranceBuilder {
  /** Begins with one, as most sessions have: an empty array would get room for seventeen. */
  readonly #channels: (Channel | undefined)[] = [undefined];
  readonly #sink: Sink<Utterance>;

  constructor(sink: Sink<Utterance>) {
    this.#sink = sink;
  }

  /** Adds a transcript; does not end the utterance, so that the transcript is emitted first. */
  transcript(transcript: Transcript): void {
    const channel = this.#channel(transcript.channel);
    channel.wordsUntil = Math.max(channel.wordsUntil, transcript.words.at(-1)?.end ?? 0);
    channel.isInterim = !transcript.final && transcript.text !== '';
    if (!transcript.final || transcript.text === '') return;
    const { id, text, words, start, end, capturedAt } = transcript;
    const begun = (channel.begun ??= { id, texts: [], words: [], start, end, capturedAt });
    begun.texts.push(text);
    begun.words.push(words);
    begun.end = end;
  }

  /** Ends an utterance that has grown too long. */
  limitLength(channel: number): void {
    if (this.#channel(channel).begun?.texts.length === MAX_FINALS) this.#end(channel, 'length');
  }

  /** Deepgram detected a pause. */
  speechFinal(channel: number): void {
    this.#end(channel, 'speech-final');
  }

  /** No new word came for a while after `lastWordEnd`, in session seconds. */
  utteranceEnd(channel: number, lastWordEnd: number): void {
    const isStale = lastWordEnd + ROUNDING_SECONDS < this.#channel(channel).wordsUntil;
    if (!isStale) this.#end(channel, 'utterance-end');
  }

  /** Finalize was answered, or needed no answer, and no audio has come since; on one channel or on all. */
  finalized(channel?: number): void {
    for (const index of channel === undefined ? this.#channels.keys() : [channel]) {
      if (!this.#channel(index).isInterim) this.#end(index, 'finalize');
    }
  }

  /** The session is over: ends the open utterance. */
  close(): void {
    for (const channel of this.#channels.keys()) this.#end(channel, 'close');
  }

  #channel(index: number): Channel {
    return (this.#channels[index] ??= { begun: undefined, wordsUntil: 0, isInterim: false });
  }

  #end(index: number, endedBy: Utterance['endedBy']): void {
    const channel = this.#channel(index);
    if (!channel.begun) return;
    const { id, texts, words, start, end, capturedAt } = channel.begun;
    channel.begun = undefined;
    const text = texts.join(' ');
    this.#sink.next({ id, text, words: words.flat(), start, end, capturedAt, channel: index, endedBy });
  }
}
