/** Parses the text messages of a client. Like the service, it answers any other text with an Error, and ignores it. */

export type ClientMessage =
  | { type: 'KeepAlive' }
  | { type: 'Finalize'; channel?: number }
  | { type: 'CloseStream' }
  | { type: 'Configure'; keyterms?: string[] };

export type Reading = { message: ClientMessage } | { problem: string };

const CONFIGURE_FIELDS = ['type', 'features', 'processors', 'keyterms', 'language_hints'];

export function readClientMessage(text: string): Reading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: error instanceof Error ? error.message.slice(0, 200) : 'not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { problem: 'expected an object' };
  const fields: Record<string, unknown> = { ...value };
  switch (fields['type']) {
    case 'KeepAlive':
      return only(['type'], fields) ?? { message: { type: 'KeepAlive' } };
    case 'CloseStream':
      return only(['type'], fields) ?? { message: { type: 'CloseStream' } };
    case 'Finalize':
      return only(['type', 'channel'], fields) ?? readFinalize(fields['channel']);
    case 'Configure':
      return only(CONFIGURE_FIELDS, fields) ?? readConfigure(fields['keyterms'], fields['features']);
    default:
      return {
        problem: `unknown variant ${JSON.stringify(fields['type'] ?? null).slice(0, 100)}, expected one of KeepAlive, Finalize, CloseStream, Configure`,
      };
  }
}

/** Whether a binary message is a control message by mistake: some SDKs can send only binary messages. */
export function isControlMessage(bytes: Uint8Array): boolean {
  const OPENING_BRACE = 0x7b;
  if (bytes[0] !== OPENING_BRACE || bytes.length > 1_000) return false;
  return 'message' in readClientMessage(new TextDecoder().decode(bytes));
}

function readFinalize(channel: unknown): Reading {
  if (channel === undefined) return { message: { type: 'Finalize' } };
  if (typeof channel === 'number' && Number.isInteger(channel) && channel >= 0) {
    return { message: { type: 'Finalize', channel } };
  }
  return { problem: 'invalid value for field channel, expected a channel number' };
}

function readConfigure(keyterms: unknown, features: unknown): Reading {
  if (
    features !== undefined &&
    (typeof features !== 'object' || features === null || Array.isArray(features))
  ) {
    return { problem: 'invalid value for field features, expected an object' };
  }
  if (keyterms === undefined || keyterms === null) return { message: { type: 'Configure' } };
  if (Array.isArray(keyterms) && keyterms.every((keyterm) => typeof keyterm === 'string')) {
    return { message: { type: 'Configure', keyterms } };
  }
  return { problem: 'invalid value for field keyterms, expected a list of strings' };
}

function only(known: readonly string[], fields: Record<string, unknown>): Reading | undefined {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  return {
    problem: `unknown field \`${unknown.slice(0, 100)}\`, expected one of ${known.map((name) => `\`${name}\``).join(', ')}`,
  };
}
