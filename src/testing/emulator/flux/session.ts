/**
 * One Flux connection on `/v2/listen`: takes audio and three control messages, sends turns, and has one deadline. Everything
 * except the deadline runs on the time of the audio: without audio nothing happens.
 *
 *     open ──CloseStream, or an empty binary message──► draining ──the Updates due──► closed without a code
 *       └──── text that cannot be read, undecodable audio, 60 s without a frame ──Error──► closed without a code
 */
import type { HeardWord, Recogniser } from '../../recognisers/recogniser.ts';
import { UndecodableAudio } from '../../media/undecodable-audio.ts';
import type { AudioBlock } from '../audio-intake.ts';
import { AudioLine } from '../audio-line.ts';
import { Deadline } from '../deadline.ts';
import type { PacedQueue } from '../paced-queue.ts';
import type { Session, SessionContext } from '../session.ts';
import { readFluxMessage, type FluxMessage } from './client-messages.ts';
import { endOfTurnConfidence } from './confidence.ts';
import { type Change, type Configuration, problemWith } from './configuration.ts';
import type { FluxSettings } from './flux-query.ts';
import { Hearing } from './hearing.ts';
import {
  configureFailureMessage,
  configureSuccessMessage,
  connectedMessage,
  errorMessage,
  noActiveTurnMessage,
  turnInfoMessage,
} from './messages.ts';
import { Revision } from './revision.ts';
import { STEP_SECONDS, STEPS_PER_SECOND, stepsIn } from './steps.ts';
import { type Due, TurnMachine } from './turn-machine.ts';

/** A close frame that holds no code. */
const NO_CODE = 1005;
/** Unanswered Configures allowed at once. There is a limit, but its number is unknown: this is the strictest. */
const MAX_PENDING_CONFIGURES = 1;
/** Silence in which a recogniser is to decide its words: less than any threshold takes. */
const PHRASE_PAUSE_MS = 300;
/** After this much silence no word is shown wrong, so the words at an eager end and at an end are right. */
const SURE_SECONDS = 0.5;

export class FluxSession implements Session {
  readonly #context: SessionContext;
  readonly #settings: FluxSettings;
  readonly #line: AudioLine;
  readonly #idle: Deadline;
  readonly #hearing = new Hearing(() => this.#advance());
  readonly #turn = new TurnMachine();
  readonly #revision = new Revision();
  #configuration: Configuration;
  #recogniser: Recogniser | undefined;
  #state: 'open' | 'draining' | 'closed' = 'open';
  #sequenceId = 0;
  /** Steps decoded, and up to where the turn before has ended. */
  #steps = 0;
  #turnStartStep = 0;
  #turnIndex = 0;
  #confidence = 0;
  /** The window of the last TurnInfo ended here. */
  #toldStep = 0;
  #acceptedSamples = 0;
  #pendingConfigures = 0;
  /** All received audio is decoded, and no word changes any more. */
  #isSettled = false;

  constructor(context: SessionContext, settings: FluxSettings) {
    const { emulator } = context;
    this.#context = context;
    this.#settings = settings;
    this.#configuration = settings.configuration;
    this.#line = new AudioLine(
      context,
      { ...(settings.raw && { raw: settings.raw }), multichannel: false },
      { arrived: () => undefined, hear: (block) => this.#hear(block) },
    );
    this.#idle = new Deadline(emulator.clock, emulator.fluxIdleTimeoutMs, () =>
      this.#fail('INACTIVE_CLIENT', 'No message or ping was received within the timeout window.'),
    );
    this.#idle.restart();
  }

  get receivedAudioMs(): number {
    return this.#line.receivedAudioMs;
  }

  get processedAudioMs(): number {
    return this.#line.processedAudioMs;
  }

  get idleLeftMs(): number | undefined {
    return this.#idle.leftMs;
  }

  get queue(): PacedQueue {
    return this.#line.queue;
  }

  opened(): void {
    this.#send(connectedMessage(this.#context.requestId));
  }

  receiveBinary(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#idle.restart();
    if (bytes.length === 0) {
      if (this.#context.emulator.emptyBinary === 'closes') this.#drain();
      return;
    }
    try {
      this.#line.receive(bytes);
    } catch (error) {
      if (!(error instanceof UndecodableAudio)) throw error;
      this.#context.observer.remark(`The audio cannot be decoded: ${error.message}.`);
      this.#fail('UNPARSABLE_CLIENT_MESSAGE', 'The payload cannot be decoded as audio.');
    }
  }

  receiveText(text: string): void {
    if (this.#state !== 'open') return;
    this.#idle.restart();
    const reading = readFluxMessage(text, this.#context.emulator);
    if ('message' in reading) this.#obey(reading.message);
    else {
      const description = `Could not deserialize last text message: ${reading.problem}`;
      this.#fail('UNPARSABLE_CLIENT_MESSAGE', description);
    }
  }

  receivePing(): void {
    if (this.#state === 'open') this.#idle.restart();
  }

  reading(isReading: boolean): void {
    if (this.#state !== 'open') return;
    if (isReading) this.#idle.restart();
    else this.#idle.stop();
  }

  peerGone(): void {
    this.#state = 'closed';
    this.#idle.stop();
    this.#line.close();
    this.#recogniser?.close();
    // Recognisers are large, and the connection will be remembered.
    this.#recogniser = undefined;
  }

  #obey(message: FluxMessage): void {
    switch (message.type) {
      case 'CloseStream':
        return this.#drain();
      case 'ForceEndTurn':
        return this.#line.afterAudio(() => this.#forceEndOfTurn());
      case 'Configure':
        return this.#takeConfigure(message.change);
      default:
        return message satisfies never;
    }
  }

  /** The audio is fed in whole steps, so that what is decoded at a step does not depend on how it was cut on its way. */
  #hear({ sampleRate, channels }: AudioBlock): void {
    const [samples] = channels;
    if (samples === undefined) return;
    const recogniser = (this.#recogniser ??= this.#context.emulator.recogniser(
      {
        sampleRate,
        endpointingMs: PHRASE_PAUSE_MS,
        interimMs: STEP_SECONDS * 1000,
        nearMisses: false,
      },
      this.#hearing,
    ));
    // Its messages may end the connection.
    for (let at = 0; at < samples.length && this.#state !== 'closed'; ) {
      const fedSteps = stepsIn(this.#acceptedSamples / sampleRate);
      const stepEnd = Math.round(((fedSteps + 1) / STEPS_PER_SECOND) * sampleRate);
      const length = Math.max(1, stepEnd - this.#acceptedSamples);
      const piece = samples.subarray(at, at + length);
      at += piece.length;
      this.#acceptedSamples += piece.length;
      recogniser.accept(piece);
    }
  }

  #advance(): void {
    const decodable = stepsIn(this.#hearing.heardUntil);
    while (this.#steps < decodable && this.#state !== 'closed') {
      this.#steps += 1;
      this.#step();
    }
  }

  #step(): void {
    const seconds = this.#steps * STEP_SECONDS;
    const words = this.#hearing.wordsAt(seconds);
    const silenceSeconds = this.#hearing.silenceAt(seconds, words.at(-1));
    const stepsInTurn = this.#steps - this.#turnStartStep;
    const turnIndex = this.#turnIndex;
    const step = this.#steps;
    const hasWords = words.length > 0;
    const confidence = endOfTurnConfidence({ stepsInTurn, turnIndex, silenceSeconds, step, hasWords });
    this.#confidence = confidence;
    const text = words.map(({ word }) => word).join(' ');
    const place = { stepsInTurn, turnIndex, silenceSeconds, confidence, text };
    const due = this.#turn.step(place, this.#configuration);
    const isSure = this.#isSettled || silenceSeconds >= SURE_SECONDS;
    const shown = this.#revision.shown(words, this.#steps);
    if (due) this.#tell(due, isSure ? words : shown);
  }

  #tell(due: Due, words: HeardWord[]): void {
    const content = {
      turnIndex: this.#turnIndex,
      startStep: this.#turnStartStep,
      endStep: this.#steps,
      words,
      confidence: this.#confidence,
      ...due,
    };
    this.#toldStep = this.#steps;
    if (due.event === 'EndOfTurn') this.#endTurn(words, due.trigger === 'manual');
    const { requestId } = this.#context;
    this.#send(turnInfoMessage(content, requestId, this.#settings.isMultilingual, this.#configuration));
  }

  #endTurn(words: readonly HeardWord[], fromFinalize: boolean): void {
    this.#context.observer.final({
      channel: 0,
      start: this.#turnStartStep * STEP_SECONDS,
      end: this.#steps * STEP_SECONDS,
      words: words.map(({ word }) => word),
      speechFinal: true,
      fromFinalize,
    });
    this.#hearing.endTurn(words);
    this.#revision.endTurn();
    this.#turn.end();
    this.#turnIndex += 1;
    this.#turnStartStep = this.#steps;
  }

  /** Ends the turn with the audio decoded so far: an incomplete word belongs to the next turn. */
  #forceEndOfTurn(): void {
    if (!this.#turn.isInTurn) this.#send(noActiveTurnMessage());
    else
      this.#tell(
        { event: 'EndOfTurn', trigger: 'manual' },
        this.#hearing.wordsAt(this.#steps * STEP_SECONDS),
      );
  }

  #takeConfigure(change: Change): void {
    const { requestId } = this.#context;
    if (this.#pendingConfigures >= MAX_PENDING_CONFIGURES) {
      const problem = {
        code: 'TOO_MANY_PENDING_CONFIGURES',
        description: 'Too many pending Configure messages.',
      };
      this.#line.afterAudio(() => this.#send(configureFailureMessage(requestId, problem)));
      return;
    }
    this.#pendingConfigures += 1;
    this.#line.afterAudio(() => {
      this.#pendingConfigures -= 1;
      this.#configure(change);
    });
  }

  /** Applies all of it, or nothing. */
  #configure(change: Change): void {
    const { requestId } = this.#context;
    const wanted = { ...this.#configuration, ...change };
    const problem = problemWith(wanted, this.#settings.isMultilingual);
    if (problem) this.#send(configureFailureMessage(requestId, problem));
    else {
      this.#configuration = wanted;
      this.#send(configureSuccessMessage(requestId, this.#settings, wanted));
    }
  }

  #drain(): void {
    this.#state = 'draining';
    this.#idle.stop();
    this.#line.untilDone((done) => {
      const finish = () => {
        done();
        this.#finish();
      };
      if (this.#recogniser) {
        this.#isSettled = true;
        this.#recogniser.flush(finish);
      } else finish();
    });
  }

  #finish(): void {
    this.#advance();
    const isTailDue = this.#context.emulator.fluxTail === 'sent' && this.#toldStep < this.#steps;
    if (isTailDue) this.#tell({ event: 'Update' }, this.#hearing.wordsAt(this.#steps * STEP_SECONDS));
    // A listener of the drain may end the connection.
    if (this.#isDraining()) this.#context.observer.drained();
    if (this.#isDraining()) this.#end();
  }

  #isDraining(): boolean {
    return this.#state === 'draining';
  }

  #fail(code: string, description: string): void {
    this.#send(errorMessage({ code, description }));
    this.#end();
  }

  #end(): void {
    this.peerGone();
    this.#context.wire.close(NO_CODE, '');
  }

  #send(message: object): void {
    if (this.#state === 'closed') return;
    const sequenceId = this.#sequenceId;
    this.#sequenceId += 1;
    this.#context.wire.text(JSON.stringify({ ...message, sequence_id: sequenceId }));
  }
}
