/** The other parts of the platform: the events of a page, and an auth function. */
import type { Auth, AuthFunction, Clock, Environment } from '../../../src/index.ts';

type Hints = Parameters<Environment>[0];

/** The hints of a browser's page. */
export class Page {
  readonly #heard = new Set<Hints>();

  readonly environment: Environment = (hints) => {
    this.#heard.add(hints);
    return () => this.#heard.delete(hints);
  };

  get listenerCount(): number {
    return this.#heard.size;
  }

  tell(hint: keyof Hints): void {
    for (const hints of this.#heard) hints[hint]();
  }
}

/** The answers to the next requests for credentials. */
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
