/** What a client's platform gives it beside time and sockets: the events of a page, and somebody to ask for tokens. */
import type { Auth, AuthFunction, Clock } from '../../../src/index.ts';

type PageEvent = 'online' | 'offline' | 'freeze';
type Listener = () => void;

/** The events of a browser's page. Of one session at a time, since there is one global object. */
export class Page {
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor() {
    Object.assign(globalThis, {
      addEventListener: (event: string, listener: Listener, options?: { signal?: AbortSignal }) => {
        const listeners = this.#listeners.get(event) ?? new Set();
        this.#listeners.set(event, listeners.add(listener));
        options?.signal?.addEventListener('abort', () => listeners.delete(listener));
      },
      removeEventListener: (event: string, listener: Listener) =>
        this.#listeners.get(event)?.delete(listener),
    });
  }

  get listenerCount(): number {
    let count = 0;
    for (const listeners of this.#listeners.values()) count += listeners.size;
    return count;
  }

  tell(event: PageEvent): void {
    for (const listener of this.#listeners.get(event) ?? []) listener();
  }
}

/** How the next questions for credentials are answered. */
export type Answer =
  | { kind: 'late'; ms: number }
  | { kind: 'fail' }
  | { kind: 'nothing' }
  /** A token that the server does not know. */
  | { kind: 'wrong' };

export const SECRET = 'dg-secret';

/** The function that an app gives for `auth`: a new secret each time, slow, wrong or failing as arranged. */
export class TokenDesk {
  readonly #clock: Clock;
  readonly #stir: () => void;
  #answers: Answer[] = [];
  asked = 0;

  /** `stir` is told whenever a promise is about to be settled. */
  constructor(clock: Clock, stir: () => void) {
    this.#clock = clock;
    this.#stir = stir;
  }

  arrange(answer: Answer, times: number): void {
    for (let i = 0; i < times; i += 1) this.#answers.push(answer);
  }

  get arranged(): number {
    return this.#answers.length;
  }

  heal(): void {
    this.#answers = [];
  }

  readonly auth: AuthFunction = ({ signal }) => {
    this.asked += 1;
    this.#stir();
    const answer = this.#answers.shift();
    const token: Auth = {
      apiKey: `${SECRET}-${answer?.kind === 'wrong' ? 'unknown' : 'valid'}-${this.asked}`,
    };
    switch (answer?.kind) {
      case undefined:
      case 'wrong':
        return token;
      case 'fail':
        throw new Error('The token endpoint is down.');
      case 'nothing':
        return undefined as unknown as Auth;
      case 'late':
        return new Promise((resolve) => {
          const timer = this.#clock.setTimeout(() => {
            this.#stir();
            resolve(token);
          }, answer.ms);
          signal.addEventListener('abort', () => this.#clock.clearTimeout(timer));
        });
      default:
        return answer satisfies never;
    }
  };
}
