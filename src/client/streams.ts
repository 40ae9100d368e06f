/** Everything that a session tells its subscribers. */
import { ReplaySubject, Subject } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { Fact } from '../diagnosis/observed-session.ts';
import type { ReportFact } from '../facts.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import type { Transcript } from '../transcript/stitcher.ts';
import type { Turn } from '../transcript/turns.ts';
import type { Utterance } from '../transcript/utterances.ts';
import type { Status } from './status.ts';

const MAX_UNHEARD_FACTS = 64;

export class SessionStreams {
  readonly transcripts = new Subject<Transcript>();
  readonly utterances = new Subject<Utterance>();
  readonly turns = new Subject<Turn>();
  readonly messages = new Subject<ServerMessage>();
  /** As many as may wait for somebody to listen. */
  readonly facts = new ReplaySubject<Fact>(MAX_UNHEARD_FACTS);
  /** Late subscribers learn of the end, too. */
  readonly status = new ReplaySubject<Status>(1);
  readonly report: ReportFact;

  constructor(clock: Clock) {
    this.report = (code, evidence, cause) => this.facts.next({ code, evidence, at: clock.wallTime(), cause });
  }

  /** The status last: who hears of the end has heard everything before it. */
  complete(): void {
    const { transcripts, utterances, turns, messages, facts, status } = this;
    for (const subject of [transcripts, utterances, turns, messages, facts, status]) subject.complete();
  }
}
