/** Reads a failure out of anything: our own errors and reports, events of sockets, errors of Node and of Deepgram's SDKs. */
import { END_KINDS, type EndKind } from '../../protocol/close-reasons.ts';
import { OTHERS, type OtherKind } from './prose.ts';
import { type Finding, findInText, foundClose, foundStatus } from './text.ts';

/** Errors within errors, as far as anybody nests them. */
const MAX_DEPTH = 5;

type Fields = Readonly<Record<string, unknown>>;

/** The failure in `failure`, if there is one that we know. Never throws: getters of strangers are asked with care. */
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
      // A getter that throws, or a revoked proxy: the next question may still be answered.
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

/** `SessionReport`, `Status`, the evidence of a notice, an ErrorEvent, and errors that were caused by others. */
function findWrapped(failure: Fields, depth: number): Finding | undefined {
  const { evidence, error, errors, cause, originalError, originalEvent } = failure;
  // A cause says more than the error around it only where that one says nothing: see findWords.
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
  // An error event of a browser's socket has no word of explanation, by design; nor has `fetch`, whose cause was asked already.
  const isMute =
    failure['type'] === 'error' || /fetch failed|failed to fetch/i.test(asText(failure['message']));
  return isMute ? { kind: 'network-lost' } : undefined;
}

/** Everything in words: `code` of Node, `err_code` and `err_msg` of Deepgram's bodies, its Error messages, and `message`. */
function wordsOf(failure: Fields): string {
  const { name, code, err_code, err_msg, variant, description, message, reason, body } = failure;
  const words = [code, err_code, err_msg, variant, description, message, reason, body].map(asText);
  return [name === 'Error' ? '' : asText(name), ...words].filter((word) => word !== '').join(' ');
}

function withRequestId(found: Finding, { requestId, request_id: id }: Fields): Finding {
  const known = requestId ?? id;
  return typeof known === 'string' && /^[\w-]{1,100}$/.test(known) ? { ...found, requestId: known } : found;
}

/** Buffers come as close reasons, objects as bodies. */
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
