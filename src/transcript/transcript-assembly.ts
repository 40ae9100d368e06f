/**
 * Makes transcripts and utterances of the segments from the links of a session. It outlives links: a later link completes the
 * open text of an earlier one.
 */
import type { Segment } from '../protocol/protocol.ts';
import { Stitcher, type StitchedLink, type Transcript } from './stitcher.ts';
import type { TurnTracker } from './turns.ts';
import { type Sink, type Utterance, UtteranceBuilder } from './utterances.ts';

export interface TranscriptSinks {
  readonly transcripts: Sink<Transcript>;
  readonly utterances: Sink<Utterance>;
}

export class TranscriptAssembly {
  readonly #sinks: TranscriptSinks;
  readonly stitcher = new Stitcher();
  readonly #utterances: UtteranceBuilder;
  /** For APIs with turns. */
  turns: TurnTracker | undefined;

  constructor(sinks: TranscriptSinks) {
    this.#sinks = sinks;
    this.#utterances = new UtteranceBuilder(sinks.utterances);
  }

  /** Adds a segment; returns the session position up to which every channel is final. */
  segment(segment: Segment, link: StitchedLink): number {
    const { transcript, settledTo } = this.stitcher.receive(segment, link);
    if (transcript) {
      this.#utterances.transcript(transcript);
      this.#sinks.transcripts.next(transcript);
    }
    this.turns?.segment(segment, transcript, link);
    if (segment.endsUtterance) this.#utterances.speechFinal(segment.channel);
    this.#utterances.limitLength(segment.channel);
    return settledTo;
  }

  /** No new word came for a while after `lastWordEnd`, in session seconds. */
  utteranceEnd(channel: number, lastWordEnd: number): void {
    this.#utterances.utteranceEnd(channel, lastWordEnd);
  }

  /** A request to finalize was answered at a pause of the source, on one channel or on all. */
  finalized(channel: number | undefined): void {
    this.#utterances.finalized(channel);
  }

  /** The open turn will probably have no end. */
  withdrawTurn(): void {
    this.turns?.withdraw();
  }

  /** Some interim text was never replaced by a final one. */
  get isShowingInterim(): boolean {
    return this.stitcher.isShowingInterim;
  }

  /** Positions of the next link are estimates: they cannot tell a repeat from new words. */
  forgetCoverage(): void {
    this.stitcher.forget();
  }

  /** The session is over: ends the open utterance. */
  close(): void {
    this.withdrawTurn();
    this.#utterances.close();
  }
}
