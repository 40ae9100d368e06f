/**
 * Deepgram's own example of a live transcription that reconnects (deepgram-js-sdk, pull request 539), written anew from its
 * description: it holds an SDK connection whose own retries are off, keeps up to 30 s of audio while it is down, comes back
 * with full jitter after the closes that are worth it, at most five times in a row, and sends what it kept all at once.
 */
import { KEEP_ALIVE_MS, finalText, promiseOf } from './client.mjs';
import { openSdk } from './deepgram-sdk.mjs';

const ATTEMPTS = 5;
const BASE_DELAY_MS = 1_000;
const MAX_DELAY_MS = 10_000;
const MAX_BUFFERED_SECONDS = 30;
const CONNECT_TIMEOUT_SECONDS = 10;
const SHUTDOWN_MS = 10_000;

/** Closes that a retry would meet again; the SDK also reports 1000 for a failed transport. */
const FATAL_CODES = [1000, 1002, 1003, 1007, 1008];

/** @typedef {Awaited<ReturnType<typeof openSdk>>} Connection */

/** @type {import('./client.mjs').Connect} */
export async function connectDeepgramRecipe(settings) {
  const transcriber = new ReconnectingTranscriber(settings);
  await transcriber.start();
  return {
    send: (chunk) => transcriber.send(chunk),
    finish: () => transcriber.shutDown(),
    stop: () => transcriber.end(),
  };
}

class ReconnectingTranscriber {
  #settings;
  #maxBufferedBytes;
  /** @type {Connection | undefined} */
  #connection;
  /** @type {Uint8Array[]} */
  #buffer = [];
  #bufferedBytes = 0;
  #isReconnecting = false;
  #isShuttingDown = false;
  #isOver = false;
  #over = promiseOf();
  /** @type {NodeJS.Timeout | undefined} */
  #keepAlive;
  /** @type {NodeJS.Timeout | undefined} */
  #watchdog;

  /** @param {import('./client.mjs').Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    this.#maxBufferedBytes = Number(settings.listen['sample_rate']) * 2 * MAX_BUFFERED_SECONDS;
  }

  async start() {
    try {
      this.#resume(await this.#open());
    } catch {
      void this.#reconnect();
    }
  }

  /** @param {Uint8Array} chunk */
  send(chunk) {
    if (chunk.length === 0 || this.#isOver) return;
    if (this.#connection?.readyState === 1) {
      this.#connection.sendMedia(/** @type {Uint8Array<ArrayBuffer>} */ (chunk));
      return;
    }
    this.#buffer.push(chunk);
    this.#bufferedBytes += chunk.length;
    while (this.#bufferedBytes > this.#maxBufferedBytes) {
      this.#bufferedBytes -= this.#buffer.shift()?.length ?? 0;
    }
  }

  /** Once everything is sent: CloseStream, Metadata, close 1000; and a watchdog. */
  async shutDown() {
    this.#isShuttingDown = true;
    this.#closeStream();
    await this.#over.promise;
  }

  end() {
    this.#isOver = true;
    clearInterval(this.#keepAlive);
    clearTimeout(this.#watchdog);
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
    this.#over.resolve();
  }

  #closeStream() {
    if (!this.#isShuttingDown || this.#isReconnecting || this.#buffer.length > 0) return;
    if (this.#connection?.readyState !== 1) {
      this.end();
      return;
    }
    this.#connection.sendCloseStream({ type: 'CloseStream' });
    this.#watchdog = setTimeout(() => this.end(), SHUTDOWN_MS);
  }

  /** @returns {Promise<Connection>} */
  async #open() {
    const connection = await openSdk(this.#settings, {
      reconnectAttempts: 0,
      connectionTimeoutInSeconds: CONNECT_TIMEOUT_SECONDS,
    });
    let hasFailed = false;
    connection.on('error', () => {
      hasFailed = true;
    });
    connection.on('message', (message) => {
      if (this.#connection !== connection) return;
      const text = finalText(message);
      if (text !== '') this.#settings.onFinal(text);
    });
    connection.on('close', ({ code }) => {
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      clearInterval(this.#keepAlive);
      // The SDK reports an error after its close.
      queueMicrotask(() => {
        if (this.#watchdog !== undefined) this.end();
        else if (hasFailed || !FATAL_CODES.includes(code)) void this.#reconnect();
        else this.end();
      });
    });
    connection.connect();
    await connection.waitForOpen();
    return connection;
  }

  /** @param {Connection} connection */
  #resume(connection) {
    this.#connection = connection;
    this.#keepAlive = setInterval(() => {
      if (connection.readyState === 1) connection.sendKeepAlive({ type: 'KeepAlive' });
    }, KEEP_ALIVE_MS);
    for (let chunk = this.#buffer[0]; chunk && connection.readyState === 1; chunk = this.#buffer[0]) {
      this.#buffer.shift();
      this.#bufferedBytes -= chunk.length;
      connection.sendMedia(/** @type {Uint8Array<ArrayBuffer>} */ (chunk));
    }
    this.#closeStream();
  }

  async #reconnect() {
    if (this.#isReconnecting || this.#isOver) return;
    this.#isReconnecting = true;
    for (let attempt = 0; attempt < ATTEMPTS && !this.#isOver; attempt += 1) {
      const delayMs = Math.random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const connection = await this.#open().catch(() => undefined);
      if (!connection) continue;
      this.#isReconnecting = false;
      if (this.#isOver) connection.close();
      else this.#resume(connection);
      return;
    }
    this.end();
  }
}
