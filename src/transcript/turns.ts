/**
 * The turns of a speaker over all connections. Every turn starts once, before its first update, and ends once, or is withdrawn. A
 * new connection gets the audio of an open turn again from its beginning; its results belong to the same turn.
 */
import type { HeardTurn, Segment } from '../protocol/protocol.ts';
import type { StitchedLink, Transcript, Word } from './stitcher.ts';

/** An event of a turn. */
export interface Turn {
  /**
   * `start`: somebody began to speak. `update`: the words so far, which may all change. `eager-end`: the turn has probably ended:
   * a good time to prepare an answer. `resumed`: it has not ended. `end`: it has ended, with these words. `withdrawn`: it began
   * and its words were lost; it has no end.
   */
  type: HeardTurn['event'] | 'withdrawn';
  /** The same for all events of a turn. The first turn of a session is 1. */
  id: number;
  /** The whole text of the turn so far. */
  text: string;
  words: readonly Word[];
  /** Seconds since the session's first sample. */
  start: number;
  end: number;
  /** Deepgram's confidence that the turn has ended, from 0 to 1. */
  endConfidence: number | undefined;
  /**
   * Why it ended: `model`, `timeout`, `manual` after `endTurn()`, or `close` for the last words of a closed session. Deepgram may
   * add others.
   */
  trigger: string | undefined;
  /** With `flux-general-multi`: the detected languages, the most frequent first. */
  languages: readonly string[] | undefined;
  /**
   * Milliseconds since the audio before `end` was captured. After an outage it is large until the backlog is sent: do not answer
   * a question of a minute ago.
   */
  behindMs: number;
  /** The number of its connection; the first is 1. */
  connection: number;
}

/** If a window has no word, no later word begins earlier than its end minus this. */
const LATEST_WORD_SECONDS = 1;

interface OpenTurn {
  last: Turn;
  isEager: boolean;
  /** Milliseconds since 1970. */
  heardAt: number | undefined;
}

export class TurnTracker {
  readonly #emit: (turn: Turn) => void;
  readonly #wallTime: () => number;
  #open: OpenTurn | undefined;
  #count = 0;

  constructor(emit: (turn: Turn) => void, wallTime: () => number) {
    this.#emit = emit;
    this.#wallTime = wallTime;
  }

  /** Takes a segment and its new words. */
  segment(segment: Segment, transcript: Transcript | undefined, link: StitchedLink): void {
    const { turn } = segment;
    if (!turn) return;
    const text = transcript?.text ?? '';
    const words = transcript?.words ?? [];
    const heardTo = link.positionOf(segment.end, 'end');
    if (this.#isPassed(segment, words, heardTo, link)) this.withdraw();
    if (text === '') {
      // An end without words gives no event.
      if (turn.event === 'end') this.withdraw();
      return;
    }
    const event: Omit<Turn, 'type' | 'id'> = {
      text,
      words,
      start: link.positionOf(segment.start, 'start') / link.rate,
      end: heardTo / link.rate,
      endConfidence: turn.endConfidence,
      trigger: turn.trigger,
      languages: turn.languages,
      behindMs: this.#since(link.wallTimeOf(heardTo)),
      connection: link.number,
    };
    this.#advance(turn.event, event, link.wallTimeOf(heardTo));
  }

  /** The connection is over: an eager end is withdrawn, since the audio of the turn is sent again. */
  linkEnded(): void {
    const open = this.#open;
    if (open?.isEager) this.#tell(open, 'resumed', open.last, open.heardAt);
  }

  /** The words of the open turn are lost. */
  withdraw(): void {
    const open = this.#open;
    if (!open) return;
    this.#tell(open, 'withdrawn', { ...open.last, text: '', words: [] }, open.heardAt);
    this.#open = undefined;
  }

  #advance(event: HeardTurn['event'], said: Omit<Turn, 'type' | 'id'>, heardAt: number | undefined): void {
    let open = this.#open;
    const isNew = open === undefined;
    if (!open) {
      this.#count += 1;
      open = { last: { ...said, type: 'start', id: this.#count }, isEager: false, heardAt };
      this.#open = open;
      this.#tell(open, 'start', said, heardAt);
    }
    const hasChanged = open.isEager && (event === 'resumed' || said.text !== open.last.text);
    if (hasChanged && event !== 'end' && event !== 'eager-end') this.#tell(open, 'resumed', said, heardAt);
    else if (event === 'eager-end' && !open.isEager) this.#tell(open, 'eager-end', said, heardAt);
    else if (event === 'end') {
      this.#open = undefined;
      this.#tell(open, 'end', said, heardAt);
    } else if (!isNew) this.#tell(open, 'update', said, heardAt);
  }

  #tell(
    open: OpenTurn,
    type: Turn['type'],
    said: Omit<Turn, 'type' | 'id'>,
    heardAt: number | undefined,
  ): void {
    open.isEager = type === 'eager-end' || (type === 'update' && open.isEager);
    open.heardAt = heardAt;
    const trigger = type === 'end' ? said.trigger : undefined;
    const { text, words, start, end, endConfidence, languages, connection } = said;
    const { id } = open.last;
    const behindMs = this.#since(heardAt);
    open.last = {
      type,
      id,
      text,
      words,
      start,
      end,
      endConfidence,
      trigger,
      languages,
      behindMs,
      connection,
    };
    this.#emit(open.last);
  }

  /** The server has decoded the audio of the open turn without a word, or will never get that audio again. */
  #isPassed(segment: Segment, words: readonly Word[], heardTo: number, link: StitchedLink): boolean {
    if (!this.#open) return false;
    const wordsEnd = this.#open.last.words.at(-1)?.end ?? this.#open.last.end;
    const [first] = words;
    if (first) return link.number !== this.#open.last.connection && first.start >= wordsEnd;
    return (
      link.positionOf(segment.start, 'start') / link.rate >= wordsEnd ||
      heardTo / link.rate - LATEST_WORD_SECONDS >= wordsEnd
    );
  }

  #since(heardAt: number | undefined): number {
    return heardAt === undefined ? 0 : Math.max(0, this.#wallTime() - heardAt);
  }
}
