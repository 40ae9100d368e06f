/** The observables of a session. */
import { warner } from '../diagnosis/console-warning.ts';
import type { Fact } from '../diagnosis/observed-session.ts';
import type { TranscriptionError } from '../errors.ts';
import type { ReportFact } from '../facts.ts';
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
  readonly turns = new Stream<Turn>();
  readonly messages = new Stream<ServerMessage>();
  /** The most notices that wait for the first subscriber. */
  readonly facts = new Stream<Fact>(MAX_UNHEARD_FACTS);
  /** Late subscribers get the completion, too. */
  readonly status = new Stream<Status>(1);
  readonly report: ReportFact;

  readonly #warn: ReturnType<typeof warner> | undefined;

  /** `isHeard`: the notices have a subscriber. */
  constructor({ clock, warnOnConsole }: CheckedOptions, isHeard: () => boolean) {
    const warn = warnOnConsole ? warner(isHeard) : undefined;
    this.report = (code, evidence, cause) => {
      const fact: Fact = { code, evidence, at: clock.wallTime(), cause };
      this.facts.next(fact);
      warn?.(fact);
    };
    this.#warn = warn;
  }

  /** The status completes last: its subscribers then have all other values. */
  complete(error: TranscriptionError | undefined): void {
    if (error) this.#warn?.(error);
    const { transcripts, utterances, turns, messages, facts, status } = this;
    for (const subject of [transcripts, utterances, turns, messages, facts, status]) subject.complete();
  }
}
