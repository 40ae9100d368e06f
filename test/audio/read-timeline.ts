/** A timeline with a link that sends one frame at a time, or everything at once. */
import type { LogLimits } from '../../src/audio/audio-log.ts';
import { AudioTimeline, type TimelineListener } from '../../src/audio/audio-timeline.ts';
import { VirtualClock } from '../../src/testing/index.ts';

export class ReadTimeline extends AudioTimeline {
  /** Audio is sent as it is added. */
  isLive = false;
  readonly #cursor = {
    frameIndex: 0,
    nextPosition: 0,
    audioAdded: () => {
      if (this.isLive) while (this.upcoming) this.sendNext();
    },
  };

  constructor({ onDrop, ...limits }: LogLimits & Pick<TimelineListener, 'onDrop'>) {
    super(new VirtualClock(), limits, { onDrop, onWaiting: () => undefined });
  }

  add(bytes: Uint8Array, samples: number, isBoundary = true): void {
    this.append(bytes, samples, 0, isBoundary);
  }

  connect(): void {
    this.attach(this.#cursor);
  }

  disconnect(): void {
    this.detach(this.#cursor);
  }

  /** The frame that is sent next. */
  get upcoming() {
    const frame = this.next(this.#cursor);
    if (!frame) return undefined;
    const { end, isBoundary } = frame;
    const start = Math.max(frame.start, this.#cursor.nextPosition);
    return { start, end, isBoundary, bytes: this.bytesOf(frame, start, end) };
  }

  sendNext(): void {
    this.advance(this.#cursor, this.upcoming?.end ?? 0);
  }
}
