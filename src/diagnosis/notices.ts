/** Every notice there is: what it means, what to do, and how grave it is. Loaded when somebody first listens to notices. */

/** `info`: all is as it should be; `warning`: something may be amiss; `error`: something was lost, or soon will be. */
export type Severity = 'info' | 'warning' | 'error';

interface Explanation {
  severity: Severity;
  meaning: string;
  /** Empty where there is nothing to do. */
  remedy: string;
}

/** One row for each notice. `docs/recovery.md` says of each what it costs. */
export const NOTICES = {
  'audio-clipping': {
    severity: 'warning',
    meaning: 'The audio is cut off at full scale',
    remedy: 'Lower the gain of the microphone, or of what mixes the audio.',
  },
  'audio-dropped': {
    severity: 'error',
    meaning: 'Audio was given up',
    remedy:
      'Raise log.maxSeconds and log.maxBytes to survive longer outages; see catchUp for what is skipped on purpose.',
  },
  'audio-inexact': {
    severity: 'warning',
    meaning:
      'The audio does not tell its time, which is estimated: at a reconnect a word may be repeated or missed, and the ledger is an estimate',
    remedy: 'Send linear16 with sample_rate, or WAV, Ogg, WebM, MP3, ADTS, FLAC or fragmented MP4.',
  },
  'audio-refused': {
    severity: 'error',
    meaning: 'The log is full, or more comes at once than it could hold, and is refused',
    remedy:
      'Slow down until send() accepts again, or let log.overflow drop the oldest; let transcribe() pull from a file.',
  },
  'audio-silent': {
    severity: 'warning',
    meaning: 'The audio is digital silence, as from a muted microphone',
    remedy: 'Unmute the microphone, or choose another input.',
  },
  'audio-stopped': {
    severity: 'info',
    meaning: 'The source delivers no audio, and KeepAlives hold the connection',
    remedy: 'Nothing, if it pauses on purpose; otherwise see whether the microphone or the stream has ended.',
  },
  'audio-unprocessed': {
    severity: 'warning',
    meaning: "Deepgram's count of audio differs from ours",
    remedy: 'Check encoding, sample_rate and channels.',
  },
  'audio-unreadable': {
    severity: 'error',
    meaning: 'Audio could not be read, or the code that reads such audio could not be loaded',
    remedy:
      "See the cause. Audio waits for code, which is asked for again every 3 s; where import() is refused, as in a service worker, import 'rx-deepgram/static' first. A Blob is given up.",
  },
  'catching-up': {
    severity: 'info',
    meaning: 'A backlog is being sent, faster than real time',
    remedy: '',
  },
  'chunks-large': {
    severity: 'warning',
    meaning: 'The chunks of audio are long, and each word waits for its chunk',
    remedy: 'Hand in 20 to 250 ms at a time.',
  },
  'chunks-small': {
    severity: 'info',
    meaning: 'The chunks of audio are tiny, and each costs a message',
    remedy: 'Hand in 20 to 100 ms at a time.',
  },
  'clock-jumped': {
    severity: 'warning',
    meaning: 'Time jumped: the machine slept, or its clock was set',
    remedy: '',
  },
  'connection-flapping': {
    severity: 'warning',
    meaning: 'Connections are lost again and again',
    remedy: 'Read the ends in the notices of connection-lost; suspect a proxy, a VPN or weak Wi-Fi.',
  },
  'connection-lost': {
    severity: 'warning',
    meaning: 'A connection ended, or could not be made',
    remedy: '',
  },
  'connection-suspended': {
    severity: 'error',
    meaning: 'The outage is long: attempts are rare from now on',
    remedy: 'Check the network.',
  },
  'credentials-failed': {
    severity: 'warning',
    meaning: 'The auth function threw, or gave no usable secret',
    remedy: 'See the cause; it is asked again before every attempt.',
  },
  'credentials-slow': {
    severity: 'warning',
    meaning: 'The auth function takes long, and no connection is made before it answers',
    remedy: 'See why the token endpoint is slow.',
  },
  'empty-audio': {
    severity: 'warning',
    meaning: 'Empty chunks come, and are skipped: sent, one would end the stream',
    remedy: 'See why the source delivers empty chunks.',
  },
  'format-doubtful': {
    severity: 'error',
    meaning: 'The audio cannot be what the parameters say',
    remedy:
      'Declare raw audio by its true encoding and sample_rate; leave both out for a container. Convert AIFF to WAV, and write the index of an MP4 file first (ffmpeg -movflags +faststart).',
  },
  'link-congested': {
    severity: 'warning',
    meaning: 'The network takes audio more slowly than it comes',
    remedy: 'Free the uplink, or send less: 16 kHz, one channel.',
  },
  'message-malformed': {
    severity: 'warning',
    meaning: 'A server message, or a field of it, made no sense and was passed over',
    remedy: '',
  },
  'parameters-doubtful': {
    severity: 'info',
    meaning: 'The parameters work, but seldom as people want',
    remedy: 'See the evidence.',
  },
  'rate-doubtful': {
    severity: 'warning',
    meaning: 'Audio comes faster or slower than its sample rate says',
    remedy: 'Declare the rate, the channels and the encoding that the source really has.',
  },
  'results-late': {
    severity: 'warning',
    meaning: 'Transcripts lag behind the audio',
    remedy: 'Suspect the network first; then the load on a self-hosted server.',
  },
  'results-missing': {
    severity: 'warning',
    meaning: 'Audio flows, and no result comes',
    remedy: 'Check that encoding and sample_rate are what the source delivers.',
  },
  'server-complaint': {
    severity: 'warning',
    meaning: 'Deepgram objects to something, and goes on',
    remedy: 'See the evidence for its words.',
  },
  'session-failed': {
    severity: 'error',
    meaning: 'The session failed for good',
    remedy: 'See the cause, which says what to do.',
  },
  'speakers-restarted': {
    severity: 'info',
    meaning: 'Speaker labels begin anew with this connection',
    remedy: "Tell labels apart by the transcript's connection.",
  },
  'timer-late': {
    severity: 'warning',
    meaning: 'Timers run late: the event loop was blocked, the tab throttled, or the machine asleep',
    remedy: 'Move long work off this thread; in a browser let workerClock() keep the time.',
  },
} as const satisfies Record<string, Explanation>;

/** What a notice is about. */
export type NoticeCode = keyof typeof NOTICES;

/** Numbers and short texts; times on the session's clock are in seconds. */
export type Evidence = Readonly<Record<string, number | string | undefined>>;

/** Something worth knowing about a session. */
export interface Notice {
  code: NoticeCode;
  /**
   * `event`: it happened. `raised`: it is so from now on, and is not said again before it is `cleared`.
   */
  stage: 'event' | 'raised' | 'cleared';
  severity: Severity;
  /** What it means, with the numbers, in one line: for logs and for people. */
  message: string;
  /** What to do, in a sentence; empty where there is nothing to do. */
  remedy: string;
  /** Where this package's documentation says more. */
  docs: string;
  evidence: Evidence;
  /** When it was found, in milliseconds since 1970. */
  at: number;
  /** When it began. */
  since: number;
  /** The error beneath, where there is one. It is the app's own, and may hold what the app put there. */
  cause: unknown;
}

/** Makes a notice of what is known. */
export function createNotice(
  code: NoticeCode,
  stage: Notice['stage'],
  evidence: Evidence,
  at: number,
  since = at,
  cause?: unknown,
): Notice {
  const { severity, meaning, remedy }: Explanation = NOTICES[code];
  const details = Object.entries(evidence)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      typeof value === 'number' ? `${name} ${Math.round(value * 100) / 100}` : `${name}: ${value}`,
    )
    .join(', ');
  return {
    code,
    stage,
    severity: stage === 'cleared' ? 'info' : severity,
    message: `${meaning}${details && ` (${details})`}${stage === 'cleared' ? ': no longer' : ''}.`,
    remedy: stage === 'cleared' ? '' : remedy,
    docs: `docs/recovery.md#${code}`,
    evidence,
    at,
    since,
    cause,
  };
}
