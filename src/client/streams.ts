/** The observables of a session. */
import type { Clock } from '../clock.ts';
import { warnOf } from '../diagnosis/console-warning.ts';
import type { Fact } from '../diagnosis/observed-session.ts';
import type { TranscriptionError } from '../errors.ts';
import type { FactCode, Facts } from '../facts.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import type { Transcript } from '../transcript/stitcher.ts';
import type { Turn } from '../transcript/turns.ts';
import type { Utterance } from '../transcript/utterances.ts';
import type { CheckedOptions } from './options.ts';
import type { Status } from './status.ts';
import { Stream } from './stream.ts';

const MAX_UNHEARD_FACTS = 64;

export class SessionStreams {
  readonly transcripts = new Stream<Transcript>();
  readonly utterances = new Stream<Utterance>();
  readonly messages = new Stream<ServerMessage>();
  /** Late subscribers get the completion, too. */
  readonly status = new Stream<Status>(1);
  /** Somebody reads the notices: the console needs no warning. */
  hasNotices = false;
  readonly #clock: Clock;
  /** Until the first warning. */
  #mayWarn: boolean;
  #turns: Stream<Turn> | undefined;
  #facts: Stream<Fact> | undefined;

  constructor({ clock, warnOnConsole }: CheckedOptions) {
    this.#clock = clock;
    this.#mayWarn = warnOnConsole;
  }

  /** Created at first use, like the facts: most sessions of a server have no turns, and nothing to report. */
  get turns(): Stream<Turn> {
    return (this.#turns ??= new Stream());
  }

  /** The last ones wait for the first subscriber. */
  get facts(): Stream<Fact> {
    return (this.#facts ??= new Stream(MAX_UNHEARD_FACTS));
  }

  report<Code extends FactCode>(code: Code, evidence: Facts[Code], cause?: unknown): void {
    const fact: Fact = { code, evidence, at: this.#clock.wallTime(), cause };
    this.facts.next(fact);
    this.#warnOnce(fact);
  }

  /** The status completes last: its subscribers then have all other values. */
  complete(error: TranscriptionError | undefined): void {
    if (error) this.#warnOnce(error);
    const { transcripts, utterances, turns, messages, facts, status } = this;
    for (const stream of [transcripts, utterances, turns, messages, facts, status]) stream.complete();
  }

  #warnOnce(problem: Fact | Error): void {
    if (this.#mayWarn && !this.hasNotices) this.#mayWarn = !warnOf(problem);
  }
}
