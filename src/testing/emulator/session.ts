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
import { readClientMessage, type ClientMessage } from './client-messages.ts';
import { CLOSE, type CloseReason } from './close-reasons.ts';
import { exceedsKeytermLimit, type ListenSettings } from './listen-query.ts';
import {
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
}

export interface SessionContext {
  requestId: string;
  listen: ListenSettings;
  emulator: EmulatorSettings;
  wire: Wire;
  observer: SessionObserver;
}

export class Session {
  #context: SessionContext;
  #queue: PacedQueue;
  #intake: AudioIntake;
  #channels: Channel[] = [];
  #state: 'open' | 'draining' | 'closed' = 'open';
  #createdMs: number;
  #receivedAudioMs = 0;
  #processedAudioMs = 0;
  #checksum = 0;
  #patience: Patience;
  #closing: unknown;

  constructor(context: SessionContext) {
    const { emulator, listen } = context;
    const { clock } = emulator;
    this.#context = context;
    this.#createdMs = clock.wallTime();
    this.#queue = new PacedQueue(clock, emulator);
    this.#intake = new AudioIntake(listen, emulator.missingHeader === 'data-0000' ? 'refuse' : 'swallow');
    this.#patience = new Patience(emulator, {
      net0000: () => this.#end(CLOSE.net0000),
      net0001: () => this.#timeOut(CLOSE.net0001),
      net0002: () => this.#timeOut(CLOSE.net0002),
    });
  }

  /** Audio received, in milliseconds; what processing has got to may be less. */
  get receivedAudioMs(): number {
    return this.#receivedAudioMs;
  }

  /** Where processing takes its work from; faults slow it down or stop it. */
  get queue(): PacedQueue {
    return this.#queue;
  }

  /** The bytes belong to the session from here on. */
  receiveBinary(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    if (bytes.length === 0) {
      this.#drain();
      return;
    }
    this.#patience.audioReceived();
    for (const byte of bytes.subarray(0, 64)) this.#checksum = (this.#checksum * 31 + byte) >>> 0;
    try {
      for (const block of this.#intake.decode(bytes)) this.#enqueue(block);
    } catch (error) {
      if (!(error instanceof UndecodableAudio)) throw error;
      this.#end(CLOSE.data0000);
    }
  }

  receiveText(text: string): void {
    if (this.#state !== 'open') return;
    this.#patience.textReceived();
    const reading = readClientMessage(text);
    if ('problem' in reading)
      this.#queue.push(atOnce(() => this.#send(schemaErrorMessage(reading.problem, text))));
    else this.#obey(reading.message);
  }

  /** The connection is no more, by whatever cause. Lets everything go. */
  peerGone(): void {
    this.#state = 'closed';
    this.#context.emulator.clock.clearTimeout(this.#closing);
    this.#patience.end();
    this.#queue.close();
    for (const channel of this.#channels) channel.close();
  }

  #obey(message: ClientMessage): void {
    switch (message.type) {
      case 'KeepAlive':
        break;
      case 'Finalize':
        this.#queue.push({ audioMs: 0, run: (done) => this.#finalize(message.channel, done) });
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
    this.#receivedAudioMs += block.durationMs;
    this.#patience.audioUnderstood(block.durationMs);
    this.#queue.push({
      audioMs: block.durationMs,
      run: (done) => {
        if (this.#channels.length === 0) this.#openChannels(block);
        this.#processedAudioMs += block.durationMs;
        block.channels.forEach((samples, i) => this.#channels[i]?.accept(samples));
        done();
      },
    });
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
    flushAll(flushed, 'finalize', done);
  }

  #configure(keyterms: readonly string[] | undefined): void {
    if (keyterms && exceedsKeytermLimit(keyterms)) {
      const limit = 'The maximum number of tokens across all keyterms is 500.';
      this.#send(invalidConfigureMessage(`Keyterm limit exceeded. ${limit}`, 'KeytermLimitExceeded'));
    } else if (keyterms && !this.#context.listen.model.startsWith('nova-3')) {
      const { model } = this.#context.listen;
      this.#send(invalidConfigureMessage(`Keyterms are not supported by ${model}.`, 'KeytermsNotSupported'));
    } else {
      this.#send(configureSuccessMessage(this.#context.requestId, keyterms));
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
    this.#queue.push({ audioMs: 0, run: () => flushAll(this.#channels, 'drain', finish) });
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
      // A stand-in of the right shape: nobody can use the digest, and a true one would cost more than the rest.
      sha256: end === 'complete' ? this.#checksum.toString(16).padStart(8, '0').repeat(8) : 'incomplete',
      model: this.#context.listen.model,
    });
  }
}

function atOnce(action: () => void): Work {
  return {
    audioMs: 0,
    run: (done) => {
      action();
      done();
    },
  };
}
