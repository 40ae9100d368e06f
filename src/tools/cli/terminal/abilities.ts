/** Abilities of the terminal and settings of the user, from the environment. */

export interface Abilities {
  /** Lines may be redrawn. Otherwise output is only appended. */
  live: boolean;
  colour: boolean;
}

/** Facts about the output. */
export interface OutputPlace {
  isTTY: boolean;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * FORCE_COLOR wins over NO_COLOR (https://no-color.org), as in Node. A build log (CI) never counts as a terminal.
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
