/** Arguments and environment of `transcribe`, parsed and checked. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Auth, ListenParameters } from '../../../index.ts';
import { HOSTED_URL, secretFor } from '../deepgram.ts';
import { parametersOf, wrongPair } from '../listen-parameters.ts';
import { TRANSCRIPT_FORMATS, type TranscriptFormat } from './transcribe.ts';

export const TRANSCRIBE_USAGE = `Usage: rx-deepgram transcribe FILE [options]

Streams a recording to Deepgram, at 1.2 × real time, and writes what is said.
FILE is WAV, Ogg, WebM, MP3, AAC (ADTS), FLAC or MP4 with its index first; - is
standard input. Progress and problems go to stderr.

Options:
  --format NAME      text (as it is decided), json, srt or vtt; by default text
  --url URL          another address, such as an emulator's
  --model NAME       by default nova-3
  --language CODE    by default en
  --set NAME=VALUE   any other parameter of Deepgram's; may be repeated
  -h, --help         shows this text

The first Ctrl-C ends the reading: what was sent is written to its end. A second
one ends at once. After five minutes without a connection it gives up.

Environment:
  DEEPGRAM_API_KEY, or DEEPGRAM_ACCESS_TOKEN for a temporary token; not needed
  for a server on this machine. Neither is ever printed.
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS

Exit codes:
  0    all audio was transcribed
  1    some was not, or the session failed
  2    the command line or the environment is wrong
  130  interrupted`;

export interface TranscribeOptions {
  file: string;
  auth: Auth;
  url: string;
  listen: ListenParameters;
  format: TranscriptFormat;
}

/** The parsed arguments, or an error text. */
export type TranscribeArguments = { options: TranscribeOptions } | { refusal: string } | { help: true };

const OPTIONS = {
  format: { type: 'string', default: 'text' },
  url: { type: 'string', default: HOSTED_URL },
  model: { type: 'string', default: 'nova-3' },
  language: { type: 'string', default: 'en' },
  set: { type: 'string', multiple: true, default: [] },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** @throws an error of `parseArgs` for unknown options. */
export function readTranscribeArguments(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): TranscribeArguments {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.help) return { help: true };
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) return { refusal: 'Pass one file, or - for standard input.' };
  const { url, model, language, set } = values;
  if (!URL.canParse(url) || !/^(wss?|https?):$/.test(new URL(url).protocol)) {
    return { refusal: `--url is '${url}': write scheme and host, such as ws://localhost:8080.` };
  }
  const format = TRANSCRIPT_FORMATS.find((each) => each === values.format);
  if (!format) return { refusal: `--format is '${values.format}': write ${TRANSCRIPT_FORMATS.join(', ')}.` };
  const wrong = wrongPair(set);
  if (wrong !== undefined) return { refusal: `--set is '${wrong}': write NAME=VALUE.` };
  const auth = secretFor(url, env);
  if (!auth) {
    return {
      refusal: 'transcribe needs an API key: set DEEPGRAM_API_KEY to one from https://console.deepgram.com.',
    };
  }
  const listen = { model, language, interim_results: true, smart_format: true, ...parametersOf(set) };
  return { options: { file, auth, url, listen, format } };
}
