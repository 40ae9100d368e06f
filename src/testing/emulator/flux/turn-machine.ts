/**
 * The states of a turn, step by step, and the message at each step. It uses only numbers, neither words nor sockets.
 *
 *     initial ──StartOfTurn──► ongoing ──EagerEndOfTurn──► awaiting ──EndOfTurn──► initial
 *                                │  ▲────TurnResumed─────────┘
 *                                └──EndOfTurn──► initial
 */
import type { Configuration } from './configuration.ts';
import { STEPS_PER_UPDATE } from './steps.ts';

export type TurnEvent = 'Update' | 'StartOfTurn' | 'EagerEndOfTurn' | 'TurnResumed' | 'EndOfTurn';
export type Trigger = 'model' | 'manual' | 'timeout';

export interface Step {
  stepsInTurn: number;
  turnIndex: number;
  confidence: number;
  /** The text decoded so far; empty before the first word. */
  text: string;
  silenceSeconds: number;
}

export type Due = { event: Exclude<TurnEvent, 'EndOfTurn'> } | { event: 'EndOfTurn'; trigger: Trigger };

/** Confidence counts as high from here, where no eager threshold is set. */
const HIGH_CONFIDENCE = 0.5;
/** An eager end needs a lasting confidence, which a short pause in a sentence does not give. */
const STEPS_BEFORE_EAGER = 3;
/** Steps from the first text to StartOfTurn, by turn: an Update may or may not lie between them. */
const START_DELAYS = [3, 1, 2];

export class TurnMachine {
  #state: 'initial' | 'ongoing' | 'awaiting' = 'initial';
  #stepsWithText = 0;
  #highSteps = 0;
  /** The text of the eager end. */
  #eagerText = '';

  get isInTurn(): boolean {
    return this.#state !== 'initial';
  }

  step(step: Step, configuration: Configuration): Due | undefined {
    const high = configuration.eagerEotThreshold ?? HIGH_CONFIDENCE;
    const isHigh = step.confidence >= high;
    this.#highSteps = isHigh ? this.#highSteps + 1 : 0;
    const stateEvent = this.#stateEvent(step, configuration);
    if (stateEvent) return stateEvent;
    const isPeriodOver = step.stepsInTurn % STEPS_PER_UPDATE === 0;
    const isDue = isPeriodOver || (isHigh && step.stepsInTurn > STEPS_PER_UPDATE);
    return isDue ? { event: 'Update' } : undefined;
  }

  /** The turn has ended, by itself or by order. */
  end(): void {
    this.#state = 'initial';
    this.#stepsWithText = 0;
    this.#highSteps = 0;
  }

  #stateEvent(step: Step, configuration: Configuration): Due | undefined {
    switch (this.#state) {
      case 'initial':
        return this.#start(step);
      case 'ongoing':
        return this.#endOf(step, configuration) ?? this.#eagerEndOf(step, configuration);
      case 'awaiting':
        return this.#resume(step) ?? this.#endOf(step, configuration);
      default:
        return this.#state satisfies never;
    }
  }

  #start({ text, turnIndex }: Step): Due | undefined {
    if (text === '') return undefined;
    this.#stepsWithText += 1;
    if (this.#stepsWithText <= START_DELAYS[turnIndex % START_DELAYS.length]!) return undefined;
    this.#state = 'ongoing';
    return { event: 'StartOfTurn' };
  }

  #eagerEndOf({ text }: Step, { eagerEotThreshold }: Configuration): Due | undefined {
    if (eagerEotThreshold === undefined || this.#highSteps < STEPS_BEFORE_EAGER) return undefined;
    this.#state = 'awaiting';
    this.#eagerText = text;
    return { event: 'EagerEndOfTurn' };
  }

  #resume({ text, silenceSeconds }: Step): Due | undefined {
    if (silenceSeconds > 0 && text === this.#eagerText) return undefined;
    this.#state = 'ongoing';
    return { event: 'TurnResumed' };
  }

  #endOf({ confidence, silenceSeconds }: Step, configuration: Configuration): Due | undefined {
    const { eagerEotThreshold, eotThreshold, eotTimeoutMs } = configuration;
    // With eager ends, one comes before every end by the model.
    const mayEnd = eagerEotThreshold === undefined || this.#state === 'awaiting';
    if (mayEnd && confidence >= eotThreshold) return { event: 'EndOfTurn', trigger: 'model' };
    if (silenceSeconds * 1000 >= eotTimeoutMs) return { event: 'EndOfTurn', trigger: 'timeout' };
    return undefined;
  }
}
