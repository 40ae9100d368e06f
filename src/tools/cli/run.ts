/** Runs a command and returns the exit code. */
import process from 'node:process';
import type { Command } from './command-line.ts';
import { runDemo } from './demo/demo.ts';
import { runDoctor } from './doctor/doctor.ts';
import { emulate } from './emulate.ts';
import { runExplain } from './explain-source.ts';
import { openNamedFile, UnreadableFile } from './named-file.ts';
import { throughProxy } from './proxy.ts';
import { show } from './show/show.ts';
import { abilitiesOf } from './terminal/abilities.ts';
import { LiveRegion } from './terminal/live-region.ts';
import { transcribeFile } from './transcribe/transcribe.ts';
import { ownVersion } from './version.ts';

/** 128 plus the number of the signal, as in shells. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Outputs for text. */
export interface Output {
  out: (text: string) => void;
  err: (text: string) => void;
}

export async function runCommand(command: Command, output: Output): Promise<number> {
  try {
    return await run(command, output);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    output.err(`${error.message}\n`);
    return 2;
  }
}

function screenOf({ stdout, env }: NodeJS.Process) {
  const isLive = abilitiesOf({ isTTY: stdout.isTTY, env }).live;
  return isLive && { screen: { region: new LiveRegion(stdout), columns: stdout.columns } };
}

async function run(command: Command, { out, err }: Output): Promise<number> {
  switch (command.name) {
    case 'help':
      out(`${command.text}\n`);
      return 0;
    case 'refuse':
      err(`${command.text}\n`);
      return 2;
    case 'demo':
      return untilSignal((signal) => runDemo(command, process, signal));
    case 'version':
      out(`${await ownVersion()}\n`);
      return 0;
    case 'transcribe': {
      const { file, auth, url, listen, format } = command.options;
      const source = await openNamedFile(file, process.stdin);
      const session = { auth, baseUrl: url, listen, ...throughProxy(url) };
      return untilSignal((signal) =>
        transcribeFile(source, session, format, { out, err, ...screenOf(process) }, signal),
      );
    }
    case 'emulate':
      return untilSignal((signal) => emulate(command, out, signal));
    case 'show':
      return untilSignal((signal) => show(command, { out, err }, signal));
    case 'doctor':
      return untilSignal((signal) => runDoctor(command.options, process, signal));
    case 'explain':
      return runExplain(command.options, process, { out, err });
    default:
      return command satisfies never;
  }
}

/** The first signal ends the command cleanly; a second one ends it at once. */
async function untilSignal(action: (signal: AbortSignal) => Promise<number | undefined>): Promise<number> {
  const controller = new AbortController();
  let codeOfSignal = 1;
  const onSignal = (name: keyof typeof SIGNAL_CODES) => {
    codeOfSignal = SIGNAL_CODES[name];
    if (controller.signal.aborted) process.exit(codeOfSignal);
    controller.abort();
  };
  for (const name of Object.keys(SIGNAL_CODES)) process.on(name, onSignal);
  try {
    return (await action(controller.signal)) ?? codeOfSignal;
  } finally {
    for (const name of Object.keys(SIGNAL_CODES)) process.off(name, onSignal);
  }
}
