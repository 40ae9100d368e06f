/**
 * What one connection received, for tests to look into afterwards. It holds no audio and no secret, and is bounded:
 * beyond the limit messages are still counted and timed, only no longer listed.
 */

/** A message from the client. */
export interface ReceivedMessage {
  /** On the emulator's clock. */
  atMs: number;
  /** `end-of-stream` is the binary message of no bytes. */
  kind: 'audio' | 'end-of-stream' | 'text' | 'ping';
  bytes: number;
  /** Of a text message. */
  text?: string;
}

export class ConnectionLog {
  readonly received: ReceivedMessage[] = [];
  /** All messages, listed or not. */
  receivedCount = 0;
  receivedBytes = 0;
  #limit: number;
  #lastAtMs: number;
  #longestSilenceMs = 0;

  constructor(openedAtMs: number, limit: number) {
    this.#lastAtMs = openedAtMs;
    this.#limit = limit;
  }

  note(message: ReceivedMessage): void {
    this.receivedCount += 1;
    this.receivedBytes += message.bytes;
    if (this.received.length < this.#limit) this.received.push(message);
    // Pings do not count: Deepgram does not let them hold a connection either.
    if (message.kind === 'ping') return;
    this.#longestSilenceMs = this.longestSilenceMs(message.atMs);
    this.#lastAtMs = message.atMs;
  }

  longestSilenceMs(untilMs: number): number {
    return Math.max(this.#longestSilenceMs, untilMs - this.#lastAtMs);
  }
}
