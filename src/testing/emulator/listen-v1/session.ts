/**
 * One connection on `/v1/listen`: takes audio and control messages, sends Results, and has three deadlines that end it. It uses
 * no socket and has no faults: these are applied around it.
 *
 *     open ──CloseStream, or an empty binary message──► draining ──Results, Metadata──► closed 1000
 *       └──── a deadline, or undecodable audio ──(Metadata)──► closed 1011 / 1008
 */
import type { AudioBlock } from '../audio-intake.ts';
import { AudioLine } from '../audio-line.ts';
import { CLOSE, type CloseReason, undecodedHere } from '../close-reasons.ts';
import type { PacedQueue } from '../paced-queue.ts';
import type { Session, SessionContext } from '../session.ts';
import { UndecodableAudio } from '../../media/undecodable-audio.ts';
import { Channel, flushAll } from './channel.ts';
import { isControlMessage, readClientMessage, type ClientMessage } from './client-messages.ts';
import { exceedsKeytermLimit, type ListenSettings, takesKeyterms } from './listen-query.ts';
import {
  configureFailureMessage,
  configureSuccessMessage,
  decidedBy,
  invalidConfigureMessage,
  metadataMessage,
  resultsMessage,
  schemaErrorMessage,
} from './messages.ts';
import { Patience } from './patience.ts';

/** Observed between the Metadata of an idle connection and its close. */
const METADATA_BEFORE_CLOSE_MS = 25;

const KEYTERM_LIMIT = 'The maximum number of tokens across all keyterms is 500.';

export class ListenV1Session implements Session {
  readonly #context: SessionContext;
  readonly #listen: ListenSettings;
  readonly #line: AudioLine;
  #channels: Channel[] = [];
  #state: 'open' | 'draining' | 'closed' = 'open';
  readonly #createdMs: number;
  /** A list of keyterms was too long, and transcription has silently ended. */
  #isDeaf = false;
  readonly #patience: Patience;
  #closing: unknown;

  constructor(context: SessionContext, listen: ListenSettings) {
    const { emulator } = context;
    this.#context = context;
    this.#listen = listen;
    this.#createdMs = emulator.clock.wallTime();
    this.#line = new AudioLine(context, listen, {
      arrived: (durationMs) => this.#patience.audioUnderstood(durationMs),
      hear: (block) => this.#hear(block),
    });
    this.#patience = new Patience(emulator, {
      net0000: () => this.#end(CLOSE.net0000),
      net0001: () => this.#timeOut(this.#idleClose()),
      net0002: () => this.#timeOut(CLOSE.net0002),
    });
  }

  get receivedAudioMs(): number {
    return this.#line.receivedAudioMs;
  }

  get processedAudioMs(): number {
    return this.#line.processedAudioMs;
  }

  get idleLeftMs(): number | undefined {
    return this.#patience.idleLeftMs;
  }

  get queue(): PacedQueue {
    return this.#line.queue;
  }

  opened(): void {
    // Nothing is sent before there is audio.
  }

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
      this.#line.receive(bytes);
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
      this.#line.afterAudio(() => this.#send(schemaErrorMessage(reading.problem, text)));
    else this.#obey(reading.message);
  }

  receivePing(): void {
    // It does not hold the connection.
  }

  peerGone(): void {
    this.#state = 'closed';
    this.#context.emulator.clock.clearTimeout(this.#closing);
    this.#patience.end();
    this.#line.close();
    for (const channel of this.#channels) channel.close();
    // Recognisers are large, and the connection will be remembered.
    this.#channels = [];
  }

  reading(isReading: boolean): void {
    if (this.#state === 'open') this.#patience.reading(isReading);
  }

  #obey(message: ClientMessage): void {
    switch (message.type) {
      case 'KeepAlive':
        break;
      case 'Finalize':
        this.#line.untilDone((done) => this.#finalize(message.channel, done));
        break;
      case 'CloseStream':
        this.#drain();
        break;
      case 'Configure':
        this.#line.afterAudio(() => this.#configure(message.keyterms));
        break;
      default:
        message satisfies never;
    }
  }

  #hear(block: AudioBlock): void {
    if (this.#channels.length === 0) this.#openChannels(block);
    if (!this.#isDeaf) block.channels.forEach((samples, i) => this.#channels[i]?.accept(samples));
  }

  #openChannels({ channels, sampleRate }: AudioBlock): void {
    const { emulator, requestId, observer } = this.#context;
    const listen = this.#listen;
    this.#channels = channels.map(
      (_, index) =>
        new Channel({ index, count: channels.length, sampleRate }, listen, emulator.recogniser, {
          results: (content) => {
            if (content.isFinal) observer.final(decidedBy(content));
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
    const { emulator, requestId } = this.#context;
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
    } else if (keyterms && !takesKeyterms(this.#listen.model)) {
      fail(`Keyterms are not supported by ${this.#listen.model}.`, 'KeytermsNotSupported');
    } else if (isAcknowledged) {
      this.#send(configureSuccessMessage(requestId, keyterms));
    }
  }

  #drain(): void {
    this.#state = 'draining';
    this.#patience.end();
    const finish = () => {
      this.#context.observer.drained();
      // A listener of the drain may have ended the connection.
      if (this.#state !== 'draining') return;
      this.#send(this.#metadata('complete'));
      this.#end(CLOSE.normal);
    };
    this.#line.untilDone(() => flushAll(this.#channels, 'drain', finish));
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
      durationSeconds: this.processedAudioMs / 1000,
      channels: this.#channels.length,
      sha256: end === 'complete' ? this.#context.digest.hex() : 'incomplete',
      model: this.#listen.model,
    });
  }
}
