/**
 * Whole utterances: final transcripts joined until the speaker has paused. `speech_final` says so; where noise hides the
 * pause, UtteranceEnd does, but that may come late, after newer words: then it is about the past and is ignored. A source
 * that pauses sends no silence in which Deepgram could hear the pause: then an answered Finalize ends the utterance.
 */
import type { Transcript, Word } from './stitcher.ts';

/** What somebody said between two pauses. */
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
   * How we know that it is over: by Deepgram's `speech_final` or UtteranceEnd; by `finalize()`, after which no audio came for
   * a while; by its length (100 finals without a pause); or because the session ended.
   */
  endedBy: 'speech-final' | 'utterance-end' | 'finalize' | 'length' | 'close';
}

/** What was said since the last pause. Not the transcripts themselves, each of which holds Deepgram's whole message. */
interface Begun extends Pick<Utterance, 'id' | 'start' | 'end' | 'capturedAt'> {
  texts: string[];
  words: Word[];
}

interface Channel {
  begun: Begun | undefined;
  /** Session seconds up to which words are known, interim ones included. */
  wordsUntil: number;
  /** The last words are interim. */
  isInterim: boolean;
}

/** Finals that one utterance may hold: minutes of speech, where neither endpointing nor `utterance_end_ms` finds a pause. */
const MAX_FINALS = 100;

/** Rounding of times on their way through JSON. */
const ROUNDING_SECONDS = 0.011;

export class UtteranceBuilder {
  readonly #channels = new Map<number, Channel>();
  readonly #emit: (utterance: Utterance) => void;

  constructor(emit: (utterance: Utterance) => void) {
    this.#emit = emit;
  }

  /** Takes a transcript; ends nothing, so that the transcript can be shown first. */
  transcript(transcript: Transcript): void {
    const channel = this.#channel(transcript.channel);
    channel.wordsUntil = Math.max(channel.wordsUntil, transcript.words.at(-1)?.end ?? 0);
    channel.isInterim = !transcript.final && transcript.text !== '';
    if (!transcript.final || transcript.text === '') return;
    const { id, text, words, start, end, capturedAt } = transcript;
    const begun = (channel.begun ??= { id, texts: [], words: [], start, end, capturedAt });
    begun.texts.push(text);
    for (const word of words) begun.words.push(word);
    begun.end = end;
  }

  /** Ends an utterance that has grown too long. */
  limitLength(channel: number): void {
    if (this.#channel(channel).begun?.texts.length === MAX_FINALS) this.#end(channel, 'length');
  }

  /** Deepgram heard a pause. */
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

  /** The session is over: what was begun is all there is. */
  close(): void {
    for (const channel of this.#channels.keys()) this.#end(channel, 'close');
  }

  #channel(index: number): Channel {
    let channel = this.#channels.get(index);
    if (!channel)
      this.#channels.set(index, (channel = { begun: undefined, wordsUntil: 0, isInterim: false }));
    return channel;
  }

  #end(index: number, endedBy: Utterance['endedBy']): void {
    const channel = this.#channel(index);
    if (!channel.begun) return;
    const { texts, ...said } = channel.begun;
    channel.begun = undefined;
    this.#emit({ ...said, text: texts.join(' '), channel: index, endedBy });
  }
}
