/**
 * An order: a fault and its connections. It is parsed from a text of the command line or from an object of the control API; both
 * are checked against the same table.
 *
 *     FAULT [parameters] [after TIME [of audio]] [for TIME] [on N | next | every | open] [xN]
 *
 *     cut after 5s of audio            close 1011 "try later" on 2
 *     refuse 429 x3                    slow 800ms for 10s on every
 */
import { CLOSE_CODES_SAY, isCloseCode } from './close-reasons.ts';
import { FAULTS, FAULT_NAMES, type FaultName, type FaultParameter, rowOf } from './fault-table.ts';
import type { Fault } from './faults.ts';

/** The connections of a fault: the n-th, the next, every later one, or all that are open now. */
export type FaultTarget = number | 'next' | 'every' | 'open';

/** A fault and its connections. */
export interface FaultOrder {
  fault: Fault;
  on: FaultTarget;
  /** With `next`: how many of them. */
  times: number;
}

/** An invalid order; the message has the value, the reason and the remedy. */
export class BadFault extends Error {
  override name = 'BadFault';
}

const DAY_MS = 24 * 60 * 60 * 1000;
const UNITS_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const MAX_TIMES = 10_000;
const TARGETS = ['next', 'every', 'open'] as const;
const WHEN = ['afterMs', 'afterAudioMs'];

/** Parses an order from text. `on` is the default for its connections. */
export function parseFault(text: string, on: FaultTarget = 'open'): FaultOrder {
  const tokens = text.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  const { name, used } = nameAtStart(tokens, text);
  const fields: Record<string, unknown> = {};
  const parameters = Object.entries(rowOf(name).takes);
  const rest = tokens.slice(used);
  const take = (after: string): string => {
    const token = rest.shift();
    if (token === undefined)
      throw new BadFault(`'${text}' ends after '${after}': write what follows, as in '${after} 5s'.`);
    return unquoted(token);
  };
  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    const word = token.toLowerCase();
    if (word === 'after') {
      const delayMs = durationMs(take('after'));
      const ofAudio = rest[0]?.toLowerCase() === 'of' && rest[1]?.toLowerCase() === 'audio';
      if (ofAudio) rest.splice(0, 2);
      fields[ofAudio ? 'afterAudioMs' : 'afterMs'] = delayMs;
    } else if (word === 'for') fields['forMs'] = durationMs(take('for'));
    else if (word === 'on') fields['on'] = asNumberIfItIs(take('on'));
    else if (/^x\d+$/.test(word)) fields['times'] = Number(word.slice(1));
    else {
      const [parameter, row] = parameters.shift() ?? [];
      if (parameter === undefined || row === undefined) {
        throw new BadFault(`'${unquoted(token)}' in '${text}' is not expected: write ${usageOf(name)}.`);
      }
      fields[parameter] = parseParameter(unquoted(token), row);
    }
  }
  return readFault(name, fields, on);
}

/** Parses an order from a name and unchecked fields. `on` is the default for its connections. */
export function readFault(
  name: string,
  fields: Readonly<Record<string, unknown>>,
  on: FaultTarget = 'open',
): FaultOrder {
  const kind = nameOf(name);
  if (!kind) throw new BadFault(`There is no fault '${name}': there are ${FAULT_NAMES.join(', ')}.`);
  const row = rowOf(kind);
  const isHandshake = row.hits === 'handshake';
  const timing = [...(isHandshake ? [] : WHEN), ...(row.lasts ? ['forMs'] : [])];
  const known = [...Object.keys(row.takes), ...timing, 'on', 'times'];
  const unknown = Object.keys(fields).find((field) => !known.includes(field));
  if (unknown !== undefined) {
    throw new BadFault(`'${kind}' takes no '${unknown}': it takes ${known.join(', ')}.`);
  }
  const fault: Record<string, unknown> = { kind };
  for (const [parameter, each] of Object.entries(row.takes)) {
    fault[parameter] = checked(`${kind}: ${parameter}`, fields[parameter] ?? each.default, each);
  }
  for (const time of timing.filter((each) => fields[each] !== undefined)) {
    fault[time] = checked(`${kind}: ${time}`, fields[time], { ...ANY_DURATION, says: 'a time' });
  }
  const target = readTarget(kind, fields['on'] ?? (isHandshake && on === 'open' ? 'next' : on));
  const times = checked(`${kind}: times`, fields['times'] ?? 1, {
    type: 'integer',
    least: 1,
    most: MAX_TIMES,
    says: 'how many connections',
  });
  if (times !== 1 && target !== 'next') {
    if (fields['on'] !== undefined)
      throw new BadFault(`${kind}: x${String(times)} goes with 'on next', not with 'on ${target}'.`);
    return { fault: fault as unknown as Fault, on: 'next', times: Number(times) };
  }
  return { fault: fault as unknown as Fault, on: target, times: Number(times) };
}

/** The same fault, checked like an order: a test may be in JavaScript or compute its faults. */
export function checkFault(fault: Fault): Fault {
  const { kind, ...fields } = fault;
  readFault(kind, fields);
  return fault;
}

/** An order as text that {@link parseFault} reads to the same order. */
export function describeFault({ fault, on, times }: FaultOrder): string {
  const fields: Record<string, string | number | undefined> = { ...fault };
  const words: string[] = [fault.kind];
  const parameters = Object.entries(rowOf(fault.kind).takes);
  // A missing text needs no quotes.
  while (parameters.at(-1)?.[1].type === 'text' && fields[parameters.at(-1)?.[0] ?? ''] === '')
    parameters.pop();
  for (const [name, { type }] of parameters) words.push(asText(fields[name], type));
  if (fields['afterMs'] !== undefined) words.push(`after ${fields['afterMs']}ms`);
  if (fields['afterAudioMs'] !== undefined) words.push(`after ${fields['afterAudioMs']}ms of audio`);
  if (fields['forMs'] !== undefined) words.push(`for ${fields['forMs']}ms`);
  words.push(`on ${on}`);
  if (times !== 1) words.push(`x${times}`);
  return words.join(' ');
}

/** How a fault is written, such as `close [CODE] [REASON] [after TIME [of audio]]`. */
export function usageOf(name: FaultName): string {
  const { takes, hits, lasts }: (typeof FAULTS)[FaultName] & { lasts?: true } = FAULTS[name];
  const parameters = Object.keys(takes).map((each) => `[${each.replace(/Ms$/, '').toUpperCase()}]`);
  const when = hits === 'connection' ? ['[after TIME [of audio]]'] : [];
  return [
    name,
    ...parameters,
    ...when,
    ...(lasts ? ['[for TIME]'] : []),
    '[on N|next|every|open]',
    '[xN]',
  ].join(' ');
}

const ANY_DURATION = { type: 'duration', least: 0, most: DAY_MS } as const;

/** Ignores case, dashes and spaces: `half-open`, `stall results`. */
function nameOf(text: string): FaultName | undefined {
  const bare = text.replaceAll(/[-_ ]/g, '').toLowerCase();
  return FAULT_NAMES.find((name) => name.toLowerCase() === bare);
}

function nameAtStart(tokens: readonly string[], text: string): { name: FaultName; used: number } {
  for (const used of [3, 2, 1]) {
    const name = tokens.length < used ? undefined : nameOf(tokens.slice(0, used).join(' '));
    if (name) return { name, used };
  }
  throw new BadFault(`'${text}' begins with no fault: begin with one of ${FAULT_NAMES.join(', ')}.`);
}

function parseParameter(text: string, row: FaultParameter): unknown {
  switch (row.type) {
    case 'duration':
      return durationMs(text);
    case 'number':
    case 'integer':
    case 'closeCode':
      return asNumberIfItIs(text);
    case 'text':
    case 'choice':
      return text;
    default:
      return row satisfies never;
  }
}

function durationMs(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/i.exec(text) ?? [];
  if (amount === undefined)
    throw new BadFault(`'${text}' is no time: write a number and its unit, such as 800ms, 5s or 2m.`);
  return Number(amount) * (UNITS_MS[unit.toLowerCase()] ?? 1);
}

function readTarget(kind: FaultName, value: unknown): FaultTarget {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  const known = TARGETS.find((target) => target === value);
  if (known === undefined) {
    throw new BadFault(
      `${kind}: '${String(value)}' is no target: write a number from 1, next, every or open.`,
    );
  }
  if (known === 'open' && FAULTS[kind].hits === 'handshake') {
    throw new BadFault(
      `${kind} applies to handshakes, which an open connection has behind it: write on next, or on 2.`,
    );
  }
  return known;
}

function checked(what: string, value: unknown, row: FaultParameter): number | string {
  const refuse = (expected: string) => new BadFault(`${what} is ${JSON.stringify(value)}: give ${expected}.`);
  switch (row.type) {
    case 'duration':
    case 'number':
    case 'integer': {
      const unit = row.type === 'duration' ? ' milliseconds' : '';
      const isSound = typeof value === 'number' && value >= row.least && value <= row.most;
      if (isSound && (row.type !== 'integer' || Number.isInteger(value))) return value;
      throw refuse(
        `${row.says}, ${row.type === 'integer' ? 'a whole number ' : ''}from ${row.least} to ${row.most}${unit}`,
      );
    }
    case 'closeCode':
      if (typeof value === 'number' && isCloseCode(value)) return value;
      throw refuse(`${row.says}, ${CLOSE_CODES_SAY}`);
    case 'text':
      if (typeof value === 'string' && new TextEncoder().encode(value).length <= row.longestBytes)
        return value;
      throw refuse(`${row.says}, a text of at most ${row.longestBytes} bytes`);
    case 'choice':
      if (typeof value === 'string' && row.choices.includes(value)) return value;
      throw refuse(`${row.says}: ${row.choices.join(' or ')}`);
    default:
      return row satisfies never;
  }
}

function unquoted(token: string): string {
  return /^(["']).*\1$/s.test(token) ? token.slice(1, -1) : token;
}

function asNumberIfItIs(text: string): number | string {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function asText(value: unknown, type: FaultParameter['type']): string {
  if (type === 'duration') return `${String(value)}ms`;
  if (type !== 'text') return String(value);
  const text = String(value).replaceAll(/"(?=.*')|(?<='.*)"/gs, "'");
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
