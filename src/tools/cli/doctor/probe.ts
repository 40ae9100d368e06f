/**
 * The probe: a short session with a pause that no connection without KeepAlive survives. It checks results, KeepAlives and
 * confirmation.
 */
import type { Observable } from 'rxjs';
import {
  type Auth,
  type ConnectionEnd,
  createLiveTranscription,
  type Notice,
  type SessionReport,
  systemClock,
} from '../../../index.ts';
import { bytesPerSecondOf } from '../../../diagnosis/audio/plausibility.ts';
import { explain } from '../../../diagnosis/index.ts';
import { paced } from '../../sources/paced.ts';
import { isFlux, WINDOW_MS } from '../deepgram.ts';
import type { Playable } from './audio.ts';
import { type CheckId, fail, type Finding, inMs, pass, skipped, warn } from './finding.ts';
import type { SessionOptions } from './handshake.ts';

/** Longer than Deepgram's window of 10 s; it sometimes waits 12 s. */
const PAUSE_SECONDS = 11;
/** A second of audio before and after the pause. */
export const MIN_PROBE_SECONDS = PAUSE_SECONDS + 2;
export const PROBE_SECONDS = 15;

/** Long enough for a slow server, and short enough for a person who waits. */
const CLOSE_MS = 10_000;

const PROBE_CHECKS = ['results', 'pause', 'close', 'notices'] as const satisfies CheckId[];

export interface Probe {
  session: SessionOptions;
  secret: Auth;
  /** The audio to play; a test tone if undefined. */
  playable: Playable | undefined;
  seconds: number;
}

/** Receives progress texts. */
export type Progress = (text: string) => void;

export function noProbe(why: string): Finding[] {
  return PROBE_CHECKS.map((id) => skipped(id, why));
}

/** Observations of the probe. */
interface Course {
  firstResultMs: number | undefined;
  results: number;
  words: number;
  lostInPause: ConnectionEnd | undefined;
  losses: ConnectionEnd[];
  pauseSeconds: number;
  notices: Notice[];
  report: SessionReport;
}

/** @returns four findings; `undefined` if `signal` ended it. */
export async function runProbe(
  probe: Probe,
  progress: Progress,
  signal: AbortSignal,
): Promise<Finding[] | undefined> {
  const course = await live(probe, progress, signal);
  if (!course) return undefined;
  return [judgeResults(course, probe), judgePause(course), judgeClose(course), judgeNotices(course)];
}

async function live(
  { session, secret, playable, seconds }: Probe,
  progress: Progress,
  signal: AbortSignal,
): Promise<Course | undefined> {
  const { clock = systemClock, listen } = session;
  const audio = playable ?? testTone();
  const { encoding, sampleRate, channels } = audio;
  const speechSeconds = (seconds - PAUSE_SECONDS) / 2;
  const [before, after] = cut(audio, speechSeconds);
  const live = createLiveTranscription({
    ...session,
    auth: secret,
    listen: { ...listen, encoding, sample_rate: sampleRate, ...(!isFlux(listen?.model) && { channels }) },
    // Fail after the first outage instead of retrying for ever.
    giveUpAfterMs: seconds * 1000,
  });
  const course: Omit<Course, 'report'> = {
    firstResultMs: undefined,
    results: 0,
    words: 0,
    lostInPause: undefined,
    losses: [],
    pauseSeconds: PAUSE_SECONDS,
    notices: [],
  };
  const beganAt = clock.now();
  let isPausing = false;
  live.messages$.subscribe(({ type }) => {
    if (type !== 'Results' && type !== 'TurnInfo') return;
    course.results += 1;
    course.firstResultMs ??= clock.now() - beganAt;
  });
  live.transcripts$.subscribe(({ final, words }) => {
    if (final) course.words += words.length;
  });
  live.notices$.subscribe((notice) => course.notices.push(notice));
  live.actor.on('connection.lost', ({ end }) => {
    course.losses.push(end);
    if (isPausing) course.lostInPause ??= end;
  });
  const abort = () => live.abort();
  signal.addEventListener('abort', abort);
  try {
    if (signal.aborted) live.abort();
    const bytesPerSecond = bytesPerSecondOf(audio);
    const play = (bytes: Uint8Array) => paced(bytes, { bytesPerSecond, clock });
    const ended = endOf(live.status$);
    progress(`sends ${speechSeconds.toFixed(1)} s of ${playable ? 'your audio' : 'a test tone'}`);
    await Promise.race([finished(play(before), (frame) => live.send(frame)), ended]);
    isPausing = true;
    for (let left = PAUSE_SECONDS; left > 0 && !hasEnded(live); left -= 1) {
      progress(`sends no audio for ${left} s; KeepAlives hold the connection`);
      await Promise.race([new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000)), ended]);
    }
    isPausing = false;
    progress('sends audio again, then closes');
    await Promise.race([finished(play(after), (frame) => live.send(frame)), ended]);
    const report = await live.close({ timeoutMs: CLOSE_MS });
    return signal.aborted ? undefined : { ...course, report };
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function judgeResults(
  { results, words, firstResultMs, report, losses }: Course,
  { playable }: Probe,
): Finding {
  if (report.error) {
    const { reason } = report.error;
    const last = losses.at(-1);
    // The retry limit is the doctor's: report the end of the connections instead.
    const isWornOut = reason === 'retries-exhausted' && last !== undefined;
    const { cause, remedy } = explain(isWornOut ? last : report);
    const said = isWornOut
      ? `connections were lost repeatedly, the last by ${last.kind}`
      : `the session failed: ${reason}`;
    return fail('results', said, `${cause} ${remedy}`, { reason });
  }
  const evidence = { results, words, ...(firstResultMs !== undefined && { firstResultMs }) };
  if (firstResultMs === undefined) {
    return fail(
      'results',
      'audio went out, but no result came back',
      explain({ kind: 'server-silent' }).remedy,
      evidence,
    );
  }
  const shown = `the first after ${(firstResultMs / 1000).toFixed(1)} s, ${results} in all`;
  if (playable === undefined)
    return pass('results', `${shown} (of a test tone: no words are expected)`, evidence);
  return words === 0
    ? warn(
        'results',
        `${shown}, without words`,
        'Check that these seconds contain speech in the declared language.',
        evidence,
      )
    : pass('results', `${shown}, ${words} words`, evidence);
}

function judgePause({ lostInPause, losses, pauseSeconds, report }: Course): Finding {
  const { connections, keepAlives, longestOutboundSilenceMs: silenceMs } = report;
  const evidence = {
    pauseSeconds,
    keepAlives,
    connections,
    longestOutboundSilenceMs: Math.round(silenceMs),
  };
  if (connections === 0) return skipped('pause', 'there was no connection');
  if (lostInPause) {
    const { kind, cause, remedy } = explain(lostInPause);
    return fail('pause', `the connection ended in it: ${kind}`, `${cause} ${remedy}`, {
      ...evidence,
      kind,
    });
  }
  if (silenceMs >= WINDOW_MS) {
    return fail(
      'pause',
      `nothing was sent for ${inMs(silenceMs)}: timers run late here`,
      'Unblock the event loop, which is busy for seconds.',
      evidence,
    );
  }
  if (losses.length > 0) {
    return warn(
      'pause',
      `held, but another connection was lost: ${losses.map(({ kind }) => kind).join(', ')}`,
      explain(losses[0]).remedy,
      evidence,
    );
  }
  return pass(
    'pause',
    `${pauseSeconds} s without audio, held by ${keepAlives} KeepAlives on one connection`,
    evidence,
  );
}

function judgeClose({ report }: Course): Finding {
  const { outcome, ledger } = report;
  const missing = (ledger.dropped + ledger.pending) / ledger.sampleRate;
  const sent = ledger.accepted / ledger.sampleRate;
  const evidence = { outcome, sentSeconds: sent, unconfirmedSeconds: missing };
  if (outcome === 'failed') return skipped('close', 'the session had failed');
  if (outcome !== 'drained' || missing > 0) {
    return fail(
      'close',
      `${missing.toFixed(1)} of ${sent.toFixed(1)} s were not confirmed (${outcome})`,
      'The server did not answer CloseStream in time. Check the lines above, and try again.',
      evidence,
    );
  }
  return pass('close', `all ${sent.toFixed(1)} s of audio were confirmed`, evidence);
}

/** Notices of the session that no other line covers. */
function judgeNotices({ notices }: Course): Finding {
  const grave = notices.filter(
    ({ severity, stage, code }) =>
      severity !== 'info' && stage !== 'cleared' && !/^(connection|session|parameters)-/.test(code),
  );
  const [first] = grave;
  if (!first) return pass('notices', 'none');
  const codes = [...new Set(grave.map(({ code }) => code))].join(', ');
  return warn('notices', codes, `${first.message} ${first.remedy}`, { codes });
}

/** Plays both halves of the audio, repeated if it is too short. */
function cut({ data, ...format }: Playable, seconds: number): [Uint8Array, Uint8Array] {
  const whole = bytesPerSecondOf(format) / format.sampleRate;
  const half = Math.round(seconds * format.sampleRate) * whole;
  const needed = new Uint8Array(2 * half);
  const usable = data.subarray(0, data.byteLength - (data.byteLength % whole));
  for (let at = 0; at < needed.length; at += usable.byteLength)
    needed.set(usable.subarray(0, needed.length - at), at);
  return [needed.subarray(0, half), needed.subarray(half)];
}

/** A soft tone at pitch A: valid audio without words. */
function testTone(): Playable {
  const sampleRate = 16_000;
  const samples = Int16Array.from({ length: sampleRate }, (_, i) =>
    Math.round(3_000 * Math.sin((2 * Math.PI * 440 * i) / sampleRate)),
  );
  return { data: new Uint8Array(samples.buffer), encoding: 'linear16', sampleRate, channels: 1 };
}

function finished<Value>(source: Observable<Value>, next: (value: Value) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    source.subscribe({ next, error: reject, complete: resolve });
  });
}

function endOf(source: Observable<unknown>): Promise<void> {
  return finished(source, () => undefined);
}

function hasEnded({ actor }: ReturnType<typeof createLiveTranscription>): boolean {
  return actor.getSnapshot().status === 'done';
}
