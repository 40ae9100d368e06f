/** Runs the demonstration: opens the stage, shows the run, checks it, and returns the exit code. */
import type { Clock } from '../../../index.ts';
import { type LoadRecogniser, loadedOrNot } from '../recogniser.ts';
import { abilitiesOf } from '../terminal/abilities.ts';
import { LiveRegion } from '../terminal/live-region.ts';
import { fit, type Line, paint, span } from '../terminal/span.ts';
import { frame, type Programme } from './frame.ts';
import { openHostedStage } from './hosted-stage.ts';
import { openLocalStage } from './local-stage.ts';
import { perform } from './performance.ts';
import { HOSTED_PLAN, LOCAL_PLAN } from './plan.ts';
import { loadRecording, toneRecording } from './recording.ts';
import { interrupted, record, report } from './report.ts';
import type { Stage } from './stage.ts';
import { inSeconds, type News, Story } from './story.ts';
import { tellLine } from './telling.ts';
import { judge } from './verdict.ts';

/** The parts of the process that the demonstration uses. */
export interface DemoProcess {
  stdout: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

export interface DemoOptions {
  /** The hosted service or a compatible server, instead of the local emulator. */
  hosted?: { apiKey: string; url?: string | undefined };
}

/** Ten frames a second: fast enough for a gauge, slow enough for a remote terminal. */
const FRAME_MS = 100;

/** Interval of progress lines without a frame. */
const PROGRESS_MS = 5_000;

/** Time for connecting and draining. */
const DRAIN_MS = 3_500;

/** Width of an output that reports none. */
const PLAIN_COLUMNS = 100;

/** @returns the exit code: 0 if every promise was kept, 1 if not; `undefined` if `signal` ended it. */
export async function runDemo(
  { hosted }: DemoOptions,
  { stdout, env }: DemoProcess,
  signal: AbortSignal,
  loadRecogniser?: LoadRecogniser,
): Promise<number | undefined> {
  const { live, colour } = abilitiesOf({ isTTY: stdout.isTTY, env });
  const columns = () => (live ? stdout.columns : PLAIN_COLUMNS);
  const write = (lines: readonly string[]) => stdout.write(lines.map((line) => `${line}\n`).join(''));
  const tell = (news: News) => {
    const line = live ? undefined : tellLine(news);
    if (line) write([paint(line, colour)]);
  };

  const region = new LiveRegion(stdout);
  const giveBackCursor = () => region.close();
  process.once('exit', giveBackCursor);
  const show = (line: Line) =>
    live ? region.draw([paint(fit(line, stdout.columns - 1), colour)]) : write([paint(line, colour)]);
  let stage: Stage | undefined;
  let stopDrawing: () => void = () => undefined;
  try {
    show(openingLine(hosted !== undefined));
    const { vosk, remedy } = hosted ? {} : await loadedOrNot(loadRecogniser);
    const recording = remedy === undefined ? await loadRecording() : toneRecording();
    stage = hosted ? openHostedStage(hosted.apiKey, hosted.url) : await openLocalStage(vosk);
    if (remedy !== undefined) {
      region.close();
      write([`Test tones instead of human speech. ${remedy}`]);
    }
    if (signal.aborted) return undefined;

    const plan = hosted ? HOSTED_PLAN : LOCAL_PLAN;
    const programme: Programme = {
      place: stage.place,
      sound: recording.sound,
      audioSeconds: recording.seconds,
      lengthMs: (recording.seconds + plan.pause.seconds) * 1000 + DRAIN_MS,
    };
    const story = new Story(tell);
    stopDrawing = live
      ? keepDrawing(region, stdout, story, programme, colour, stage.clock)
      : keepTelling(story, (line) => write([paint(line, colour)]));
    if (!live) write([paint(openedLine(programme), colour)]);
    const beganAt = stage.clock.now();
    const outcome = await perform(recording, plan, stage, story, signal);
    stopDrawing();
    region.close();
    const page = { columns: columns(), colour };
    if (!outcome) {
      write(interrupted(story, stage.clock.now() - beganAt, page));
      return undefined;
    }

    const verdict = judge(story, outcome, plan, recording.seconds);
    if (live) write([paint(openedLine(programme), colour), ...record(story, page)]);
    write(report(story, outcome, verdict, page));
    return verdict.failures.length === 0 ? 0 : 1;
  } finally {
    stopDrawing();
    region.close();
    process.off('exit', giveBackCursor);
    await stage?.close();
  }
}

function openingLine(isHosted: boolean): Line {
  const what = isHosted
    ? 'opening two sessions …'
    : 'starting the emulator: its recogniser takes 2 s to load …';
  return [span('rx-deepgram', 'bold'), span(` · ${what}`, 'dim')];
}

function openedLine({ place, sound, audioSeconds, lengthMs }: Programme): Line {
  const length = Math.round(lengthMs / 1000);
  const what = `${Math.round(audioSeconds)} s of ${sound} · ${place} · about ${length} s`;
  return [span('rx-deepgram', 'bold'), span(` · ${what}`, 'dim')];
}

function keepDrawing(
  region: LiveRegion,
  stdout: NodeJS.WriteStream,
  story: Story,
  programme: Programme,
  colour: boolean,
  clock: Clock,
): () => void {
  const beganAt = clock.now();
  const draw = () => {
    const { columns, rows } = stdout;
    region.draw(frame(story, programme, { columns, rows, colour }, clock.now() - beganAt));
  };
  const onResize = () => {
    region.resized();
    draw();
  };
  const timer = setInterval(draw, FRAME_MS);
  stdout.on('resize', onResize);
  draw();
  return () => {
    clearInterval(timer);
    stdout.off('resize', onResize);
  };
}

function keepTelling(story: Story, write: (line: Line) => void): () => void {
  const timer = setInterval(() => {
    const { accepted, confirmed, pending, dropped } = story.seconds;
    const numbers = [
      `accepted ${inSeconds(accepted)}`,
      `confirmed ${inSeconds(confirmed)}`,
      `pending ${inSeconds(pending)}`,
      `dropped ${inSeconds(dropped)}`,
    ];
    write([span(`· audio   ${numbers.join(', ')}`, 'dim')]);
  }, PROGRESS_MS);
  return () => clearInterval(timer);
}
