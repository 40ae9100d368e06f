/** The query of `/v2/listen`, with all checks that need no server. It is in every app's first chunk, so it is short. */
import { invalidOption, shown } from '../../errors.ts';
import { checkListenParameters, LISTEN_PARAMETERS, listenUrl } from '../listen-v1/parameters.ts';
import type { Parameters } from '../protocol.ts';

/** Parameters that only Flux has: `model` is `flux-general-en` or `flux-general-multi`. */
export interface FluxParameters {
  /** Confidence at which a turn ends: 0.5 to 1. Deepgram's default: 0.7; with 1 only the timeout ends a turn. */
  eot_threshold?: number;
  /** Confidence at which an eager end is reported: 0.3 to 0.9, not above `eot_threshold`. Deepgram's default: no eager ends. */
  eager_eot_threshold?: number;
  /** Milliseconds of silence that end a turn in any case: 500 to 60000. Deepgram's default: 5000. */
  eot_timeout_ms?: number;
  /** Languages to expect; only for `flux-general-multi`. */
  language_hint?: readonly string[] | string;
}

export const isFlux = ({ model }: Parameters) => String(model).startsWith('flux');

/** Minimum and maximum. */
const RANGES = {
  eot_threshold: [0.5, 1],
  eager_eot_threshold: [0.3, 0.9],
  eot_timeout_ms: [500, 60_000],
} as const;

/** Only `/v2/listen` knows these. */
const FLUX_ONLY = [...Object.keys(RANGES), 'language_hint'];

/** The parameters of `/v1/listen` that Flux also knows. */
const IN_BOTH = 'model encoding sample_rate keyterm mip_opt_out numerals profanity_filter redact tag'.split(
  ' ',
);

/** @throws TranscriptionError `invalid-option` for a parameter of Flux with another model. */
export function refuseFluxParameters(parameters: Parameters): void {
  for (const name of FLUX_ONLY) {
    if (parameters[name] !== undefined)
      throw invalidOption(
        `listen.${name} is a parameter of Flux, and model is ${shown(parameters['model'])}.`,
        "Write model: 'flux-general-en', or leave it out.",
      );
  }
}

/** @throws TranscriptionError `invalid-option`, naming the value, why, and what to write instead. */
export function checkFluxParameters(parameters: Parameters): void {
  for (const name of LISTEN_PARAMETERS) {
    if (parameters[name] !== undefined && !IN_BOTH.includes(name))
      throw invalidOption(
        `listen.${name} is a parameter of /v1/listen, which Flux refuses.`,
        "Leave it out, or write model: 'nova-3'.",
      );
  }
  // Parameters of both APIs are checked in the same way.
  checkListenParameters({ ...parameters, model: undefined });
  const refuse = (name: string, why: string, remedy: string) => {
    throw invalidOption(`listen.${name} is ${shown(parameters[name])}${why}.`, remedy);
  };
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = parameters[name];
    if (value !== undefined && !(Number(value) >= least && Number(value) <= most))
      refuse(name, '', `Give a number from ${least} to ${most}.`);
  }
  const { model, eager_eot_threshold: eager = 0, eot_threshold: end = 0.7, language_hint } = parameters;
  if (Number(eager) > Number(end))
    refuse('eager_eot_threshold', `, and eot_threshold ${shown(end)}`, 'Give it no more than eot_threshold.');
  if (model === 'flux-general-en' && language_hint !== undefined)
    refuse('language_hint', ', which this model refuses', "Write model: 'flux-general-multi'.");
}

/** The same query as for `/v1/listen`, at another address. */
export function fluxAddress(baseUrl: string, parameters: Parameters): string {
  return baseUrl + listenUrl('', parameters).replace('v1', 'v2');
}
