/**
 * A server for compressed audio that it does not decode: each frame has a number in its payload, which is its word, and lasts
 * as long as its format says. It takes audio at 1.25 × real time, as Deepgram does, counts the frames of each connection, and
 * gives a final for each second.
 */
import type { Socket, SocketHandlers, Transport } from '../../src/index.ts';
import type { Clock } from '../../src/index.ts';

const STEP_MS = 100;
const PACE = 1.25;

/** A frame's number, as it is found in the bytes. */
export const mark = (number: number): Uint8Array =>
  new TextEncoder().encode(`<${String(number).padStart(4, '0')}>`);

export class FrameServer {
  /** The bytes of each connection. */
  readonly received: string[] = [];
  readonly #clock: Clock;
  readonly #frameMs: number;
  #cut: (() => void) | undefined;

  constructor(clock: Clock, frameMs: number) {
    this.#clock = clock;
    this.#frameMs = frameMs;
  }

  cut(): void {
    this.#cut?.();
  }

  readonly transport: Transport = (_request, handlers) =>
    new FrameConnection(this, this.#clock, this.#frameMs, handlers, (cut) => (this.#cut = cut)).socket;
}

class FrameConnection {
  readonly socket: Socket;
  #heardMs = 0;
  #finalTo = 0;
  #isClosing = false;
  #hasEnded = false;

  constructor(
    server: FrameServer,
    clock: Clock,
    frameMs: number,
    handlers: SocketHandlers,
    onCut: (cut: () => void) => void,
  ) {
    const connection = server.received.push('') - 1;
    const end = (code: number) => {
      if (!this.#hasEnded) handlers.ended({ code, reason: '' });
      this.#hasEnded = true;
    };
    const say = (message: object) => handlers.message(JSON.stringify(message));
    const step = () => {
      if (this.#hasEnded) return;
      const words = [...server.received[connection]!.matchAll(/<(\d{4})>/g)].map(([, word]) => word!);
      this.#heardMs = Math.min(this.#heardMs + STEP_MS * PACE, words.length * frameMs);
      const heard = Math.floor(this.#heardMs / frameMs + 1e-9);
      const isAll = this.#isClosing && heard === words.length;
      if ((heard - this.#finalTo) * frameMs >= 1_000 || (isAll && heard > this.#finalTo)) {
        const list = words.slice(this.#finalTo, heard).map((word, index) => ({
          word,
          start: ((this.#finalTo + index) * frameMs) / 1000,
          end: ((this.#finalTo + index + 1) * frameMs) / 1000,
          confidence: 1,
        }));
        say({
          type: 'Results',
          channel_index: [0, 1],
          start: (this.#finalTo * frameMs) / 1000,
          duration: ((heard - this.#finalTo) * frameMs) / 1000,
          is_final: true,
          channel: {
            alternatives: [
              { transcript: list.map(({ word }) => word).join(' '), confidence: 1, words: list },
            ],
          },
        });
        this.#finalTo = heard;
      }
      if (isAll) {
        say({ type: 'Metadata', request_id: 'r', duration: (words.length * frameMs) / 1000, channels: 1 });
        end(1000);
      } else clock.setTimeout(step, STEP_MS);
    };
    onCut(() => end(1006));
    clock.setTimeout(() => {
      handlers.opened({});
      step();
    }, 1);
    this.socket = {
      bufferedAmount: 0,
      send: (message) => {
        if (typeof message !== 'string') server.received[connection] += String.fromCharCode(...message);
        else if (message.includes('CloseStream')) this.#isClosing = true;
      },
      close: (code) => end(code),
      terminate: () => end(1006),
    };
  }
}
