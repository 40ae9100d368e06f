/** The settings of a client, at the handshake and by Configure: values, limits, and the effect of a change. */
export interface Configuration {
  eotThreshold: number;
  /** Absent: no eager ends. */
  eagerEotThreshold?: number;
  eotTimeoutMs: number;
  keyterms: readonly string[];
  languageHints: readonly string[];
  numerals: boolean;
}

/** A change keeps the values that it does not name; lists replace lists. */
export type Change = Partial<Configuration>;

/** Why a configuration is refused. */
export interface Problem {
  code: string;
  description: string;
}

/** As documented; 1.0 switches the model's own end of turn off. */
export const LIMITS = {
  eot_threshold: { least: 0.5, most: 1 },
  eager_eot_threshold: { least: 0.3, most: 0.9 },
  eot_timeout_ms: { least: 500, most: 60_000 },
} as const;
const MAX_KEYTERMS = 100;
const MAX_KEYTERM_TOKENS = 500;

/** The same rules for both ways. The codes besides INVALID_THRESHOLD are not published. */
export function problemWith(wanted: Configuration, isMultilingual: boolean): Problem | undefined {
  const { eotThreshold, eagerEotThreshold, eotTimeoutMs, keyterms, languageHints } = wanted;
  const outside =
    outOf('eot_threshold', eotThreshold) ??
    outOf('eager_eot_threshold', eagerEotThreshold) ??
    outOf('eot_timeout_ms', eotTimeoutMs);
  if (outside !== undefined) return { code: 'INVALID_THRESHOLD', description: outside };
  if (eagerEotThreshold !== undefined && eagerEotThreshold > eotThreshold) {
    const description = `eager_eot_threshold (${eagerEotThreshold}) must not exceed eot_threshold (${eotThreshold}).`;
    return { code: 'INVALID_THRESHOLD', description };
  }
  // Words are counted instead of tokens: the service may count more.
  const tokens = keyterms.flatMap((keyterm) => keyterm.split(/\s+/)).filter(Boolean);
  if (keyterms.length > MAX_KEYTERMS || tokens.length > MAX_KEYTERM_TOKENS) {
    const description = `Keyterm limit exceeded: at most ${MAX_KEYTERMS} keyterms and ${MAX_KEYTERM_TOKENS} tokens.`;
    return { code: 'INVALID_KEYTERM', description };
  }
  if (keyterms.some((keyterm) => keyterm.trim() === '')) {
    return { code: 'INVALID_KEYTERM', description: 'A keyterm must not be empty.' };
  }
  if (languageHints.length > 0 && !isMultilingual) {
    const description = 'language_hint is only available with flux-general-multi.';
    return { code: 'INVALID_LANGUAGE_HINT', description };
  }
  if (languageHints.some((hint) => hint.trim() === '')) {
    return { code: 'INVALID_LANGUAGE_HINT', description: 'A language_hint must not be empty.' };
  }
  return undefined;
}

function outOf(name: keyof typeof LIMITS, value: number | undefined): string | undefined {
  const { least, most } = LIMITS[name];
  if (value === undefined || (value >= least && value <= most)) return undefined;
  return `${name} must be from ${least} to ${most}, and is ${value}.`;
}
