/** Runs the checklist and returns the exit code. */
import type { Readable } from 'node:stream';
import type { DeclaredFormat } from '../../../diagnosis/audio/facts.ts';
import type { Auth, ListenParameters } from '../../../index.ts';
import { abilitiesOf } from '../terminal/abilities.ts';
import { LiveRegion } from '../terminal/live-region.ts';
import { fit, paint, span } from '../terminal/span.ts';
import { type AudioReport, examineAudio, noAudio, unheardAudio } from './audio.ts';
import { type AudioSource, capture } from './audio-source.ts';
import type { Finding } from './finding.ts';
import { examineHandshake, type SessionOptions } from './handshake.ts';
import { examineMachine, type Machine } from './machine.ts';
import { examineNetwork, type Trust } from './network.ts';
import { asJson, closingLines, findingLines, type Page, titleLine } from './page.ts';
import { noProbe, type Progress, runProbe } from './probe.ts';
import { proxyFor, throughProxy } from '../proxy.ts';

export interface DoctorOptions {
  url: string;
  secret: Auth | undefined;
  listen: ListenParameters;
  audio: AudioSource | undefined;
  /** Length of the probe; no probe if undefined. */
  probeSeconds: number | undefined;
  json: boolean;
}

/** The parts of the process that the doctor uses. */
export interface DoctorProcess {
  stdout: { write(text: string): unknown; isTTY: boolean; columns: number };
  stdin: Readable;
  env: NodeJS.ProcessEnv;
}

/** Replaced in tests. */
export interface Instruments {
  machine?: Machine;
  trust?: Trust;
  session?: Pick<SessionOptions, 'clock' | 'transport'>;
}

/** Width of an output that reports none. */
const PLAIN_COLUMNS = 80;

/** @returns the exit code: 0 if no check failed, 1 otherwise; `undefined` if `signal` ended it. */
export async function runDoctor(
  options: DoctorOptions,
  { stdout, stdin, env }: DoctorProcess,
  signal: AbortSignal,
  instruments: Instruments = {},
): Promise<number | undefined> {
  const { live, colour } = abilitiesOf({ isTTY: stdout.isTTY, env });
  const page: Page = { columns: live ? stdout.columns : PLAIN_COLUMNS, colour };
  const region = new LiveRegion(stdout);
  const giveBackCursor = () => region.close();
  process.once('exit', giveBackCursor);
  const isTold = !options.json;
  const write = (lines: readonly string[]) => {
    region.close();
    stdout.write(lines.map((line) => `${line}\n`).join(''));
  };
  const progress: Progress = (text) => {
    if (isTold && live) region.draw([paint(fit([span(`  … ${text}`, 'dim')], page.columns - 1), colour)]);
  };
  const findings: Finding[] = [];
  try {
    if (isTold) write([paint(titleLine(options.url), colour)]);
    for await (const finding of examine(options, { stdin, env }, signal, instruments, progress)) {
      if (signal.aborted) break;
      findings.push(finding);
    }
    // Failures are shown first, so the output waits for all checks; meanwhile the progress is shown.
    if (isTold) write(findingLines(findings, page));
    if (signal.aborted) return undefined;
    if (isTold) write(closingLines(findings, page));
    else stdout.write(asJson(options.url, findings));
    return findings.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
  } finally {
    region.close();
    process.off('exit', giveBackCursor);
  }
}

/** Yields one finding after another. Checks that depend on a failed one are skipped with a reason. */
async function* examine(
  { url, secret, listen, audio, probeSeconds }: DoctorOptions,
  { stdin, env }: Pick<DoctorProcess, 'stdin' | 'env'>,
  signal: AbortSignal,
  {
    machine = { nodeVersion: process.versions.node, cwd: process.cwd() },
    trust,
    session: replaced,
  }: Instruments,
  progress: Progress,
): AsyncGenerator<Finding> {
  yield* await examineMachine(machine);

  progress('checks the way to the server');
  const network: Finding[] = [];
  const proxy = proxyFor(new URL(url), env);
  for await (const finding of examineNetwork(new URL(url), signal, trust, proxy)) {
    network.push(finding);
    yield finding;
  }
  if (signal.aborted) return;

  progress('shakes hands');
  const session: SessionOptions = { baseUrl: url, listen, ...throughProxy(url, env), ...replaced };
  const isReachable = network.every(({ verdict }) => verdict !== 'fail');
  const handshake = await examineHandshake(session, secret, isReachable);
  yield* handshake;

  progress('reads the audio');
  const { findings, playable } = await hear(audio, declaredBy(listen), stdin, signal);
  yield* findings;

  const isIn = handshake.every(({ verdict }) => verdict === 'pass' || verdict === 'warn');
  if (probeSeconds === undefined) yield* noProbe('--no-probe');
  else if (!isIn || !secret) yield* noProbe('there is no connection');
  else {
    const probed = await runProbe({ session, secret, playable, seconds: probeSeconds }, progress, signal);
    if (probed) yield* probed;
  }
}

async function hear(
  source: AudioSource | undefined,
  declared: DeclaredFormat,
  stdin: Readable,
  signal: AbortSignal,
): Promise<AudioReport> {
  if (!source) return noAudio('pass a file, -, or --microphone to check audio');
  try {
    return examineAudio(source, await capture(source, stdin, signal), declared);
  } catch (error) {
    return unheardAudio((error as Error).message);
  }
}

function declaredBy({ encoding, sample_rate: sampleRate, channels }: ListenParameters): DeclaredFormat {
  return { encoding, sampleRate, channels };
}
