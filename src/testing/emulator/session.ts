/**
 * One connection as Deepgram holds it: audio in, Results out, the control messages, and the three deadlines that
 * end it. It knows no socket, no timer but the clock's, and no fault: what goes wrong on purpose is arranged around
 * it.
 *
 *     open ──CloseStream, or an empty binary message──► draining ──Results, Metadata──► closed 1000
 *       └──── a deadline, or undecodable audio ──(Metadata)──► closed 1011 / 1008
 */
import { type AudioBlock, AudioIntake } from './audio-intake.ts';
import { Channel, flushAll } from './channel.ts';
import { isControlMessage, readClientMessage, type ClientMessage } from './client-messages.ts';
import { CLOSE, type CloseReason, undecodedHere } from './close-reasons.ts';
import type { Digest } from './digest.ts';
import { exceedsKeytermLimit, type ListenSettings, takesKeyterms } from './listen-query.ts';
import {
  configureFailureMessage,
  configureSuccessMessage,
  invalidConfigureMessage,
  metadataMessage,
  type ResultsContent,
  resultsMessage,
  schemaErrorMessage,
} from './messages.ts';
import type { EmulatorSettings } from './options.ts';
import { PacedQueue, type Work } from './paced-queue.ts';
import { Patience } from './patience.ts';
import { UndecodableAudio } from '../media/undecodable-audio.ts';

/** Observed between the Metadata of an idle connection and its close. */
const METADATA_BEFORE_CLOSE_MS = 25;

const KEYTERM_LIMIT = 'The maximum number of tokens across all keyterms is 500.';

/** The way out of a session. */
export interface Wire {
  text(json: string): void;
  close(code: number, reason: string): void;
}

/** What a session tells the one who runs it. */
export interface SessionObserver {
  /** A final was decided and is about to be sent. */
  final(content: ResultsContent): void;
  /** The drain has come to its end: all Results are out, Metadata is next. */
  drained(): void;
  /** More audio waits than should: nothing is to be read until less of it does. */
  backlogFull(isFull: boolean): void;
  /** Something a person should know who wonders about the results. */
  remark(text: string): void;
}

export interface SessionContext {
  requestId: string;
  listen: ListenSettings;
  emulator: EmulatorSettings;
  wire: Wire;
  observer: SessionObserver;
  digest: Digest;
}

/** Audio is worked off in pieces: a file sent as one message is to take no less time than the same in small ones. */
const LONGEST_PIECE_MS = 100;

/** Memory that audio in line may hold, whatever it lasts. */
const MAX_BACKLOG_BYTES = 2 * 1024 * 1024;

export class Session {
  readonly #context: SessionContext;
  readonly #queue: PacedQueue;
  readonly #intake: AudioIntake;
  #channels: Channel[] = [];
  #state: 'open' | 'draining' | 'closed' = 'open';
  readonly #createdMs: number;
  #receivedAudioMs = 0;
  #processedAudioMs = 0;
  /** A list of keyterms was too long, and transcription has silently ended. */
  #isDeaf = false;
  #isFull = false;
  readonly #patience: Patience;
  #closing: unknown;

  constructor(context: SessionContext) {
    const { emulator, listen } = context;
    const { clock } = emulator;
    this.#context = context;
    this.#createdMs = clock.wallTime();
    this.#queue = new PacedQueue(clock, emulator);
    this.#intake = new AudioIntake(listen, emulator);
    this.#patience = new Patience(emulator, {
      net0000: () => this.#end(CLOSE.net0000),
      net0001: () => this.#timeOut(this.#idleClose()),
      net0002: () => this.#timeOut(CLOSE.net0002),
    });
  }

  /** Audio received, in milliseconds; what processing has got to may be less. */
  get receivedAudioMs(): number {
    return this.#receivedAudioMs;
  }

  get processedAudioMs(): number {
    return this.#processedAudioMs;
  }

  /** Milliseconds left to the client, before it is closed for its silence; absent where nothing runs out. */
  get idleLeftMs(): number | undefined {
    return this.#patience.idleLeftMs;
  }

  /** Where processing takes its work from; faults slow it down or stop it. */
  get queue(): PacedQueue {
    return this.#queue;
  }

  /** The bytes belong to the session from here on. */
  receiveBinary(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    const { emulator, digest } = this.#context;
    if (bytes.length === 0) {
      if (emulator.emptyBinary === 'closes') this.#drain();
      return;
    }
    if (emulator.controlAsBinary === 'counted' || !isControlMessage(bytes)) this.#patience.audioReceived();
    digest.update(bytes);
    try {
      for (const block of this.#intake.decode(bytes)) this.#enqueue(block);
    } catch (error) {
      if (!(error instanceof UndecodableAudio)) throw error;
      this.#context.observer.remark(`The audio cannot be decoded: ${error.message}.`);
      this.#end(error.codec === undefined ? CLOSE.data0000 : undecodedHere(error.codec));
    }
  }

  receiveText(text: string): void {
    if (this.#state !== 'open') return;
    this.#patience.textReceived();
    const reading = readClientMessage(text);
    if ('problem' in reading)
      this.#queue.push(atOnce(() => this.#send(schemaErrorMessage(reading.problem, text))));
    else this.#obey(reading.message);
    this.#gauge();
  }

  /** The connection is no more, by whatever cause. Lets everything go. */
  peerGone(): void {
    this.#state = 'closed';
    this.#context.emulator.clock.clearTimeout(this.#closing);
    this.#patience.end();
    this.#queue.close();
    for (const channel of this.#channels) channel.close();
    // Recognisers are large, and the connection will be remembered.
    this.#channels = [];
  }

  /** While the server itself does not read, silence is not held against the client. */
  reading(isReading: boolean): void {
    if (this.#state === 'open') this.#patience.reading(isReading);
  }

  /** Looks whether more waits than should. */
  #gauge(): void {
    const { waitingMs, waitingBytes } = this.#queue;
    const share = Math.max(waitingMs / this.#context.emulator.maxBacklogMs, waitingBytes / MAX_BACKLOG_BYTES);
    const isFull = share > (this.#isFull ? 0.5 : 1);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#context.observer.backlogFull(isFull);
  }

  #obey(message: ClientMessage): void {
    switch (message.type) {
      case 'KeepAlive':
        break;
      case 'Finalize':
        this.#queue.push(inLine((done) => this.#finalize(message.channel, done)));
        break;
      case 'CloseStream':
        this.#drain();
        break;
      case 'Configure':
        this.#queue.push(atOnce(() => this.#configure(message.keyterms)));
        break;
      default:
        message satisfies never;
    }
  }

  #enqueue(block: AudioBlock): void {
    if (this.#receivedAudioMs === 0 && this.#intake.timedCodec !== undefined) {
      const { timedCodec } = this.#intake;
      this.#context.observer.remark(
        `There is no decoder for ${timedCodec} here: it is timed, and heard as silence.`,
      );
    }
    this.#receivedAudioMs += block.durationMs;
    this.#patience.audioUnderstood(block.durationMs);
    for (const piece of piecesOf(block)) this.#queue.push(this.#hearing(piece));
    this.#gauge();
  }

  #hearing(block: AudioBlock): Work {
    return {
      audioMs: block.durationMs,
      bytes: block.channels.reduce((sum, samples) => sum + samples.byteLength, 0),
      run: (done) => {
        if (this.#channels.length === 0) this.#openChannels(block);
        this.#processedAudioMs += block.durationMs;
        if (!this.#isDeaf) block.channels.forEach((samples, i) => this.#channels[i]?.accept(samples));
        done();
        this.#gauge();
      },
    };
  }

  #openChannels({ channels, sampleRate }: AudioBlock): void {
    const { listen, emulator, requestId, observer } = this.#context;
    this.#channels = channels.map(
      (_, index) =>
        new Channel({ index, count: channels.length, sampleRate }, listen, emulator.recogniser, {
          results: (content) => {
            if (content.isFinal) observer.final(content);
            this.#patience.answered();
            this.#send(resultsMessage(content, requestId, listen));
          },
          message: (message) => this.#send(message),
        }),
    );
  }

  #finalize(channel: number | undefined, done: () => void): void {
    const flushed = channel === undefined ? this.#channels : this.#channels.slice(channel, channel + 1);
    flushAll(flushed, this.#context.emulator.finalizeReply, done);
  }

  #configure(keyterms: readonly string[] | undefined): void {
    const { emulator, listen, requestId } = this.#context;
    const isAcknowledged = emulator.configureReply === 'acknowledged';
    const fail = (description: string, code: string) =>
      this.#send(
        isAcknowledged
          ? configureFailureMessage(requestId, description, code)
          : invalidConfigureMessage(description, code),
      );
    if (keyterms && exceedsKeytermLimit(keyterms)) {
      if (emulator.configureReply === 'over-limit-stalls') this.#isDeaf = true;
      else fail(`Keyterm limit exceeded. ${KEYTERM_LIMIT}`, 'KeytermLimitExceeded');
    } else if (keyterms && !takesKeyterms(listen.model)) {
      fail(`Keyterms are not supported by ${listen.model}.`, 'KeytermsNotSupported');
    } else if (isAcknowledged) {
      this.#send(configureSuccessMessage(requestId, keyterms));
    }
  }

  #drain(): void {
    this.#state = 'draining';
    this.#patience.end();
    const finish = () => {
      this.#context.observer.drained();
      // Watching the drain may have ended the connection.
      if (this.#state !== 'draining') return;
      this.#send(this.#metadata('complete'));
      this.#end(CLOSE.normal);
    };
    this.#queue.push(inLine(() => flushAll(this.#channels, 'drain', finish)));
  }

  #idleClose(): CloseReason {
    const closesNormally = this.#patience.isUnused && this.#context.emulator.unusedIdleClose === 'normal';
    return closesNormally ? CLOSE.normal : CLOSE.net0001;
  }

  #timeOut(reason: CloseReason): void {
    this.#send(this.#metadata('incomplete'));
    this.#state = 'closed';
    this.#closing = this.#context.emulator.clock.setTimeout(
      () => this.#end(reason),
      METADATA_BEFORE_CLOSE_MS,
    );
  }

  #end({ code, reason }: CloseReason): void {
    this.peerGone();
    this.#context.wire.close(code, reason);
  }

  #send(message: object): void {
    if (this.#state === 'closed') return;
    this.#patience.spoke();
    this.#context.wire.text(JSON.stringify(message));
  }

  #metadata(end: 'complete' | 'incomplete'): object {
    return metadataMessage({
      requestId: this.#context.requestId,
      createdMs: this.#createdMs,
      durationSeconds: this.#processedAudioMs / 1000,
      channels: this.#channels.length,
      sha256: end === 'complete' ? this.#context.digest.hex() : 'incomplete',
      model: this.#context.listen.model,
    });
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

function atOnce(action: () => void): Work {
  return inLine((done) => {
    action();
    done();
  });
}

/** Work without audio, which waits for what is before it. */
function inLine(run: Work['run']): Work {
  return { audioMs: 0, bytes: 0, run };
}
