/** One call from its start to its end: takes messages, emits chunks and events. Another socket may continue the same call. */
import { map, type Observable, type Subscription } from 'rxjs';
import type { Clock } from '../clock.ts';
import { Aligner, type AlignedChunk, sampleBytesOf } from './aligner.ts';
import type { CheckedCallOptions } from './call-options.ts';
import { textOf } from './call-socket.ts';
import type { CallEncoding } from './dialect.ts';
import { Outlet } from './outlet.ts';
import type {
  CallAudio,
  CallControl,
  CallCounts,
  CallDetails,
  CallEnd,
  CallListen,
  CallNotice,
  CallNoticeCode,
  CallStream,
  CallTrack,
  PhoneCall,
} from './phone-call.ts';
import { type CallStart, readMessage } from './read-message.ts';

/** Limits of the audio, keys and notices that are kept for the first subscriber. */
const KEPT_AUDIO_MS = 60_000;
const KEPT_EVENTS = 1_000;
/** After this time without a frame, an incomplete chunk is emitted. */
const PAUSE_MS = 300;
/** After this time, audio that waits for the other track is emitted. */
const HOLD_MS = 2_000;
/** Providers send 20 ms, Exotel 100. */
const LONGEST_FRAME_MS = 2_000;

interface Branch {
  aligner: Aligner;
  outlet: Outlet<AlignedChunk>;
  stream: CallStream;
}

export class LiveCall implements PhoneCall {
  readonly call: CallDetails;
  readonly streams: readonly CallStream[];
  readonly ended: Promise<CallEnd>;
  readonly #start: CallStart;
  readonly #encoding: CallEncoding;
  readonly #tracks: readonly CallTrack[];
  readonly #clock: Clock;
  readonly #branches: readonly Branch[];
  readonly #control = new Outlet<CallControl>(KEPT_EVENTS);
  readonly #notices = new Outlet<CallNotice>(KEPT_EVENTS);
  readonly #told = new Set<string>();
  /** How long the call waits for another stream after it lost one. */
  readonly #resumeWithinMs: number;
  /** When the stream began, in milliseconds since 1970. */
  readonly #startedAt: number;
  #settle: (end: CallEnd) => void = () => undefined;
  #source: Subscription | undefined;
  #isOver = false;
  #lastMediaMs = Number.NaN;
  #heldSinceMs: number | undefined;
  #pauseTimer: unknown;
  #resumeTimer: unknown;
  #late = 0;
  #doubled = 0;
  #bad = 0;
  #gaps = 0;

  constructor(start: CallStart, encoding: CallEncoding, options: CheckedCallOptions, resumeWithinMs: number) {
    this.#start = start;
    this.#encoding = encoding;
    this.#clock = options.clock;
    this.#startedAt = options.clock.wallTime();
    this.#resumeWithinMs = resumeWithinMs;
    this.call = start.details;
    this.#tracks = tracksOf(start, options);
    const groups = options.split ? this.#tracks.map((track) => [track]) : [this.#tracks];
    this.#branches = groups.map((tracks) => this.#branch(tracks, options));
    this.streams = this.#branches.map(({ stream }) => stream);
    this.ended = new Promise((settle) => (this.#settle = settle));
  }

  get tracks(): readonly CallTrack[] {
    return this.#first.tracks;
  }

  get audio$(): Observable<CallAudio> {
    return this.#first.audio$;
  }

  get listen(): CallListen {
    return this.#first.listen;
  }

  get control$(): Observable<CallControl> {
    return this.#control.values$;
  }

  get notices$(): Observable<CallNotice> {
    return this.#notices.values$;
  }

  get counts(): CallCounts {
    const sum = (of: (aligner: Aligner) => number) =>
      this.#branches.reduce((total, { aligner }) => total + of(aligner), 0);
    return {
      frames: sum(({ frames }) => frames),
      late: this.#late,
      doubled: this.#doubled,
      bad: this.#bad,
      filledMs: Math.round((sum(({ filledSamples }) => filledSamples) * 1000) / this.#start.sampleRate),
      gaps: this.#gaps,
    };
  }

  /** The call lost its stream, and this stream may continue it. */
  awaits({ details, encoding, sampleRate, tracks }: CallStart): boolean {
    const { provider, callId } = this.call;
    return (
      this.#resumeTimer !== undefined &&
      details.provider === provider &&
      details.callId === callId &&
      encoding === this.#encoding &&
      sampleRate === this.#start.sampleRate &&
      String(tracks) === String(this.#start.tracks)
    );
  }

  /** Follows the messages after a start: of the first stream, or of one that takes over. */
  follow(messages$: Observable<string | Uint8Array>): void {
    if (this.#resumeTimer !== undefined) this.#resume();
    let isStopped = false;
    this.#source = messages$.subscribe({
      next: (message) => {
        isStopped = this.#receive(message) || isStopped;
        if (isStopped) this.#end({ reason: 'stop' });
      },
      error: () => this.#lose(),
      complete: () => this.#lose(),
    });
    if (this.#isOver) this.#source.unsubscribe();
  }

  get #first(): CallStream {
    return this.streams[0] as CallStream;
  }

  #branch(tracks: readonly CallTrack[], options: CheckedCallOptions): Branch {
    const { sampleRate } = this.#start;
    const outlet = new Outlet<AlignedChunk>(Math.ceil(KEPT_AUDIO_MS / options.frameMs), () => {
      this.#tell('audio-dropped', 'Nobody subscribed to the audio for a minute; its beginning is given up.');
    });
    const aligner = new Aligner(
      { ...options, encoding: this.#encoding, sampleRate, tracks: tracks.length },
      {
        chunk: (chunk) => outlet.next(chunk),
        gap: (fromMs, toMs) => {
          this.#gaps += 1;
          const message = `No audio came for ${toMs - fromMs} ms of the call.`;
          this.#notices.next({ code: 'gap', message, fromMs, toMs });
        },
        clockRestarted: () => {
          this.#tell('clock-restarted', 'The timestamps of the provider jumped back.');
        },
        stray: () => {
          this.#bad += 1;
          this.#tell(
            'bad-message',
            'A frame was ignored, whose timestamp is far from those before and after it.',
          );
        },
        late: () => {
          this.#late += 1;
          this.#tell('late-audio', 'A frame came too late, and was ignored.');
        },
        doubled: () => {
          this.#doubled += 1;
          this.#tell('doubled-audio', 'A frame came twice, and was ignored.');
        },
      },
    );
    const channels = tracks.length;
    const listen: CallListen = {
      encoding: this.#encoding,
      sample_rate: sampleRate,
      channels,
      ...(channels > 1 && { multichannel: true }),
    };
    const audio$ = outlet.values$.pipe(
      map(({ bytes, at }) => ({ audio: bytes, capturedAt: this.#startedAt + (at * 1000) / sampleRate })),
    );
    return { aligner, outlet, stream: { tracks, audio$, listen } };
  }

  /** Returns whether the call has stopped. */
  #receive(message: string | Uint8Array): boolean {
    const { dialect } = this.#start;
    if (dialect.binaryAudio && typeof message !== 'string') {
      this.#takeAudio('', undefined, message);
      return false;
    }
    const read = readMessage(textOf(message), dialect);
    switch (read.kind) {
      case 'media':
        this.#takeAudio(read.track, read.timestampMs, read.bytes);
        return false;
      case 'dtmf':
        this.#control.next({ type: 'dtmf', digit: read.digit, durationMs: read.durationMs });
        return false;
      case 'mark':
        this.#control.next({ type: 'mark', name: read.name });
        return false;
      case 'cleared':
        this.#control.next({ type: 'cleared' });
        return false;
      case 'error':
        this.#notices.next({ code: 'provider-error', message: `The provider reports ${read.text}.` });
        return false;
      case 'bad':
        this.#refuse('bad-message', `There was ${read.problem}.`);
        return false;
      case 'ignored':
        return false;
      case 'stop':
        return true;
      default:
        return read satisfies never;
    }
  }

  #takeAudio(name: string, timestampMs: number | undefined, bytes: Uint8Array): void {
    const track = name === '' ? this.#tracks[0] : this.#tracks.find((each) => each === name);
    if (!track) {
      this.#refuse(
        'unexpected-track',
        `There was audio of the track '${name.slice(0, 20)}', which was not announced.`,
      );
      return;
    }
    const size = sampleBytesOf(this.#encoding);
    const longest = (LONGEST_FRAME_MS / 1000) * this.#start.sampleRate * size;
    if (bytes.length === 0 || bytes.length % size !== 0 || bytes.length > longest) {
      this.#refuse(
        'bad-message',
        `There was a frame of ${bytes.length} bytes, which is no frame of ${this.#encoding}.`,
      );
      return;
    }
    this.#watchPauses();
    const branch = this.#branches.find(({ stream }) => stream.tracks.includes(track)) as Branch;
    branch.aligner.take(branch.stream.tracks.indexOf(track), timestampMs, bytes);
  }

  /** One timer for each call: checks whether frames still come. */
  #watchPauses(): void {
    const nowMs = this.#clock.now();
    this.#lastMediaMs = nowMs;
    if (this.#heldSinceMs !== undefined) {
      this.#control.next({ type: 'hold-ended', heldMs: Math.round(nowMs - this.#heldSinceMs) });
      this.#heldSinceMs = undefined;
    }
    if (this.#pauseTimer === undefined) this.#lookAgainIn(PAUSE_MS);
  }

  #lookAgainIn(ms: number): void {
    this.#pauseTimer = this.#clock.setTimeout(() => {
      this.#pauseTimer = undefined;
      const idleMs = this.#clock.now() - this.#lastMediaMs;
      if (idleMs >= HOLD_MS) {
        for (const { aligner } of this.#branches) aligner.flush();
        this.#heldSinceMs = this.#lastMediaMs;
        this.#control.next({ type: 'hold' });
        return;
      }
      if (idleMs >= PAUSE_MS) for (const { aligner } of this.#branches) aligner.releaseSettled();
      this.#lookAgainIn((idleMs >= PAUSE_MS ? HOLD_MS : PAUSE_MS) - idleMs);
    }, ms);
  }

  /** The socket closed without a stop message. */
  #lose(): void {
    if (this.#isOver) return;
    if (this.#resumeWithinMs === 0) {
      this.#end({ reason: 'closed' });
      return;
    }
    for (const { aligner } of this.#branches) aligner.flush();
    this.#notices.next({
      code: 'stream-lost',
      message: `The socket closed without a stop; the call waits ${this.#resumeWithinMs} ms for another stream.`,
    });
    this.#resumeTimer = this.#clock.setTimeout(() => this.#end({ reason: 'closed' }), this.#resumeWithinMs);
  }

  #resume(): void {
    this.#clock.clearTimeout(this.#resumeTimer);
    this.#resumeTimer = undefined;
    const missedMs = Number.isNaN(this.#lastMediaMs) ? 0 : this.#clock.now() - this.#lastMediaMs;
    for (const { aligner } of this.#branches) aligner.restartAfter(missedMs);
    this.#notices.next({
      code: 'stream-resumed',
      message: `Another stream goes on with the call, ${Math.round(missedMs)} ms after its last audio.`,
    });
  }

  #end(end: CallEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source?.unsubscribe();
    this.#clock.clearTimeout(this.#pauseTimer);
    this.#resumeTimer = undefined;
    for (const { aligner, outlet } of this.#branches) {
      aligner.flush();
      outlet.complete();
    }
    this.#control.complete();
    this.#notices.complete();
    this.#settle(end);
  }

  #refuse(code: CallNoticeCode, message: string): void {
    this.#bad += 1;
    this.#tell(code, message);
  }

  /** Once for each kind: a defect of every frame would give fifty notices a second. */
  #tell(code: CallNoticeCode, message: string): void {
    if (this.#told.has(code)) return;
    this.#told.add(code);
    this.#notices.next({ code, message });
  }
}

function tracksOf({ tracks }: CallStart, options: CheckedCallOptions): readonly CallTrack[] {
  if (tracks.length > 0) return tracks;
  return options.tracks ?? ['inbound'];
}
