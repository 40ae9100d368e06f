/**
 * The messages that one connection received, for tests. It contains no audio and no secret. Beyond a limit messages are counted
 * and timed, but no longer listed.
 */

/** A message from the client. */
export interface ReceivedMessage {
  /** On the emulator's clock. */
  atMs: number;
  /** `end-of-stream` is the binary message of no bytes. */
  kind: 'audio' | 'end-of-stream' | 'text' | 'ping';
  bytes: number;
  /** Of a text message; a long one is cut short. */
  text?: string;
}

/** Characters kept of a text. No message of the protocol but a long Configure comes near it. */
const LONGEST_TEXT = 10_000;

export class ConnectionLog {
  readonly received: ReceivedMessage[] = [];
  /** All messages, listed or not. */
  receivedCount = 0;
  receivedBytes = 0;
  readonly #limit: number;
  readonly #pingsHold: boolean;
  #lastAtMs: number;
  #longestSilenceMs = 0;
  #isStreamClosed = false;

  constructor(openedAtMs: number, limit: number, pingsHold: boolean) {
    this.#lastAtMs = openedAtMs;
    this.#limit = limit;
    this.#pingsHold = pingsHold;
  }

  note(message: ReceivedMessage): void {
    this.receivedCount += 1;
    this.receivedBytes += message.bytes;
    if (this.received.length < this.#limit) {
      const { text } = message;
      const isLong = text !== undefined && text.length > LONGEST_TEXT;
      this.received.push(isLong ? { ...message, text: `${text.slice(0, LONGEST_TEXT)}…` } : message);
    }
    // On an API where pings do not hold a connection, they do not end a silence.
    if (message.kind === 'ping' && !this.#pingsHold) return;
    this.#longestSilenceMs = this.longestSilenceMs(message.atMs);
    this.#lastAtMs = message.atMs;
  }

  /** The client has ended the stream: later silence does not count. */
  streamClosed(): void {
    this.#isStreamClosed = true;
  }

  longestSilenceMs(untilMs: number): number {
    if (this.#isStreamClosed) return this.#longestSilenceMs;
    return Math.max(this.#longestSilenceMs, untilMs - this.#lastAtMs);
  }
}
