/**
 * The messages of Flux, with their keys in the order of the service, written without use of a client's parser. The sequence
 * number, the last key of each, is added when a message is sent.
 */
import type { HeardWord } from '../../recognisers/recogniser.ts';
import type { Configuration, Problem } from './configuration.ts';
import type { FluxSettings } from './flux-query.ts';
import { STEPS_PER_SECOND, windowTime, wordTime } from './steps.ts';
import type { Trigger, TurnEvent } from './turn-machine.ts';

export interface TurnContent {
  event: TurnEvent;
  turnIndex: number;
  startStep: number;
  endStep: number;
  words: readonly HeardWord[];
  confidence: number;
  trigger?: Trigger;
}

export function connectedMessage(requestId: string): object {
  return { type: 'Connected', request_id: requestId };
}

export function turnInfoMessage(
  content: TurnContent,
  requestId: string,
  isMultilingual: boolean,
  { languageHints }: Configuration,
): object {
  const { event, turnIndex, startStep, endStep, words, confidence, trigger } = content;
  return {
    type: 'TurnInfo',
    request_id: requestId,
    event,
    turn_index: turnIndex,
    audio_window_start: windowTime(startStep),
    audio_window_end: windowTime(endStep),
    transcript: words.map(({ word }) => word).join(' '),
    words: words.map((word) => wordOf(word, endStep)),
    end_of_turn_confidence: confidence,
    ...(trigger && { trigger }),
    ...(isMultilingual && { languages: words.length > 0 ? ['en'] : [], languages_hinted: languageHints }),
  };
}

/** Whole steps, the first and the last that the word touches: it never seems shorter than it is. */
function wordOf({ word, confidence, start, end }: HeardWord, windowEndStep: number): object {
  const startStep = Math.floor(start * STEPS_PER_SECOND + 1e-6);
  const endStep = Math.min(Math.ceil(end * STEPS_PER_SECOND - 1e-6), windowEndStep);
  return {
    word,
    confidence: Math.round(confidence * 1e4) / 1e4,
    start: Math.max(0, wordTime(startStep, windowEndStep)),
    end: wordTime(endStep, windowEndStep),
  };
}

/** All settings in force now. */
export function configureSuccessMessage(
  requestId: string,
  { isMultilingual, profanityFilter }: FluxSettings,
  active: Configuration,
): object {
  return {
    type: 'ConfigureSuccess',
    request_id: requestId,
    thresholds: {
      eot_threshold: active.eotThreshold,
      ...(active.eagerEotThreshold !== undefined && { eager_eot_threshold: active.eagerEotThreshold }),
      eot_timeout_ms: active.eotTimeoutMs,
    },
    keyterms: active.keyterms,
    profanity_filter: profanityFilter,
    ...(isMultilingual && { language_hints: active.languageHints }),
    numerals: active.numerals,
  };
}

export function configureFailureMessage(requestId: string, problem: Problem): object {
  return { type: 'ConfigureFailure', request_id: requestId, ...problem };
}

export function noActiveTurnMessage(): object {
  return {
    type: 'Warning',
    code: 'FORCE_END_TURN_NO_ACTIVE_TURN',
    description: 'ForceEndTurn was received while no turn was active.',
  };
}

/** The connection closes after it. */
export function errorMessage(problem: Problem): object {
  return { type: 'Error', ...problem };
}
