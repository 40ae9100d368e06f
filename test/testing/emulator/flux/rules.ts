/**
 * The rules of Flux, from the capture of the live service and Deepgram's documentation. They check the frames of any server.
 */
import type { FluxMessage } from './client.ts';

const STEP_SECONDS = 0.08;
const HIGH_CONFIDENCE = 0.5;

/** Keys in their order; those with a question mark are newer than the capture, or not always there. */
const KEYS: Record<string, readonly string[]> = {
  Connected: words('type request_id sequence_id'),
  TurnInfo: words(
    'type request_id event turn_index audio_window_start audio_window_end transcript words end_of_turn_confidence trigger? languages? languages_hinted? sequence_id',
  ),
  ConfigureSuccess: words(
    'type request_id thresholds keyterms profanity_filter language_hints? numerals? sequence_id',
  ),
  ConfigureFailure: words('type request_id code description sequence_id'),
  Warning: words('type code description sequence_id'),
  Error: words('type code description sequence_id'),
};
const WORD_KEYS = ['word', 'confidence', 'start', 'end'];
const THRESHOLD_KEYS = ['eot_threshold', 'eager_eot_threshold?', 'eot_timeout_ms'];

export interface Thresholds {
  eot: number;
  eager?: number;
}

/** The breaches of the rules, in words. */
export function breachesIn(frames: readonly string[], atFirst: Thresholds): string[] {
  const judge = new Judge(atFirst);
  return frames.flatMap((frame) => {
    const message = JSON.parse(frame) as FluxMessage;
    return judge.breachesOf(message).map((breach) => `${message.sequence_id}: ${breach}`);
  });
}

class Judge {
  #thresholds: Thresholds;
  #sequenceId = 0;
  #state: 'initial' | 'ongoing' | 'awaiting' = 'initial';
  #turnIndex = 0;
  #windowStart = 0;
  #windowEnd = 0;
  #eagerText: string | undefined;

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds;
  }

  breachesOf(message: FluxMessage): string[] {
    const breaches = [...keyBreaches(message, KEYS[message.type])];
    if (message.sequence_id !== this.#sequenceId) breaches.push(`sequence_id should be ${this.#sequenceId}`);
    if ((this.#sequenceId === 0) !== (message.type === 'Connected'))
      breaches.push('Connected comes first, and once');
    this.#sequenceId = message.sequence_id + 1;
    if (message.type === 'TurnInfo') breaches.push(...this.#turnBreaches(message));
    if (message.type === 'ConfigureSuccess') {
      const { thresholds } = message as unknown as {
        thresholds: { eot_threshold: number; eager_eot_threshold?: number };
      };
      breaches.push(...keyBreaches(thresholds, THRESHOLD_KEYS));
      const { eot_threshold: eot, eager_eot_threshold: eager } = thresholds;
      this.#thresholds = { eot, ...(eager !== undefined && { eager }) };
    }
    return breaches;
  }

  #turnBreaches(turn: FluxMessage): string[] {
    const { event, transcript = '', words = [], trigger } = turn;
    const confidence = turn.end_of_turn_confidence ?? -1;
    const breaches = [...this.#windowBreaches(turn), ...this.#orderBreaches(turn)];
    const must = (isSo: boolean, rule: string) => (isSo ? undefined : breaches.push(rule));
    must(confidence >= 0 && confidence <= 1, 'a confidence is from 0 to 1');
    must(Math.abs(confidence * 1e4 - Math.round(confidence * 1e4)) < 1e-6, 'a confidence has four decimals');
    must(transcript === words.map(({ word }) => word).join(' '), 'the transcript is its words');
    for (const word of words) {
      breaches.push(...keyBreaches(word, WORD_KEYS));
      must(word.end <= this.#windowEnd + 1e-5, `${word.word} ends within the window`);
      must(word.start < word.end, `${word.word} begins before it ends`);
    }
    const { eot, eager } = this.#thresholds;
    const isByModel = event === 'EndOfTurn' && (trigger === undefined || trigger === 'model');
    must(!isByModel || confidence >= eot, 'EndOfTurn by the model has the confidence for it');
    must(
      event !== 'EagerEndOfTurn' || confidence >= (eager ?? 2),
      'EagerEndOfTurn has the confidence for it',
    );
    must(trigger === undefined || event === 'EndOfTurn', 'only EndOfTurn has a trigger');
    return breaches;
  }

  #windowBreaches(turn: FluxMessage): string[] {
    const { audio_window_start: start = -1, audio_window_end: end = -1, event, trigger } = turn;
    const breaches: string[] = [];
    const must = (isSo: boolean, rule: string) => (isSo ? undefined : breaches.push(rule));
    must(isFloat32(start) && isFloat32(end), 'windows are numbers of 32 bits');
    must(isStep(end), 'a window ends at a whole step');
    must(start === this.#windowStart, 'windows tile: this one begins where the last turn ended');
    const steps = Math.round((end - this.#windowEnd) / STEP_SECONDS);
    must(
      steps >= (trigger === 'manual' ? 0 : 1) && steps <= 3,
      `a message comes every step to three, not ${steps}`,
    );
    const high = this.#thresholds.eager ?? HIGH_CONFIDENCE;
    const isPeriodOver = Math.round((end - start) / STEP_SECONDS) % 3 === 0;
    must(
      event !== 'Update' || isPeriodOver || (turn.end_of_turn_confidence ?? 0) >= high,
      'an Update comes every third step of its turn, or while the confidence is high',
    );
    this.#windowEnd = end;
    return breaches;
  }

  #orderBreaches({
    event,
    turn_index: turnIndex,
    transcript,
    audio_window_end: end = 0,
  }: FluxMessage): string[] {
    const breaches: string[] = [];
    const must = (isSo: boolean, rule: string) => (isSo ? undefined : breaches.push(rule));
    must(turnIndex === this.#turnIndex, `turn_index should be ${this.#turnIndex}`);
    const from = this.#state;
    switch (event) {
      case 'Update':
        break;
      case 'StartOfTurn':
        must(from === 'initial' && transcript !== '', 'StartOfTurn opens a turn that has text');
        this.#state = 'ongoing';
        break;
      case 'EagerEndOfTurn':
        must(from === 'ongoing', 'EagerEndOfTurn follows StartOfTurn or TurnResumed');
        this.#state = 'awaiting';
        this.#eagerText = transcript;
        break;
      case 'TurnResumed':
        must(from === 'awaiting', 'TurnResumed follows EagerEndOfTurn');
        this.#state = 'ongoing';
        break;
      case 'EndOfTurn':
        must(from !== 'initial', 'EndOfTurn ends a turn that has begun');
        must(from !== 'awaiting' || transcript === this.#eagerText, 'EndOfTurn says what its eager end said');
        this.#state = 'initial';
        this.#turnIndex += 1;
        this.#windowStart = end;
        break;
      default:
        breaches.push(`there is no event ${event}`);
    }
    return breaches;
  }
}

function keyBreaches(value: object, expected: readonly string[] | undefined): string[] {
  const keys = Object.keys(value);
  if (!expected) return [`there is no such type: ${keys.join(', ')}`];
  const isKnown = keys.every((key) => expected.includes(key) || expected.includes(`${key}?`));
  const wanted = expected.flatMap((key) => {
    const name = key.replace('?', '');
    return key === name || keys.includes(name) ? [name] : [];
  });
  return isKnown && keys.join() === wanted.join()
    ? []
    : [`keys are ${keys.join()}, and should be ${wanted.join()}`];
}

function words(text: string): string[] {
  return text.split(' ');
}

/** Written as the shortest decimal of a 32-bit number. */
function isFloat32(value: number): boolean {
  const rounded = Math.fround(value);
  return [6, 7, 8, 9].some((digits) => Number(rounded.toPrecision(digits)) === value);
}

function isStep(seconds: number): boolean {
  const steps = seconds / STEP_SECONDS;
  return Math.abs(steps - Math.round(steps)) < 1e-4;
}
