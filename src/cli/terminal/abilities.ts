/** What the terminal can do, and what its user wants of it: decided once, from the environment, and from nothing else. */

export interface Abilities {
  /** Lines may be drawn over. Otherwise output is only ever appended. */
  live: boolean;
  colour: boolean;
}

/** What is known of the place the output goes to. */
export interface OutputPlace {
  isTTY: boolean;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * FORCE_COLOR wins over NO_COLOR (https://no-color.org), as in Node itself. A log of a build (CI) is no terminal even
 * where it pretends to be one.
 */
export function abilitiesOf({ isTTY, env }: OutputPlace): Abilities {
  const isDumb = env['TERM'] === 'dumb';
  const isBuild = isSet(env['CI']);
  return { live: isTTY && !isDumb && !isBuild, colour: decideColour(isTTY && !isDumb, env) };
}

function decideColour(isCapable: boolean, env: OutputPlace['env']): boolean {
  const { FORCE_COLOR, NO_COLOR } = env;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return isCapable;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
