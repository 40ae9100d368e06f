/** Reads the transcript of a message, on either API. Recordings may contain anything: every field is checked. */

export interface HeardResult {
  isFinal: boolean;
  text: string;
}

/** The words, as read by the session. */
const IS_TRUE: readonly unknown[] = [true, 'true', 1];

interface Heard {
  type?: unknown;
  is_final?: unknown;
  channel?: { alternatives?: { transcript?: unknown }[] | null } | null;
  event?: unknown;
  transcript?: unknown;
}

/** `undefined` if the message is no result. */
export function resultOf(message: object | undefined): HeardResult | undefined {
  const { type, is_final, channel, event, transcript } = (message ?? {}) as Heard;
  if (type === 'TurnInfo') return { isFinal: event === 'EndOfTurn', text: textOf(transcript) };
  if (type !== 'Results') return undefined;
  return { isFinal: IS_TRUE.includes(is_final), text: textOf(channel?.alternatives?.[0]?.transcript) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
