/** Reads the input of `explain`, and prints the explanation. */
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { TranscriptionError } from '../../index.ts';
import { type ExplainOptions, explainText } from './explain.ts';
import { readNamedFile, UnreadableFile } from './named-file.ts';
import { abilitiesOf } from './terminal/abilities.ts';

/** The parts of Node's `process` that `explain` uses. */
export interface ExplainProcess {
  stdin: Readable;
  stdout: { isTTY: boolean; columns: number };
  env: NodeJS.ProcessEnv;
}

const PLAIN_COLUMNS = 80;

/** @returns the exit code. */
export async function runExplain(
  { source, ...options }: ExplainOptions,
  { stdin, stdout, env }: ExplainProcess,
  { out, err }: { out: (text: string) => void; err: (text: string) => void },
): Promise<number> {
  const { live, colour } = abilitiesOf({ isTTY: stdout.isTTY, env });
  try {
    const content = 'text' in source ? source.text : await readSource(source.file, stdin);
    const { text: said, code } = explainText(content, options, {
      columns: live ? stdout.columns : PLAIN_COLUMNS,
      colour,
    });
    out(said);
    return code;
  } catch (error) {
    if (!(error instanceof TranscriptionError) && !(error instanceof UnreadableFile)) throw error;
    err(`${error.message}\n`);
    return 2;
  }
}

async function readSource(file: string, stdin: Readable): Promise<string> {
  if (file === '-') return text(stdin);
  return (await readNamedFile(file, 'pass a recording, a log, or --text')).toString();
}
