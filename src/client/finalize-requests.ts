/**
 * `finalize()` as a promise. Deepgram does not guarantee an answer, and a connection may be lost before it. So a request settles
 * with its answer, with the confirmation of its audio, or after a timeout, whichever is first. Requests outlive links: a new link
 * replays the audio and the requests after it.
 */
import type { AudioTimeline } from '../audio/audio-timeline.ts';
import type { Clock } from '../clock.ts';
import type { Link } from '../link/link.ts';
import type { ControlMessage } from '../link/link-session.ts';

interface Request {
  channel: number | undefined;
  control: ControlMessage;
  isSent: boolean;
  /** Channels that have answered. A request for all channels waits for all. */
  answered: Set<number>;
  timer: unknown;
  settle: (isFinal: boolean) => void;
}

export class FinalizeRequests {
  readonly #clock: Clock;
  readonly #timeline: AudioTimeline;
  readonly #answerMs: number;
  #requests: Request[] = [];
  #link: Link | undefined;
  /** Position of the last request that was sent on the present link. */
  #sentAt: number | undefined;
  #isClosed = false;

  constructor(clock: Clock, timeline: AudioTimeline, answerMs: number) {
    this.#clock = clock;
    this.#timeline = timeline;
    this.#answerMs = answerMs;
  }

  /** Requests a final result of all audio accepted so far; `false` if none came in time. */
  request(text: string, channel?: number): Promise<boolean> {
    if (!this.#timeline.hasPending) return Promise.resolve(true);
    if (this.#isClosed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const position = this.#timeline.end;
      const request: Request = {
        channel,
        isSent: false,
        answered: new Set(),
        timer: undefined,
        control: { text, position, onSent: () => this.#sent(request) },
        settle: (isFinal) => {
          this.#clock.clearTimeout(request.timer);
          this.#link?.withdraw(request.control);
          this.#requests = this.#requests.filter((other) => other !== request);
          resolve(isFinal || this.#timeline.frontier >= position);
        },
      };
      this.#requests.push(request);
      this.#wait(request, this.#answerMs + this.#backlogMs());
      this.#link?.control(request.control);
    });
  }

  /**
   * An answer came for one channel. It belongs to the oldest request without an answer for it, or to one that timed out. Returns
   * the end of that request's audio.
   */
  answered(channel: number, channelCount: number): number | undefined {
    const request = this.#requests.find(
      ({ isSent, channel: asked, answered }) =>
        isSent && (asked ?? channel) === channel && !answered.has(channel),
    );
    request?.answered.add(channel);
    if (request && (request.channel !== undefined || request.answered.size >= channelCount))
      request.settle(true);
    return request?.control.position ?? this.#sentAt;
  }

  /** The requests that a new link must send. */
  get controls(): readonly ControlMessage[] {
    return this.#requests.map(({ control }) => control);
  }

  /** A link begins, with {@link controls}; `undefined`: the link has ended. */
  attach(link: Link | undefined): void {
    this.#link = link;
    if (!link) return;
    this.#sentAt = undefined;
    for (const request of this.#requests) {
      this.#wait(request, this.#answerMs + this.#backlogMs());
      request.isSent = false;
      request.answered.clear();
    }
  }

  /** The session is over: settles all requests. */
  close(): void {
    this.#isClosed = true;
    for (const { settle } of this.#requests) settle(false);
  }

  #sent(request: Request): void {
    request.isSent = true;
    this.#sentAt = request.control.position;
    this.#wait(request, this.#answerMs);
  }

  #wait(request: Request, delayMs: number): void {
    this.#clock.clearTimeout(request.timer);
    request.timer = this.#clock.setTimeout(() => request.settle(false), delayMs);
  }

  #backlogMs(): number {
    return (this.#timeline.unsent * 1000) / this.#timeline.rate;
  }
}
