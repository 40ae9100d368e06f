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
    about:
      'From when on KeepAlive messages hold a connection; after-results, though harder still, is what Deepgram called a bug in 2023',
    choices: {
      'after-audio': 'once it has carried audio, as the troubleshooting page says',
      'after-results':
        'once it has produced a Results message, as its maintainers once said; until then NET-0000 follows',
      always: 'from the start, as the KeepAlive page suggests',
    },
  },
  unusedIdleClose: {
    about: 'How a connection that never carried audio is closed when idle',
    choices: {
      'net-0001': '1011 NET-0001, as documented',
      normal: '1000, as some users report',
    },
  },
  controlAsBinary: {
    about: 'Whether a control message sent as a binary frame counts as life',
    choices: {
      'not-counted': 'no: it is noise in the audio, and the idle count goes on',
      counted: 'yes, as any audio does',
    },
  },
  emptyBinary: {
    about: 'What an empty binary message does',
    choices: {
      closes: 'it ends the stream as CloseStream does: the old way, which still works',
      ignored: 'nothing',
    },
  },
  finalizeReply: {
    about: 'When Finalize is answered by a Results message with from_finalize',
    choices: {
      'when-speech': 'when words are undecided',
      'when-audio': 'when any audio is undecided, silence too',
      always: 'always, once there was audio, with an empty result if need be',
    },
  },
  configureReply: {
    about: 'How Configure is answered',
    choices: {
      acknowledged: 'by exactly one ConfigureSuccess or ConfigureFailure: the newest word, of 2026-10-19',
      'errors-only': 'success by nothing, failure by an Error message: the pages before it',
      'over-limit-stalls':
        'as errors-only, but a list that is too long silently ends transcription (2026-10-08)',
    },
  },
  shortUtteranceEnd: {
    about: 'The handling of utterance_end_ms below 1000',
    choices: {
      refused: 'the handshake is refused with 400, as apps report',
      accepted: 'it is of no benefit, as the documentation says',
    },
  },
  missingHeader: {
    about: 'The handling of audio that begins with no known container header, where no encoding was declared',
    choices: {
      'data-0000': 'closed at once with 1008 DATA-0000',
      'net-0000': 'accepted without a result, until 1011 NET-0000',
    },
  },
  wrongEncoding: {
    about: 'The handling of Ogg, WebM, FLAC, MP4 or MP3 bytes where a raw encoding was declared',
    choices: {
      'data-0000': 'closed at once with 1008 DATA-0000',
      'net-0000': 'accepted without a result, until 1011 NET-0000',
      noise: 'taken for samples',
    },
  },
  compressedAudio: {
    about: 'The handling of audio this emulator has no decoder for: Opus in WebM, in Ogg or raw, AMR, G.729',
    choices: {
      timed: 'its duration is counted exactly, and heard as silence: results come, without words',
      refused: '400 where it was declared, 1008 where its header tells',
    },
  },
  unknownModel: {
    about: 'The handling of a model name that belongs to no known family',
    choices: { refused: 'the handshake is refused with 400', accepted: 'it is taken' },
  },
  missingModel: {
    about:
      'The handling of a query without model; taken by default, since the service always had a default model',
    choices: {
      accepted: 'base is used',
      refused: 'the handshake is refused with 400, as the specification, which calls it required, suggests',
    },
  },
  unknownParameters: {
    about:
      'The handling of unknown query parameters; taken by default, since only one troubleshooting list says otherwise',
    choices: { accepted: 'they are ignored', refused: 'the handshake is refused with 400' },
  },
  forceEndTurn: {
    about:
      'Whether `/v2/listen` knows ForceEndTurn; it does by default, since the hosted service has since August 2026',
    choices: {
      enabled: 'it ends the turn',
      'not-enabled':
        'it is UNPARSABLE_CLIENT_MESSAGE, and closes the connection, as self-hosted deployments do',
    },
  },
  fluxTail: {
    about:
      'Whether `/v2/listen` answers CloseStream with an Update for audio shorter than the time between two Updates',
    choices: {
      withheld: 'no: up to 0.24 s of it is in no Update',
      sent: 'yes: the last Update reaches the last whole step of 0.08 s',
    },
  },
  fluxSampleRate: {
    about: 'Which sample_rate `/v2/listen` takes',
    choices: {
      listed: '8000, 16000, 24000, 44100 or 48000, as the documentation lists; 400 otherwise',
      any: 'any, as the specification has no list',
    },
  },
} as const satisfies Record<string, Disagreement>;

/** One choice on each point; see the table in `docs/testing.md`. */
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
