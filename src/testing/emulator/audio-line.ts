/**
 * The audio of one connection, for every API: bytes are decoded, wait in one queue with the control messages, and are processed
 * at the permitted pace.
 */
import { type AudioBlock, type AudioFormat, AudioIntake } from './audio-intake.ts';
import { PacedQueue, type Work } from './paced-queue.ts';
import type { SessionContext } from './session.ts';

/** Audio is processed in pieces, so that a file in one message takes as long as the same file in small ones. */
const LONGEST_PIECE_MS = 100;
/** The most memory of waiting audio. */
const MAX_BACKLOG_BYTES = 2 * 1024 * 1024;

export interface AudioLinePort {
  /** Audio arrived, and waits now. */
  arrived(durationMs: number): void;
  /** Processes the audio. */
  hear(block: AudioBlock): void;
}

export class AudioLine {
  readonly queue: PacedQueue;
  receivedAudioMs = 0;
  processedAudioMs = 0;
  readonly #context: SessionContext;
  readonly #port: AudioLinePort;
  readonly #intake: AudioIntake;
  #isFull = false;

  constructor(context: SessionContext, format: AudioFormat, port: AudioLinePort) {
    const { emulator } = context;
    this.#context = context;
    this.#port = port;
    this.queue = new PacedQueue(emulator.clock, emulator);
    this.#intake = new AudioIntake(format, emulator);
  }

  /** Throws {@link UndecodableAudio} after reporting it. */
  receive(bytes: Uint8Array): void {
    for (const block of this.#intake.decode(bytes)) this.#enqueue(block);
  }

  /** Queues a task after the audio that came before it. */
  afterAudio(action: () => void): void {
    this.queue.push(
      inLine((done) => {
        action();
        done();
      }),
    );
    this.#gauge();
  }

  /** The same for a task that takes time: it calls `done` when the queue may continue. */
  untilDone(run: Work['run']): void {
    this.queue.push(inLine(run));
    this.#gauge();
  }

  close(): void {
    this.queue.close();
  }

  #enqueue(block: AudioBlock): void {
    if (this.receivedAudioMs === 0 && this.#intake.timedCodec !== undefined) {
      const { timedCodec } = this.#intake;
      this.#context.observer.remark(
        `There is no decoder for ${timedCodec} here: it is timed, and heard as silence.`,
      );
    }
    this.receivedAudioMs += block.durationMs;
    this.#port.arrived(block.durationMs);
    for (const piece of piecesOf(block)) this.queue.push(this.#hearing(piece));
    this.#gauge();
  }

  #hearing(block: AudioBlock): Work {
    return {
      audioMs: block.durationMs,
      bytes: block.channels.reduce((sum, samples) => sum + samples.byteLength, 0),
      run: (done) => {
        this.processedAudioMs += block.durationMs;
        this.#port.hear(block);
        done();
        this.#gauge();
      },
    };
  }

  /** Checks whether too much audio waits. */
  #gauge(): void {
    const { waitingMs, waitingBytes } = this.queue;
    const share = Math.max(waitingMs / this.#context.emulator.maxBacklogMs, waitingBytes / MAX_BACKLOG_BYTES);
    const isFull = share > (this.#isFull ? 0.5 : 1);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#context.observer.backlogFull(isFull);
  }
}

function piecesOf(block: AudioBlock): AudioBlock[] {
  const { sampleRate, channels, durationMs } = block;
  if (durationMs <= LONGEST_PIECE_MS) return [block];
  const length = channels[0]?.length ?? 0;
  const step = Math.max(1, Math.floor((sampleRate * LONGEST_PIECE_MS) / 1000));
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => {
    const pieces = channels.map((samples) => samples.subarray(index * step, (index + 1) * step));
    return { sampleRate, channels: pieces, durationMs: (durationMs * (pieces[0]?.length ?? 0)) / length };
  });
}

/** A task without audio, which waits for earlier entries. */
function inLine(run: Work['run']): Work {
  return { audioMs: 0, bytes: 0, run };
}
