/** Plays a call to a socket in memory, in real or virtual time. */
import { systemClock } from '../../clock.ts';
import type { CallScript } from './call-script.ts';
import { planCall } from './plan-call.ts';
import { type Line, type PlayedCall, type PlayOptions, play, summaryOf } from './performance.ts';

type Listener = (...values: never[]) => void;

/** An accepted socket, like that of a server, without a network. */
export interface SimulatedSocket {
  addEventListener(type: string, listener: Listener): void;
}

/**
 * Plays a call into an accepted socket, from the next turn of the clock on.
 *
 * @throws RangeError for an impossible script.
 *
 * @example
 * ```ts
 * const { socket } = playCall({ provider: 'twilio', inbound: speak([1, 2], { sampleRate: 8_000 }), loss: 0.02 }, { clock });
 * const call = await fromTwilio(socket, { clock });
 * ```
 */
export function playCall(
  script: CallScript,
  options: PlayOptions = {},
): PlayedCall & { socket: SimulatedSocket } {
  const listeners: { type: string; listener: (event: unknown) => void }[] = [];
  const tell = (type: string, event: unknown) => {
    for (const each of listeners) if (each.type === type) each.listener(event);
  };
  let settle: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (settle = resolve));
  let isClosed = false;
  const close = (code: number) => {
    if (isClosed) return;
    isClosed = true;
    tell('close', { code, reason: '', wasClean: code !== 1006 });
    settle();
  };
  const plan = planCall(script);
  const line: Line = {
    // The event form of browsers and Cloudflare.
    send: (data) => tell('message', { data: typeof data === 'string' ? data : data.slice().buffer }),
    close: () => close(1000),
    cut: () => close(1006),
  };
  const stop = play(plan, line, options.clock ?? systemClock);
  return {
    ...summaryOf(plan),
    over,
    cut: () => {
      stop();
      line.cut();
    },
    socket: {
      addEventListener: (type, listener) => {
        listeners.push({ type, listener: listener as unknown as (event: unknown) => void });
      },
    },
  };
}
