#!/usr/bin/env node
/** The bin `rx-deepgram`: runs what the command line asks for, and turns its end into an exit code. */
import process from 'node:process';
import { type Command, readCommandLine } from './command-line.ts';
import { runDemo } from './demo/demo.ts';

/** 128 and the number of the signal, as shells have it. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

async function run(command: Command): Promise<number> {
  switch (command.name) {
    case 'help':
      console.log(command.text);
      return 0;
    case 'refuse':
      console.error(command.text);
      return 2;
    case 'demo':
      return untilSignal((signal) => runDemo(command, process, signal));
    default:
      return command satisfies never;
  }
}

/** The first signal lets things be put in order; a second one does not wait for that. */
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

// Whoever reads the output has gone, as `| head` does: there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(1);
});

try {
  process.exitCode = await run(readCommandLine(process.argv.slice(2), process.env));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
