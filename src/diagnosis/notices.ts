/** All notices: meaning, remedy and severity. Loaded with the first subscription to notices. */

import type { Evidence, FactCode } from '../facts.ts';
import { type ConnectionEnd, DECLARE_FORMAT } from '../protocol/connection-end.ts';
import { remedyFor } from '../protocol/end-remedies.ts';

/** `info`: normal; `warning`: something may be wrong; `error`: something was lost, or soon will be. */
export type Severity = 'info' | 'warning' | 'error';

interface Explanation {
  severity: Severity;
  meaning: string;
  /** Empty if none is needed. */
  remedy: string;
}

/** One row for each notice; `docs/recovery.md` has the loss of each. */
export const NOTICES = {
  'audio-clipping': {
    severity: 'warning',
    meaning: 'The audio is clipped at full scale',
    remedy: 'Lower the gain of the microphone or of the mixer.',
  },
  'audio-dropped': {
    severity: 'error',
    meaning: 'Audio was dropped',
    remedy:
      'Raise log.maxSeconds and log.maxBytes to survive longer outages (where all sessions together were full, log.maxProcessBytes); the option catchUp drops audio on purpose.',
  },
  'audio-inexact': {
    severity: 'warning',
    meaning:
      'Positions in this audio are estimates: at a reconnect a word may be repeated or missed, and the ledger is an estimate',
    remedy: 'Send linear16 with sample_rate, or WAV, Ogg, WebM, MP3, ADTS, FLAC or fragmented MP4.',
  },
  'audio-refused': {
    severity: 'error',
    meaning: 'New audio is refused: the log is full, or one chunk or the unread Blobs exceed it',
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
    remedy: 'None if it pauses on purpose; otherwise check whether the microphone or the stream has ended.',
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
      "See the cause. Missing code is loaded again every 3 s, and audio waits for it. Where import() is refused, as in a service worker, import 'rx-deepgram/static' first. An unreadable Blob is lost.",
  },
  'catching-up': {
    severity: 'info',
    meaning: 'A backlog is being sent, faster than real time',
    remedy: '',
  },
  'chunks-large': {
    severity: 'warning',
    meaning: 'The chunks of audio are long, which delays each word',
    remedy: 'Send 20 to 250 ms at a time.',
  },
  'chunks-small': {
    severity: 'info',
    meaning: 'The chunks of audio are very short, and each costs a message',
    remedy: 'Send 20 to 100 ms at a time.',
  },
  'clock-jumped': {
    severity: 'warning',
    meaning: 'Time jumped: the machine slept, or its clock was set',
    remedy: '',
  },
  'connection-flapping': {
    severity: 'warning',
    meaning: 'Connections are lost repeatedly',
    remedy: 'Read the ends in the connection-lost notices; check for a proxy, a VPN or weak Wi-Fi.',
  },
  'connection-lost': {
    severity: 'warning',
    meaning: 'A connection ended, or an attempt failed',
    /** Its kind may have one. */
    remedy: '',
  },
  'connection-suspended': {
    severity: 'error',
    meaning: 'The outage is long: attempts are rare now',
    remedy: 'See how the last attempt ended, and check the network.',
  },
  'credentials-failed': {
    severity: 'warning',
    meaning: 'The auth function threw, or returned no usable secret',
    remedy: 'See the cause; the function runs again before every attempt.',
  },
  'credentials-slow': {
    severity: 'warning',
    meaning: 'The auth function is slow, and the connection waits for it',
    remedy: 'Check why the token endpoint is slow.',
  },
  'empty-audio': {
    severity: 'warning',
    meaning: 'Empty chunks are skipped, since one would end the stream',
    remedy: 'Check why the source delivers empty chunks.',
  },
  'format-doubtful': {
    severity: 'error',
    meaning: 'The audio does not match the parameters',
    remedy: `${DECLARE_FORMAT} Convert AIFF to WAV, and write the index of an MP4 file first (ffmpeg -movflags +faststart).`,
  },
  'key-exposed': {
    severity: 'warning',
    meaning: 'The key and the audio are sent unencrypted to another machine',
    remedy: 'Write wss:// in baseUrl, unless you trust the whole network between.',
  },
  'link-congested': {
    severity: 'warning',
    meaning: 'The network is slower than the audio',
    remedy: 'Free the uplink, or send less: 16 kHz, one channel.',
  },
  'message-malformed': {
    severity: 'warning',
    meaning: 'A server message, or one of its fields, was malformed and ignored',
    remedy: '',
  },
  'messages-missing': {
    severity: 'warning',
    meaning: 'Messages of the server were lost: their numbers have a gap',
    remedy: 'Check for a proxy on the way. The audio of a turn whose end is missing is sent again.',
  },
  'parameters-doubtful': {
    severity: 'info',
    meaning: 'The parameters are valid but rarely intended',
    remedy: 'See the evidence.',
  },
  'rate-doubtful': {
    severity: 'warning',
    meaning: 'Audio comes faster or slower than its sample rate',
    remedy: 'Declare the true rate, channels and encoding of the source.',
  },
  'results-late': {
    severity: 'warning',
    meaning: 'Transcripts lag behind the audio',
    remedy: 'Check the network first, then the load of a self-hosted server.',
  },
  'results-missing': {
    severity: 'warning',
    meaning: 'Audio flows, but no result comes',
    remedy: DECLARE_FORMAT,
  },
  'server-complaint': {
    severity: 'warning',
    meaning: 'Deepgram sent an Error message, and the connection continues',
    remedy: 'Read its text in the evidence.',
  },
  'session-failed': {
    severity: 'error',
    meaning: 'The session failed',
    remedy: 'See the remedy of the cause.',
  },
  'speakers-restarted': {
    severity: 'info',
    meaning: 'Speaker labels start again with this connection',
    remedy: "Use the transcript's connection together with the label.",
  },
  'store-away': {
    severity: 'warning',
    meaning: 'The store of the session does not answer: finals wait, and audio is kept in memory only',
    remedy: 'See the cause, and check the store.',
  },
  'store-back': {
    severity: 'info',
    meaning: 'The store of the session answers again',
    remedy: '',
  },
  'store-forgot': {
    severity: 'error',
    meaning: 'The store has lost writes that it had acknowledged',
    remedy: 'Let the store write to disk, or wait for its replicas. The session continues.',
  },
  'store-request-refused': {
    severity: 'warning',
    meaning: 'A request of the writer could not be carried out',
    remedy: 'See the cause.',
  },
  'timer-late': {
    severity: 'warning',
    meaning: 'Timers run late: the event loop was blocked, the tab throttled, or the machine asleep',
    remedy: 'Move long work off this thread; in a browser use workerClock().',
  },
} as const satisfies Record<FactCode, Explanation> & Record<string, Explanation>;

/** The subject of a notice. */
export type NoticeCode = keyof typeof NOTICES;

/** A problem of a session, with its cause and remedy. */
export interface Notice {
  code: NoticeCode;
  /**
   * `event`: it happened. `raised`: it lasts, and is not repeated until it is `cleared`.
   */
  stage: 'event' | 'raised' | 'cleared';
  severity: Severity;
  /** The meaning, with the numbers, in one line. */
  message: string;
  /** The remedy, in a sentence; empty if none is needed. */
  remedy: string;
  /** Path in this package's documentation. */
  docs: string;
  evidence: Evidence;
  /** Time of detection, in milliseconds since 1970. */
  at: number;
  /** Time of its beginning. */
  since: number;
  /** The underlying error, if any. It comes from the app, and may contain anything. */
  cause: unknown;
}

const UNITS: Record<string, string> = { Seconds: ' s', Ms: ' ms', Percent: ' %' };

/** `backlogSeconds: 8.98` is `backlog 9 s`. */
function detailOf(name: string, value: Evidence[string]): string {
  const [, stem = name, unit = ''] = /^(.+?)(Seconds|Ms|Percent)$/.exec(name) ?? [];
  const words = stem.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (typeof value !== 'number') return `${words}: ${value}`;
  const digits = unit ? 10 : 100;
  return `${words} ${Math.round(value * digits) / digits}${UNITS[unit] ?? ''}`;
}

/** Creates a notice. */
export function createNotice(
  code: NoticeCode,
  stage: Notice['stage'],
  evidence: Evidence,
  at: number,
  since = at,
  cause?: unknown,
): Notice {
  const { severity, meaning, remedy }: Explanation = NOTICES[code];
  const ownRemedy =
    code === 'connection-lost' ? remedyFor(evidence['kind'] as ConnectionEnd['kind']) : undefined;
  const details = Object.entries(evidence)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => detailOf(name, value))
    .join(', ');
  return {
    code,
    stage,
    severity: stage === 'cleared' ? 'info' : severity,
    message: `${meaning}${details && ` (${details})`}${stage === 'cleared' ? ': no longer' : ''}.`,
    remedy: stage === 'cleared' ? '' : (ownRemedy ?? remedy),
    docs: `docs/recovery.md#${code}`,
    evidence,
    at,
    since,
    cause,
  };
}
