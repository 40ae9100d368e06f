/** Finds a failure in any value: our own errors and reports, events of sockets, errors of Node and of Deepgram's SDKs. */
import { END_KINDS, type EndKind } from '../../protocol/connection-end.ts';
import { OTHERS, type OtherKind } from './prose.ts';
import { type Finding, findInText, foundClose, foundStatus } from './text.ts';

/** Maximum depth of nested errors. */
const MAX_DEPTH = 5;

type Fields = Readonly<Record<string, unknown>>;

/** The known failure in `failure`, if any. Never throws: foreign getters are read in a `try`. */
export function findFailure(failure: unknown, depth = 0): Finding | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (typeof failure) {
    case 'number':
      return failure >= 1000 ? foundClose(failure, '') : failure >= 300 ? foundStatus(failure) : undefined;
    case 'string':
      return findInText(failure);
    case 'object':
      return failure === null ? undefined : findInObject(failure as Fields, depth);
    default:
      return undefined;
  }
}

function findInObject(failure: Fields, depth: number): Finding | undefined {
  for (const find of [findOurs, findWrapped, findNumbers, findWords]) {
    try {
      const found = find(failure, depth);
      if (found) return withRequestId(found, failure);
    } catch {
      // A getter that throws, or a revoked proxy: another reader may still succeed.
    }
  }
  return undefined;
}

/** `ConnectionEnd`, and `TranscriptionError` by its reason. */
function findOurs(failure: Fields): Finding | undefined {
  const { kind, name, reason, code, status, serverMessage } = failure;
  if (isEndKind(kind)) return { kind, ...numbers(code, status) };
  if (name !== 'TranscriptionError') return undefined;
  if (isEndKind(reason) && code === undefined && status === undefined) return { kind: reason };
  if (isOtherKind(reason)) return { kind: reason, ...numbers(code, status) };
  if (isStatus(status)) return foundStatus(status);
  return isCloseCode(code) ? foundClose(code, asText(serverMessage)) : undefined;
}

/** `SessionReport`, `Status`, the evidence of a notice, an ErrorEvent, and errors with a cause. */
function findWrapped(failure: Fields, depth: number): Finding | undefined {
  const { evidence, error, errors, cause, originalError, originalEvent } = failure;
  // The outer error wins over its cause if its text is known: see findWords.
  const inner = [evidence, error, originalError].filter((each) => typeof each === 'object' && each !== null);
  for (const each of inner) {
    const found = findFailure(each, depth + 1);
    if (found) return found;
  }
  const deeper = [...(Array.isArray(errors) ? (errors as unknown[]) : []), cause, originalEvent];
  if (findNumbers(failure) ?? findInText(wordsOf(failure))) return undefined;
  for (const each of deeper) {
    const found = findFailure(each, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** A status, under the names it has in Deepgram's SDKs, in `fetch` and in .NET; or the code and text of a close. */
function findNumbers(failure: Fields): Finding | undefined {
  const { status, statusCode, code, reason, response } = failure;
  const ofResponse = (response as Fields | null | undefined)?.['status'];
  for (const each of [status, statusCode, ofResponse]) if (isStatus(each)) return foundStatus(each);
  return isCloseCode(code) ? foundClose(code, `${asText(reason)} ${asText(failure['message'])}`) : undefined;
}

function findWords(failure: Fields): Finding | undefined {
  const found = findInText(wordsOf(failure));
  if (found) return found;
  // Error events of browser sockets have no details, by design; nor has `fetch`, whose cause was read already.
  const isMute =
    failure['type'] === 'error' || /fetch failed|failed to fetch/i.test(asText(failure['message']));
  return isMute ? { kind: 'network-lost' } : undefined;
}

/** All texts: `code` of Node, `err_code` and `err_msg` of Deepgram's bodies, its Error messages, and `message`. */
function wordsOf(failure: Fields): string {
  const { name, code, err_code, err_msg, variant, description, message, reason, body } = failure;
  const words = [code, err_code, err_msg, variant, description, message, reason, body].map(asText);
  return [name === 'Error' ? '' : asText(name), ...words].filter((word) => word !== '').join(' ');
}

function withRequestId(found: Finding, { requestId, request_id: id }: Fields): Finding {
  const known = requestId ?? id;
  return typeof known === 'string' && /^[\w-]{1,100}$/.test(known) ? { ...found, requestId: known } : found;
}

/** Close reasons may be Buffers, bodies may be objects. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
}

function numbers(code: unknown, status: unknown): Pick<Finding, 'code' | 'status'> {
  return { ...(isCloseCode(code) ? { code } : {}), ...(isStatus(status) ? { status } : {}) };
}

function isEndKind(value: unknown): value is EndKind {
  return (END_KINDS as readonly unknown[]).includes(value);
}

function isOtherKind(value: unknown): value is OtherKind {
  return typeof value === 'string' && Object.hasOwn(OTHERS, value);
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && value >= 300 && value < 600;
}

function isCloseCode(value: unknown): value is number {
  return typeof value === 'number' && value >= 1000 && value < 5000;
}
