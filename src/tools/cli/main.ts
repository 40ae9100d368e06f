#!/usr/bin/env node
/** The bin `rx-deepgram`: a process around a command. */
import process from 'node:process';
import { readCommandLine } from './command-line.ts';
import { runCommand } from './run.ts';

// The reader of the output has ended, for example `| head`: end silently.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(1);
  });
}

try {
  process.exitCode = await runCommand(readCommandLine(process.argv.slice(2), process.env), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
