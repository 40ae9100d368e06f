/**
 * Where Deepgram's documents, its examples and observations disagree, a switch chooses the reading. The first choice is the
 * default: the reading that is harder on the client, unless its text gives a reason.
 */

/** A point on which the sources disagree. */
export interface Disagreement {
  /** The question. */
  about: string;
  /** The meaning of each choice; the first is the default. */
  choices: Readonly<Record<string, string>>;
}

/** All such points, by the names of their options. */
export const READINGS = {
  keepAliveHolds: {
    about: 'When KeepAlive begins to hold a connection',
    choices: {
      'after-audio': 'after the first audio, as the troubleshooting page says',
      'after-results':
        'after the first Results message (a bug of 2023, so not the default), until then NET-0000 follows',
      always: 'from the start, as the KeepAlive page suggests',
    },
  },
  unusedIdleClose: {
    about: 'How a connection without any audio is closed when idle',
    choices: {
      'net-0001': '1011 NET-0001, as documented',
      normal: '1000, as some users report',
    },
  },
  controlAsBinary: {
    about: 'Whether a control message in a binary frame resets the idle timer',
    choices: {
      'not-counted': 'no, it is noise in the audio',
      counted: 'yes, as any audio does',
    },
  },
  emptyBinary: {
    about: 'The effect of an empty binary message',
    choices: {
      closes: 'it ends the stream as CloseStream does; an older way, which still works',
      ignored: 'nothing',
    },
  },
  finalizeReply: {
    about: 'When Finalize is answered by a Results message with from_finalize',
    choices: {
      'when-speech': 'when words are undecided',
      'when-audio': 'when any audio is undecided, silence too',
      always: 'always after the first audio, with an empty result if need be',
    },
  },
  configureReply: {
    about: 'The answer to Configure',
    choices: {
      acknowledged: 'exactly one ConfigureSuccess or ConfigureFailure (newest source, 2026-10-19)',
      'errors-only': 'nothing on success, an Error message on failure (older pages)',
      'over-limit-stalls':
        'as errors-only, but a list that is too long silently ends transcription (2026-10-08)',
    },
  },
  shortUtteranceEnd: {
    about: 'An utterance_end_ms below 1000',
    choices: {
      refused: 'the handshake is refused with 400, as apps report',
      accepted: 'it has no benefit, as the documentation says',
    },
  },
  missingHeader: {
    about: 'Audio without a known container header, where no encoding was declared',
    choices: {
      'data-0000': 'closed at once with 1008 DATA-0000',
      'net-0000': 'no result, until 1011 NET-0000',
    },
  },
  wrongEncoding: {
    about: 'Ogg, WebM, FLAC, MP4 or MP3 bytes where a raw encoding was declared',
    choices: {
      'data-0000': 'closed at once with 1008 DATA-0000',
      'net-0000': 'no result, until 1011 NET-0000',
      noise: 'taken for samples',
    },
  },
  compressedAudio: {
    about: 'Audio that this emulator cannot decode: Opus in WebM, in Ogg or raw, AMR, G.729',
    choices: {
      timed: 'its duration is counted exactly, and results come without words',
      refused: '400 where it was declared, 1008 where its header shows it',
    },
  },
  unknownModel: {
    about: 'A model whose name belongs to no known family of models',
    choices: {
      refused: '400',
      accepted: 'it is taken',
    },
  },
  missingModel: {
    about: 'A query without model',
    choices: {
      accepted: 'base is used, since the service always had a default model',
      refused: '400, since the specification calls it required',
    },
  },
  unknownParameters: {
    about: 'Unknown query parameters',
    choices: {
      accepted: 'they are ignored',
      refused: '400, as one troubleshooting list says',
    },
  },
  forceEndTurn: {
    about: 'Whether `/v2/listen` knows ForceEndTurn; the hosted service does since August 2026',
    choices: {
      enabled: 'it ends the turn',
      'not-enabled': 'Error UNPARSABLE_CLIENT_MESSAGE and a close, as self-hosted deployments do',
    },
  },
  fluxTail: {
    about:
      'Whether `/v2/listen` answers CloseStream with an Update for audio shorter than the time between two Updates',
    choices: {
      withheld: 'no: the last 0.24 s may be missing from all Updates',
      sent: 'yes: an Update has the audio up to the last whole step of 0.08 s',
    },
  },
  fluxSampleRate: {
    about: 'Which sample_rate `/v2/listen` takes',
    choices: {
      listed: '8000, 16000, 24000, 44100 or 48000, as documented, 400 otherwise',
      any: 'any, as the specification has no list',
    },
  },
} as const satisfies Record<string, Disagreement>;

/** One choice on each point; see {@link READINGS}. */
export type Readings = {
  -readonly [Name in keyof typeof READINGS]: keyof (typeof READINGS)[Name]['choices'];
};

/** The name of such a point. */
export type ReadingName = keyof typeof READINGS;

export const READING_NAMES = Object.keys(READINGS) as readonly ReadingName[];

/** The choices with all defaults; throws a RangeError for an unknown one. */
export function settleReadings(chosen: Partial<Readings>): Readings {
  const settled: Record<string, string> = {};
  for (const name of READING_NAMES) {
    const choices = Object.keys(READINGS[name].choices);
    const choice: string = chosen[name] ?? choices[0]!;
    if (!choices.includes(choice)) {
      throw new RangeError(`${name} is ${JSON.stringify(choice)}: give one of ${choices.join(', ')}.`);
    }
    settled[name] = choice;
  }
  return settled as unknown as Readings;
}
