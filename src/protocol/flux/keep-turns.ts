/**
 * Keeps one connection to Flux. It holds an idle connection, sends silence when the source stops during a turn so that the turn
 * can end, and ends the last turn so that its words come.
 */
import { FORCE_END_TURN } from './client-messages.ts';
import type { KeeperOptions, KeptLink, LinkKeeper, Parameters, Segment, ServerEvent } from '../protocol.ts';

/** Flux decodes audio in steps of this length. */
const STEP_SECONDS = 0.08;
/** Silence after the last words, so that they are decoded to their end. */
const PAD_SECONDS = 0.5;
/** The last audio may be in no Update: they come every 0.24 s. */
const UNTOLD_SECONDS = 0.3;
/** If the source gives no audio for this long during a turn, it has paused. */
const PAUSE_MS = 1_000;
/** Silence for an open turn, beyond the time that ends it. */
const EXTRA_SILENCE_MS = 2_000;
const EOT_TIMEOUT_MS = 5_000;
/** The timeout for the answer to ForceEndTurn. */
const END_TURN_MS = 2_000;

export function keepTurns(
  link: KeptLink,
  parameters: Parameters,
  { forceEndTurn }: KeeperOptions,
): LinkKeeper {
  return new TurnKeeper(link, Number(parameters['eot_timeout_ms'] ?? EOT_TIMEOUT_MS), forceEndTurn);
}

class TurnKeeper implements LinkKeeper {
  readonly #link: KeptLink;
  readonly #mostSilenceSeconds: number;
  readonly #mayEndTurn: boolean;
  #last: Segment | undefined;
  #sequence: number | undefined;
  #isTurnOpen = false;
  /** Silence sent in the open turn. */
  #silenceSeconds = 0;
  #sentSeconds = 0;
  #timer: unknown;
  /**
   * `padded`: silence was sent after the last words. `ended`: ForceEndTurn was sent, too. `done`: it was answered or timed out.
   */
  #draining: undefined | 'padded' | 'ended' | 'done';

  constructor(link: KeptLink, eotTimeoutMs: number, mayEndTurn: boolean) {
    this.#mayEndTurn = mayEndTurn;
    this.#link = link;
    this.#mostSilenceSeconds = (eotTimeoutMs + EXTRA_SILENCE_MS) / 1000;
  }

  message(event: ServerEvent): void {
    if (event.kind === 'malformed') return;
    this.#checkSequence((event.raw as { sequence_id?: unknown }).sequence_id);
    if (event.kind === 'segment') this.#heard(event);
    const isAnswer = event.kind === 'no-turn' || (event.kind === 'segment' && event.isFinal);
    if (this.#draining === 'ended' && isAnswer) this.#draining = 'done';
  }

  hold(): void {
    if (this.#link.ping()) return;
    // Silence before waiting audio would cut a word in two.
    if (this.#link.isBehind) this.#link.goOn();
    else this.#link.sendSilence(STEP_SECONDS);
  }

  mayEndStream(): boolean {
    if (this.#link.sentSeconds === 0) return true;
    if (this.#draining === undefined) this.#pad();
    if (!this.#mayEndTurn || this.#draining === 'done') return true;
    if (this.#draining === 'padded' && this.#isHeard) {
      if (!this.#isTurnOpen) return true;
      this.#draining = 'ended';
      this.#link.sendText(FORCE_END_TURN);
      this.#timer = this.#link.setTimeout(() => {
        this.#draining = 'done';
        this.#link.goOn();
      }, END_TURN_MS);
    }
    return false;
  }

  #pad(): void {
    const { sentSeconds } = this.#link;
    this.#draining = 'padded';
    this.#link.clearTimeout(this.#timer);
    const end = Math.ceil((sentSeconds + PAD_SECONDS) / STEP_SECONDS) * STEP_SECONDS;
    this.#link.sendSilence(end - sentSeconds);
  }

  get #isHeard(): boolean {
    return this.#link.sentSeconds - (this.#last?.turn?.heardTo ?? 0) <= UNTOLD_SECONDS;
  }

  closed(): number | undefined {
    const { sentSeconds } = this.#link;
    const last = this.#last;
    if (sentSeconds > 0 && !this.#isHeard) return undefined;
    // The last Update of an open turn becomes its end.
    if (last?.turn && this.#isTurnOpen) {
      const turn = { ...last.turn, event: 'end' as const, trigger: 'close' };
      this.#link.take({ ...last, isFinal: true, endsUtterance: true, turn });
    }
    return sentSeconds;
  }

  end(): void {
    this.#link.clearTimeout(this.#timer);
  }

  #checkSequence(sequence: unknown): void {
    if (!Number.isSafeInteger(sequence)) return;
    const missing = (sequence as number) - (this.#sequence ?? -1) - 1;
    this.#sequence = sequence as number;
    if (missing > 0) this.#link.report('messages-missing', { count: missing });
  }

  #heard(segment: Segment): void {
    const next = this.#last?.turn ? this.#last.turn.index + (this.#last.isFinal ? 1 : 0) : 0;
    this.#last = segment;
    // The end of a turn did not come, and no message has its words any more.
    if (segment.turn && segment.turn.index > next) {
      this.#link.giveUp();
      return;
    }
    const isOpen =
      !segment.isFinal && (segment.text !== '' || (this.#isTurnOpen && segment.turn?.event !== 'update'));
    if (this.#draining === undefined && isOpen && !this.#isTurnOpen) this.#watchSource();
    if (this.#draining === undefined && !isOpen) this.#link.clearTimeout(this.#timer);
    this.#isTurnOpen = isOpen;
  }

  #watchSource(): void {
    this.#silenceSeconds = 0;
    this.#wait(PAUSE_MS);
  }

  /** Only audio ends a turn: while the source pauses, silence is sent in real time. */
  #wait(delayMs: number): void {
    this.#link.clearTimeout(this.#timer);
    this.#sentSeconds = this.#link.sentSeconds;
    this.#timer = this.#link.setTimeout(() => {
      if (!this.#isTurnOpen) return;
      const hasPaused = this.#link.sentSeconds === this.#sentSeconds && !this.#link.isBehind;
      if (!hasPaused) return this.#wait(PAUSE_MS);
      if (this.#silenceSeconds >= this.#mostSilenceSeconds) return this.#link.withdrawTurn();
      // Where no silence can be sent, only the time counts.
      this.#link.sendSilence(STEP_SECONDS);
      this.#silenceSeconds += STEP_SECONDS;
      this.#wait(STEP_SECONDS * 1000);
    }, delayMs);
  }
}
