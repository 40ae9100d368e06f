#!/usr/bin/env node
/** The bin `rx-deepgram`: all that it is, is a process around a command. */
import process from 'node:process';
import { readCommandLine } from './command-line.ts';
import { runCommand } from './run.ts';

// Whoever reads the output has gone, as `| head` does: there is nobody left to tell.
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
