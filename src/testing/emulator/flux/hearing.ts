/**
 * The words of the current turn, and the silence since the last of them. A recogniser has phrases, not turns, so it may repeat
 * words of an ended turn: their times show it.
 */
import type { HeardWord, RecogniserListener } from '../../recognisers/recogniser.ts';

export class Hearing implements RecogniserListener {
  /** Audio that the recogniser has answered, in seconds. */
  heardUntil = 0;
  readonly #advanced: () => void;
  /** Words of this turn that the recogniser has decided; Flux may still show them as undecided. */
  #decided: HeardWord[] = [];
  #interim: HeardWord[] = [];
  /** Where the last word of the turn before ended. */
  #endedUntil = -Infinity;
  /** Beginnings and ends of the voice after the present step. */
  #voiceAhead: { isSpeaking: boolean; at: number }[] = [];
  #isSpeaking = false;
  #soundUntil = 0;

  constructor(advanced: () => void) {
    this.#advanced = advanced;
  }

  interim(words: HeardWord[], heardUntilSeconds: number): void {
    this.#interim = words;
    this.#heard(heardUntilSeconds);
  }

  final(words: HeardWord[], heardUntilSeconds: number): void {
    this.#decided.push(...words.filter((word) => this.#isNew(word)));
    this.#interim = [];
    this.#heard(heardUntilSeconds);
  }

  voice(isSpeaking: boolean, atSeconds: number): void {
    this.#voiceAhead.push({ isSpeaking, at: atSeconds });
  }

  /** Of this turn, as known at this time. */
  wordsAt(seconds: number): HeardWord[] {
    return [...this.#decided, ...this.#interim].filter((word) => this.#isNew(word) && word.start < seconds);
  }

  /** Seconds since the last sound of a voice; none while it sounds. */
  silenceAt(seconds: number, lastWord: HeardWord | undefined): number {
    for (let next = this.#voiceAhead[0]; next && next.at <= seconds; next = this.#voiceAhead[0]) {
      this.#voiceAhead.shift();
      this.#isSpeaking = next.isSpeaking;
      this.#soundUntil = next.at;
    }
    if (this.#isSpeaking) return 0;
    return Math.max(0, seconds - Math.max(this.#soundUntil, lastWord?.end ?? 0));
  }

  /** The turn has ended: later words belong to the next. */
  endTurn(words: readonly HeardWord[]): void {
    this.#endedUntil = words.at(-1)?.end ?? this.#endedUntil;
    this.#decided = this.#decided.filter((word) => this.#isNew(word));
  }

  /** A recogniser may move a word slightly when it decides it. */
  #isNew({ start, end }: HeardWord): boolean {
    return (start + end) / 2 > this.#endedUntil;
  }

  #heard(untilSeconds: number): void {
    this.heardUntil = Math.max(this.heardUntil, untilSeconds);
    this.#advanced();
  }
}
