/** Values of a query, checked strictly: a wrong one refuses the handshake with 400, and the text names it. */

/** An invalid query. */
export class BadQuery extends Error {}

/** A model that does not exist on this API, or not for this key. */
export class NoSuchModel extends Error {}

export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw new BadQuery(`Invalid value for ${name}: expected true or false, got "${brief(value)}".`);
}

export function wholeNumber(query: URLSearchParams, name: string, least: number, most: number): number {
  const text = query.get(name) ?? '';
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new BadQuery(
    `Invalid value for ${name}: expected a whole number from ${least} to ${most}, got "${brief(text)}".`,
  );
}

export function decimal(query: URLSearchParams, name: string, least: number, most: number): number {
  const text = query.get(name) ?? '';
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value >= least && value <= most) return value;
  throw new BadQuery(
    `Invalid value for ${name}: expected a number from ${least} to ${most}, got "${brief(text)}".`,
  );
}

export function oneOf(query: URLSearchParams, name: string, choices: readonly string[]): void {
  for (const value of query.getAll(name)) {
    if (choices.includes(value)) continue;
    throw new BadQuery(
      `Invalid value for ${name}: expected one of ${choices.join(', ')}, got "${brief(value)}".`,
    );
  }
}

export function noLongerThan(query: URLSearchParams, name: string, most: number): void {
  if (query.getAll(name).some((value) => value.length > most)) {
    throw new BadQuery(`Invalid value for ${name}: at most ${most} characters are allowed.`);
  }
}

/** The text goes into a header: long or strange values must not begin another header. */
function brief(value: string): string {
  const printable = value.replaceAll(/[^\x20-\x7e]/g, '?');
  return printable.length > 60 ? `${printable.slice(0, 60)}…` : printable;
}
