/**
 * One channel of one connection: turns the recogniser's words into the messages of Deepgram. It has the channel's position on the
 * audio clock, and uses no socket.
 */
import type { HeardWord, Recogniser, RecogniserFactory } from '../../recognisers/recogniser.ts';
import type { ListenSettings } from './listen-query.ts';
import type { Readings } from '../readings.ts';
import { type ResultsContent, speechStartedMessage, utteranceEndMessage } from './messages.ts';

/** Interims, empty ones too, come about once a second of audio. */
const INTERIM_INTERVAL_SECONDS = 1;
/** The voice detector is earlier than the first word, and its times differ. */
const VOICE_LEAD_SECONDS = 0.06;

export interface ChannelPort {
  results(content: ResultsContent): void;
  message(message: object): void;
}

type Final = { words: HeardWord[]; until: number; endpoint: boolean };

export class Channel {
  readonly #index: number;
  readonly #count: number;
  readonly #settings: ListenSettings;
  readonly #port: ChannelPort;
  readonly #recogniser: Recogniser;
  readonly #sampleRate: number;
  #accepted = 0;
  #finalUntil = 0;
  #shownUntil = 0;
  #isInSpeech = false;
  #lastWordEnd: number | undefined;
  #hasUtteranceEnded = true;
  /** While flushing, the latest final is held back: only the last one answers the Finalize. */
  #isFlushing = false;
  #heldFinal: Final | undefined;
  #hasSentWhileFlushing = false;

  constructor(
    place: { index: number; count: number; sampleRate: number },
    settings: ListenSettings,
    recogniser: RecogniserFactory,
    port: ChannelPort,
  ) {
    this.#index = place.index;
    this.#count = place.count;
    this.#sampleRate = place.sampleRate;
    this.#settings = settings;
    this.#port = port;
    this.#recogniser = recogniser(
      { sampleRate: place.sampleRate, endpointingMs: settings.endpointingMs },
      {
        interim: (words, heardUntil) => this.#onInterim(words, heardUntil),
        final: (words, until, endpoint) => this.#onFinal({ words, until, endpoint }),
      },
    );
  }

  accept(samples: Int16Array): void {
    this.#accepted += samples.length;
    this.#recogniser.accept(samples);
  }

  /**
   * Decides all audio so far. A Finalize has no reply when there is nothing to decide, as documented; `finalizeReply` defines
   * "nothing". A drain decides silence, too.
   */
  flush(purpose: 'drain' | Readings['finalizeReply'], done: () => void): void {
    if (this.#accepted / this.#sampleRate <= this.#finalUntil) {
      if (purpose === 'always')
        this.#sendFinal({ words: [], until: this.#finalUntil, endpoint: false }, true);
      done();
      return;
    }
    this.#isFlushing = true;
    this.#hasSentWhileFlushing = false;
    this.#recogniser.flush(() => {
      this.#isFlushing = false;
      const held = this.#heldFinal;
      this.#heldFinal = undefined;
      const isAnswer = purpose !== 'when-speech' || this.#hasSentWhileFlushing || held?.words.length !== 0;
      if (held && isAnswer) this.#sendFinal(held, purpose !== 'drain');
      done();
    });
  }

  close(): void {
    this.#recogniser.close();
  }

  #onInterim(words: HeardWord[], heardUntil: number): void {
    this.#noticeSpeech(words);
    if (!this.#settings.interimResults) return;
    if (heardUntil - this.#shownUntil < INTERIM_INTERVAL_SECONDS - 1e-9) return;
    this.#shownUntil = heardUntil;
    this.#send({ words, until: heardUntil, endpoint: false }, { isFinal: false, fromFinalize: false });
  }

  #onFinal(final: Final): void {
    this.#noticeSpeech(final.words);
    if (!this.#isFlushing) {
      this.#sendFinal(final, false);
      return;
    }
    if (this.#heldFinal) {
      this.#sendFinal(this.#heldFinal, false);
      this.#hasSentWhileFlushing = true;
    }
    this.#heldFinal = final;
  }

  #sendFinal(final: Final, fromFinalize: boolean): void {
    this.#send(final, { isFinal: true, fromFinalize });
    this.#finalUntil = final.until;
    this.#shownUntil = final.until;
    if (final.endpoint || fromFinalize) this.#isInSpeech = false;
  }

  #send({ words, until, endpoint }: Final, kind: { isFinal: boolean; fromFinalize: boolean }): void {
    this.#port.results({
      channel: this.#index,
      channelCount: this.#count,
      start: this.#finalUntil,
      end: until,
      words,
      speechFinal: endpoint,
      ...kind,
    });
    this.#noticeUtteranceEnd(words, until);
  }

  /** Computed from gaps between words, in interims and finals, not from the voice detector. */
  #noticeUtteranceEnd(words: readonly HeardWord[], until: number): void {
    const { utteranceEndMs } = this.#settings;
    if (utteranceEndMs === undefined) return;
    const lastEnd = words.at(-1)?.end;
    if (lastEnd !== undefined && lastEnd !== this.#lastWordEnd) {
      this.#lastWordEnd = lastEnd;
      this.#hasUtteranceEnded = false;
    }
    if (this.#hasUtteranceEnded || this.#lastWordEnd === undefined) return;
    if (until - this.#lastWordEnd < utteranceEndMs / 1000) return;
    this.#hasUtteranceEnded = true;
    this.#port.message(utteranceEndMessage(this.#index, this.#count, this.#lastWordEnd));
  }

  #noticeSpeech(words: readonly HeardWord[]): void {
    const [first] = words;
    if (!this.#settings.vadEvents || this.#isInSpeech || first === undefined) return;
    this.#isInSpeech = true;
    const timestamp = Math.max(0, first.start - VOICE_LEAD_SECONDS);
    this.#port.message(speechStartedMessage(this.#index, this.#count, timestamp));
  }
}

/** Flushes several channels, and is done when all of them are. */
export function flushAll(
  channels: readonly Channel[],
  purpose: 'drain' | Readings['finalizeReply'],
  done: () => void,
): void {
  let left = channels.length;
  if (left === 0) done();
  for (const channel of channels) {
    channel.flush(purpose, () => {
      left -= 1;
      if (left === 0) done();
    });
  }
}
