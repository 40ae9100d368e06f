/** `--set NAME=VALUE`: any parameter of Deepgram's. */
import type { ParameterValue } from '../../index.ts';

/** The first that is not of this form. */
export function wrongPair(pairs: readonly string[]): string | undefined {
  return pairs.find((pair) => !/^[^=]+=/.test(pair));
}

/** A repeated name is a list; true, false and numbers are converted. */
export function parametersOf(pairs: readonly string[]): Record<string, ParameterValue> {
  const parameters: Record<string, ParameterValue> = {};
  for (const pair of pairs) {
    const name = pair.slice(0, pair.indexOf('='));
    const value = valueOf(pair.slice(name.length + 1));
    const before = parameters[name];
    parameters[name] =
      before === undefined
        ? value
        : [...(Array.isArray(before) ? (before as string[]) : [before as string]), value];
  }
  return parameters;
}

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
