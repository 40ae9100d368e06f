/**
 * One run of the demonstration: the same audio through two sessions at once. The plan disturbs the first; the second is
 * undisturbed but for the pause. The story records the first.
 *
 *   recording ─┬─ pause, cut, close ─► createLiveTranscription ─► story
 *              └─ pause ─────────────► transcribe() ────────────► words to compare with
 */
import { concat, defer, Observable, Subject, takeUntil, tap } from 'rxjs';
import {
  type Clock,
  createLiveTranscription,
  type LiveTranscriptionOptions,
  type ListenParameters,
  type SessionReport,
  type Transcript,
  transcribe,
} from '../../../index.ts';
import { paced } from '../../sources/paced.ts';
import { watchWire } from '../../viewer/wire.ts';
import type { Plan } from './plan.ts';
import type { Recording } from './recording.ts';
import type { Stage } from './stage.ts';
import { secondsOf, type Story } from './story.ts';

/** Results of both sessions. */
export interface Outcome {
  report: SessionReport;
  /** Finals of the undisturbed session. */
  undisturbed: readonly Transcript[];
  /** Error of the undisturbed session, if any. */
  undisturbedError: unknown;
  measuredSilenceMs: number | undefined;
}

/** Notices that a recogniser without enough CPU time causes. */
const LAGS: ReadonlySet<string> = new Set(['results-late', 'results-missing']);
const SLOW_RECOGNISER = 'This machine is busy: its speech recogniser lags behind the audio';

/** @returns after both sessions ended; `undefined` if `signal` ended them. */
export async function perform(
  recording: Recording,
  plan: Plan,
  stage: Stage,
  story: Story,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const { clock } = stage;
  const beganAt = clock.now();
  const atMs = () => clock.now() - beganAt;
  const ended$ = new Subject<void>();
  const wire = watchWire({ transport: stage.disturbed.transport, clock });
  wire.listen(({ kind }) => story.sent(kind, atMs()));
  const live = createLiveTranscription({
    ...stage.disturbed,
    ...optionsFor(recording, clock),
    transport: wire.transport,
  });
  const seconds = () => secondsOf(live.ledger);

  live.status$.subscribe({
    next: ({ state, phase }) => {
      story.enter(state, atMs());
      if (phase === 'failed') ended$.next();
    },
  });
  live.actor.on('connection.opened', () => story.opened(seconds(), atMs()));
  live.actor.on('connection.lost', ({ end }) => story.lost(end, atMs()));
  live.transcripts$.subscribe((transcript) => {
    story.count(seconds());
    story.receive(transcript, atMs());
  });
  let isSlow = false;
  live.notices$.subscribe(({ code, severity, message }) => {
    // The story reports lost connections itself.
    if (severity === 'info' || code === 'connection-lost') return;
    if (!stage.isLocal || !LAGS.has(code)) story.warn(message, atMs());
    else if (!isSlow) story.warn(SLOW_RECOGNISER, atMs());
    isSlow ||= LAGS.has(code);
  });

  const isAborted = () => signal.aborted;
  signal.addEventListener('abort', () => {
    live.abort();
    ended$.next();
  });
  if (isAborted()) return undefined;

  const undisturbed = listenInPeace(recording, plan, stage, story, ended$);
  await finished(
    performedAudio(recording, plan, stage, story, atMs).pipe(
      tap((frame) => {
        live.send(frame);
        story.count(seconds());
        story.hear(loudnessOf(frame), atMs());
      }),
      takeUntil(ended$),
    ),
  );
  if (isAborted()) return undefined;
  if (story.state.state !== 'failed') story.end(atMs());
  const report = await live.close();
  story.count(secondsOf(report.ledger));
  const peaceful = await undisturbed;
  if (isAborted()) return undefined;
  return {
    report,
    undisturbed: peaceful.finals,
    undisturbedError: peaceful.error,
    measuredSilenceMs: stage.measuredSilenceMs(),
  };
}

/** The recording in real time, with its pause. */
function played(
  { samples, bytesPerSecond }: Recording,
  { pause }: Plan,
  clock: Clock,
  onPause: () => void = () => undefined,
  onResume: () => void = () => undefined,
): Observable<Uint8Array> {
  const pauseAtByte = evenBytes(pause.at * bytesPerSecond);
  return concat(
    paced(samples.subarray(0, pauseAtByte), { bytesPerSecond, clock }),
    defer(() => {
      onPause();
      return silence(pause.seconds * 1000, clock);
    }),
    defer(() => {
      onResume();
      return paced(samples.subarray(pauseAtByte), { bytesPerSecond, clock });
    }),
  );
}

/** The same, with the planned faults of the connection. */
function performedAudio(
  recording: Recording,
  plan: Plan,
  stage: Stage,
  story: Story,
  atMs: () => number,
): Observable<Uint8Array> {
  const strikes = [...plan.strikes];
  let seconds = 0;
  return played(
    recording,
    plan,
    stage.clock,
    () => story.pause(plan.pause.seconds, atMs()),
    () => story.resume(atMs()),
  ).pipe(
    tap((frame) => {
      seconds += frame.byteLength / recording.bytesPerSecond;
      const due = strikes[0];
      if (!due || seconds < due.at) return;
      strikes.shift();
      story.strike(due.fault);
      stage.strike(due.fault);
    }),
  );
}

async function listenInPeace(
  recording: Recording,
  plan: Plan,
  { undisturbed, clock }: Stage,
  story: Story,
  ended$: Observable<void>,
): Promise<{ finals: Transcript[]; error: unknown }> {
  const finals: Transcript[] = [];
  // It pauses too, so that both have the same audio at any moment.
  const transcripts$ = played(recording, plan, clock).pipe(
    transcribe({ ...undisturbed, ...optionsFor(recording, clock) }),
    tap((transcript) => {
      if (!transcript.final) return;
      finals.push(transcript);
      story.undisturbedWords += transcript.words.length;
    }),
    takeUntil(ended$),
  );
  try {
    await finished(transcripts$);
    return { finals, error: undefined };
  } catch (error) {
    return { finals, error };
  }
}

/** Limit of an outage in the demonstration. */
const GIVE_UP_MS = 15_000;

/** Typical parameters of an app with captions. */
function optionsFor(
  { sampleRate }: Recording,
  clock: Clock,
): Pick<LiveTranscriptionOptions, 'listen' | 'clock' | 'giveUpAfterMs'> {
  const listen: ListenParameters = {
    model: 'nova-3',
    language: 'en',
    encoding: 'linear16',
    sample_rate: sampleRate,
    interim_results: true,
    endpointing: 300,
    smart_format: true,
  };
  return { listen, clock, giveUpAfterMs: GIVE_UP_MS };
}

/** Completes after a delay, and emits nothing. */
function silence(lengthMs: number, clock: Clock): Observable<never> {
  return new Observable((subscriber) => {
    const timer = clock.setTimeout(() => subscriber.complete(), lengthMs);
    return () => clock.clearTimeout(timer);
  });
}

function finished(source$: Observable<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    source$.subscribe({ complete: resolve, error: reject });
  });
}

/** Rounds to whole samples: a pause within one would click. */
function evenBytes(bytes: number): number {
  return 2 * Math.round(bytes / 2);
}

/** Root mean square, 0 to 1. */
function loudnessOf(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const count = Math.floor(frame.byteLength / 2);
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += (view.getInt16(2 * i, true) / 32_768) ** 2;
  return Math.sqrt(sum / Math.max(1, count));
}
