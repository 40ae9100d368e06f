/**
 * A perfect client: it reconnects at once after a lost connection, and replays from the end of the last final at a given pace.
 * It is no model for an app: it retries without delay, and its log is unbounded.
 */

/**
 * @typedef {object} PerfectSettings
 * @property {import('rx-deepgram').Clock} clock
 * @property {number} rate Times real time.
 * @property {number} sampleRate Of linear16, one channel.
 * @property {import('rx-deepgram').Transport} transport
 * @property {string} url
 * @property {(text: string) => void} onFinal
 */

export class PerfectClient {
  #settings;
  /** @type {import('rx-deepgram').Socket | undefined} */
  #socket;
  /** @type {{ start: number, end: number, bytes: Uint8Array }[]} Times in samples. */
  #log = [];
  #next = 0;
  #accepted = 0;
  #confirmed = 0;
  /** The start of the present connection. */
  #origin = 0;
  #mayGoAt = 0;
  /** @type {unknown} */
  #timer;
  #isOver = false;

  /** @param {PerfectSettings} settings */
  constructor(settings) {
    this.#settings = settings;
    this.#connect();
  }

  /** @param {Uint8Array} frame */
  send(frame) {
    const start = this.#accepted;
    this.#accepted += frame.byteLength / 2;
    this.#log.push({ start, end: this.#accepted, bytes: frame });
    if (this.#timer === undefined) this.#pump();
  }

  end() {
    this.#isOver = true;
    this.#settings.clock.clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  #connect() {
    const { transport, url } = this.#settings;
    const socket = transport(
      { url, credentials: { scheme: 'token', value: 'bench' } },
      {
        opened: () => this.#begin(socket),
        message: (text) => this.#hear(JSON.parse(text)),
        binary: () => undefined,
        ended: () => {
          this.#socket = undefined;
          if (!this.#isOver) this.#connect();
        },
      },
    );
  }

  /** @param {import('rx-deepgram').Socket} socket */
  #begin(socket) {
    this.#socket = socket;
    this.#origin = this.#confirmed;
    this.#next = this.#log.findIndex(({ end }) => end > this.#confirmed);
    if (this.#next === -1) this.#next = this.#log.length;
    this.#mayGoAt = this.#settings.clock.now();
    this.#pump();
  }

  #pump() {
    const { clock, rate, sampleRate } = this.#settings;
    for (let frame = this.#log[this.#next]; this.#socket && frame; frame = this.#log[this.#next]) {
      const now = clock.now();
      if (now < this.#mayGoAt) {
        this.#timer = clock.setTimeout(() => {
          this.#timer = undefined;
          this.#pump();
        }, this.#mayGoAt - now);
        return;
      }
      const start = Math.max(frame.start, this.#origin);
      this.#mayGoAt = Math.max(this.#mayGoAt, now) + ((frame.end - start) * 1000) / sampleRate / rate;
      this.#next += 1;
      this.#socket.send(frame.bytes.subarray((start - frame.start) * 2));
    }
  }

  /** @param {import('rx-deepgram').ResultsMessage} message */
  #hear(message) {
    if (message.type !== 'Results' || message.is_final !== true) return;
    const end = (message.start + message.duration) * this.#settings.sampleRate;
    this.#confirmed = this.#origin + Math.round(end);
    const text = message.channel.alternatives[0]?.transcript ?? '';
    if (text !== '') this.#settings.onFinal(text);
  }
}
