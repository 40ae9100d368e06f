/** Calls played by the simulator, through a source and a session, to the emulator: all of it in virtual time. */
import { filter } from 'rxjs';
import { type LiveTranscription, type Transcript, transcribe } from '../../src/index.ts';
import type { CallControl, CallEnd, CallNotice, CallStream, PhoneCall } from '../../src/telephony/index.ts';
import { Emulator, FRAGMENT, VirtualClock, VirtualNetwork } from '../../src/testing/index.ts';

/** A word, when it was heard in the session, and on which channel. */
export interface HeardWord {
  number: string;
  startMs: number;
  /** Milliseconds since 1970. */
  capturedAt: number;
  channel: number;
}

/** One stream of a call, transcribed. */
export interface Heard {
  words: HeardWord[];
  live: LiveTranscription | undefined;
  isComplete: boolean;
  error: unknown;
}

export class Switchboard {
  readonly clock = new VirtualClock();
  readonly emulator = new Emulator({ clock: this.clock });
  readonly network = new VirtualNetwork(this.emulator, { latencyMs: 20 });

  /** Transcribes a stream as an app would. */
  transcribe(stream: CallStream): Heard {
    const heard: Heard = { words: [], live: undefined, isComplete: false, error: undefined };
    stream.audio$
      .pipe(
        transcribe(
          {
            auth: { apiKey: 'any' },
            clock: this.clock,
            transport: this.network.transport,
            listen: { model: 'nova-3', interim_results: true, endpointing: 300, ...stream.listen },
          },
          (live) => (heard.live = live),
        ),
        filter(({ final }) => final),
      )
      .subscribe({
        next: ({ words, channel }: Transcript) => {
          heard.words.push(
            ...words.map(({ word, start, capturedAt = 0 }) => ({
              number: word,
              startMs: start * 1000,
              capturedAt,
              channel,
            })),
          );
        },
        complete: () => (heard.isComplete = true),
        error: (error: unknown) => (heard.error = error),
      });
    return heard;
  }

  async wait(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }
}

/** The other events of a call. */
export function listenIn(call: PhoneCall): { control: CallControl[]; notices: CallNotice[]; end: CallEnd[] } {
  const log = { control: [] as CallControl[], notices: [] as CallNotice[], end: [] as CallEnd[] };
  call.control$.subscribe((each) => log.control.push(each));
  call.notices$.subscribe((each) => log.notices.push(each));
  void call.ended.then((each) => log.end.push(each));
  return log;
}

/** Words without the fragments of lost audio. */
export function wholeWords(words: readonly HeardWord[], channel: number): HeardWord[] {
  return words.filter((each) => each.channel === channel && each.number !== FRAGMENT);
}
