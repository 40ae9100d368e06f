/**
 * `configure()` as a promise. One request is under way at a time; later changes are merged into the next one. A change without an
 * answer when its connection ends is sent again on the next connection; an accepted change goes into its address.
 */
import type { Clock } from '../clock.ts';
import { TranscriptionError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import type { ControlMessage } from '../link/link-session.ts';
import { checkChange, configureMessage, configureReply, type ListenChange } from '../protocol/configure.ts';
import type { Api, Parameters } from '../protocol/protocol.ts';
import type { ServerMessage } from '../protocol/server-message.ts';

/** Some servers of `/v1/listen` do not answer accepted changes. */
const ANSWER_MS = 5_000;

export interface ConfiguredSession {
  readonly clock: Clock;
  readonly api: Api;
  listen: Parameters;
}

interface Request {
  change: ListenChange;
  /** Sent after the audio before it. */
  position: number;
  waiting: { resolve: (isAnswered: boolean) => void; reject: (error: Error) => void }[];
}

export class ConfigureRequests {
  readonly #session: ConfiguredSession;
  #link: Pick<Link, 'control'> | undefined;
  #underWay: Request | undefined;
  #next: Request | undefined;
  #timer: unknown;
  #isSent = false;

  constructor(session: ConfiguredSession, link: Pick<Link, 'control'> | undefined) {
    this.#session = session;
    this.#link = link;
  }

  /** @throws TranscriptionError `invalid-option` for a change that is impossible. */
  request(change: ListenChange, position: number): Promise<boolean> {
    const { api, listen } = this.#session;
    checkChange(change, listen);
    const wanted = { ...listen, ...this.#underWay?.change, ...this.#next?.change, ...change };
    api.checkParameters(wanted);
    return new Promise((resolve, reject) => {
      this.#next ??= { change: {}, position, waiting: [] };
      this.#next.change = { ...this.#next.change, ...change };
      this.#next.position = position;
      this.#next.waiting.push({ resolve, reject });
      this.#begin();
    });
  }

  /** A link begins; `undefined`: the link has ended. */
  attach(link: Pick<Link, 'control'> | undefined): void {
    this.#link = link;
    this.#session.clock.clearTimeout(this.#timer);
    this.#isSent = false;
    if (this.#underWay) this.#ask(this.#underWay);
    else this.#begin();
  }

  /** Called for every message of the server. */
  message(message: ServerMessage): void {
    const reply = this.#isSent ? configureReply(message) : undefined;
    const request = this.#underWay;
    if (!reply || !request) return;
    const { error } = reply;
    if (!error) return this.#settle(request, true);
    const serverMessage = [error.code, error.description].filter(Boolean).join(': ');
    const refusal = new TranscriptionError(
      'bad-request',
      `The server refused the change (${serverMessage}).`,
      {
        remedy: 'Correct the value that it names; the connection goes on as it was.',
        serverMessage,
      },
    );
    this.#end();
    for (const { reject } of request.waiting) reject(refusal);
    this.#begin();
  }

  /** The session is over. */
  close(): void {
    const requests = [this.#underWay, this.#next];
    this.#end();
    this.#next = undefined;
    for (const request of requests) for (const { resolve } of request?.waiting ?? []) resolve(false);
  }

  #begin(): void {
    if (this.#underWay || !this.#next || !this.#link) return;
    this.#underWay = this.#next;
    this.#next = undefined;
    this.#ask(this.#underWay);
  }

  #ask(request: Request): void {
    const { change, position } = request;
    const control: ControlMessage = {
      text: configureMessage(change, this.#session.listen),
      position,
      onSent: () => {
        this.#isSent = true;
        this.#timer = this.#session.clock.setTimeout(() => this.#settle(request, false), ANSWER_MS);
      },
    };
    this.#link?.control(control);
  }

  /** The change is, or may be, in force: the next connection begins with it. */
  #settle(request: Request, isAnswered: boolean): void {
    const session = this.#session;
    session.listen = { ...session.listen, ...request.change };
    this.#end();
    for (const { resolve } of request.waiting) resolve(isAnswered);
    this.#begin();
  }

  #end(): void {
    this.#session.clock.clearTimeout(this.#timer);
    this.#isSent = false;
    this.#underWay = undefined;
  }
}
