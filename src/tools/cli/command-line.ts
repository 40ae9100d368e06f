/** Parses arguments and environment into one command, or an error text. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { DOCTOR_USAGE, readDoctorArguments } from './doctor/arguments.ts';
import type { DoctorOptions } from './doctor/doctor.ts';
import { EMULATE_USAGE, type EmulateOptions, readEmulateArguments } from './emulate-arguments.ts';
import { EXPLAIN_USAGE, type ExplainOptions, readExplainArguments } from './explain.ts';
import { readTranscribeArguments, TRANSCRIBE_USAGE, type TranscribeOptions } from './transcribe/arguments.ts';

export type Command =
  | { name: 'demo'; hosted?: { apiKey: string; url?: string | undefined } }
  | { name: 'transcribe'; options: TranscribeOptions }
  | ({ name: 'emulate' } & EmulateOptions)
  | {
      name: 'show';
      source: 'recording' | 'tones' | 'microphone' | { file: string };
      hosted?: { apiKey: string; url?: string | undefined };
      port: number;
      open: boolean;
    }
  | { name: 'doctor'; options: DoctorOptions }
  | { name: 'explain'; options: ExplainOptions }
  | { name: 'help'; text: string }
  | { name: 'version' }
  /** Printed on stderr; the exit code is 2. */
  | { name: 'refuse'; text: string };

const USAGE = `Usage: rx-deepgram <command>

Commands:
  demo          streams real speech through a pause, a TCP cut and a close 1011,
                and checks that no word is lost
  show          opens a page with the machine at work, and buttons that break
                the network
  transcribe    writes what is said in a recording
  emulate       starts an emulator of Deepgram
  doctor        checks this machine, the network, the key, the parameters and
                your audio
  explain       explains a flight recording, a log or a close code

Options:
  -h, --help    shows this text, or the options of a command
  --version     shows the version`;

const DEMO_USAGE = `Usage: rx-deepgram demo [--hosted [--url URL]]

Streams 27 s of recorded human speech at real-time pace, through a pause of
12 s, a TCP cut and a server close 1011 in mid-speech. Compares the words with
an undisturbed run of the same audio. Takes about 45 s.

Without options it uses an emulator of Deepgram on this machine, and needs no
key and no network. Without a speech recogniser it plays test tones, and prints
the command that installs a recogniser.

Options:
  --hosted      uses the hosted service, with the key in DEEPGRAM_API_KEY. This
                side makes the cut, and there is no close 1011. Costs a minute
                of transcription.
  --url URL     with --hosted: another address, such as ws://localhost:8080
  -h, --help    shows this text

Environment:
  DEEPGRAM_API_KEY         for --hosted; it is never printed
  NO_COLOR, FORCE_COLOR    switch colour off or on
  CI, TERM=dumb            only append lines, as into a pipe

Exit codes:
  0    no audio was dropped or transcribed twice, and the words differ from
       the undisturbed run's only at the seams
  1    one of these failed; the report says which
  2    the command line or the environment is wrong
  130  interrupted`;

const SHOW_USAGE = `Usage: rx-deepgram show [FILE | --microphone | --tones] [options]

Opens a page in which the client runs: its statechart with the active state
lit, a timeline, the silence on the wire, the ledger, the transcript, and
buttons that break the network. It plays the bundled recording or a file in
real time. Without a speech recogniser it plays test tones.

FILE is a WAV file, or a flight recording (see recordFlight): that one is shown
instead, each moment as it was. The page of a session opens recordings too.

Without --hosted it uses an emulator of Deepgram on this machine, and needs no
key and no network.

Options:
  --microphone   uses your microphone; the page asks for permission
  --tones        plays test tones; needs no speech recogniser
  --hosted       uses the hosted service, with the key in DEEPGRAM_API_KEY;
                 the page gets temporary tokens only. Costs transcription time.
  --url URL      with --hosted: another address, such as ws://localhost:8080
  --port N       the page's port on 127.0.0.1; by default any free one
  --no-open      only prints the address
  -h, --help     shows this text

Environment:
  DEEPGRAM_API_KEY   for --hosted; it is never printed

Exit codes:
  0    interrupted
  1    the page could not be served, or the speech recogniser not loaded
  2    the command line or the environment is wrong`;

const MAX_PORT = 65_535;

export function readCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const [name, ...rest] = args;
  try {
    switch (name) {
      case 'demo':
        return readDemo(rest, env);
      case 'transcribe':
        return readTranscribe(rest, env);
      case 'emulate':
        return readEmulate(rest);
      case 'show':
        return readShow(rest, env);
      case 'doctor':
        return readDoctor(rest, env);
      case 'explain':
        return readExplain(rest);
      case 'help':
      case '--help':
      case '-h':
        return { name: 'help', text: USAGE };
      case '--version':
        return { name: 'version' };
      case undefined:
        return refuse('The command is missing.', USAGE);
      default:
        return refuse(`Unknown command '${name}'.`, USAGE);
    }
  } catch (error) {
    if (!isParseError(error)) throw error;
    return refuse(error.message, `See: rx-deepgram ${name} --help`);
  }
}

function readDemo(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const options = {
    hosted: { type: 'boolean', default: false },
    url: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const satisfies ParseArgsOptionsConfig;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return { name: 'help', text: DEMO_USAGE };
  if (!values.hosted) {
    return values.url === undefined
      ? { name: 'demo' }
      : refuse('--url goes with --hosted: without it the demonstration has an emulator of its own.');
  }
  const apiKey = env['DEEPGRAM_API_KEY']?.trim();
  if (!apiKey) return refuse(`--hosted ${KEY_MISSING}`);
  if (!isAddress(values.url)) return refuse(adviseOnUrl(values.url));
  return { name: 'demo', hosted: { apiKey, url: values.url } };
}

function readShow(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const options = {
    microphone: { type: 'boolean', default: false },
    tones: { type: 'boolean', default: false },
    hosted: { type: 'boolean', default: false },
    url: { type: 'string' },
    port: { type: 'string', default: '0' },
    'no-open': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const satisfies ParseArgsOptionsConfig;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (values.help) return { name: 'help', text: SHOW_USAGE };
  const named = positionals.map((file) => ({ file }));
  const wished = (['microphone', 'tones'] as const).filter((name) => values[name]);
  const [source = 'recording', ...others] = [...named, ...wished];
  if (others.length > 0)
    return refuse('Pass one file, --microphone or --tones.', 'See: rx-deepgram show --help');
  const port = readPort(values.port);
  if (port === undefined) return refuse(adviseOnPort(values.port));
  const show = { name: 'show', source, port, open: !values['no-open'] } as const;
  if (!values.hosted) {
    return values.url === undefined
      ? show
      : refuse('--url goes with --hosted: without it the page has an emulator of its own.');
  }
  if (source === 'tones')
    return refuse('--tones and --hosted do not go together: Deepgram understands no test tones.');
  const apiKey = env['DEEPGRAM_API_KEY']?.trim();
  if (!apiKey) return refuse(`--hosted ${KEY_MISSING}`);
  if (!isAddress(values.url)) return refuse(adviseOnUrl(values.url));
  return { ...show, hosted: { apiKey, url: values.url } };
}

function readTranscribe(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const found = readTranscribeArguments(args, env);
  if ('help' in found) return { name: 'help', text: TRANSCRIBE_USAGE };
  if ('refusal' in found) return refuse(found.refusal, 'See: rx-deepgram transcribe --help');
  return { name: 'transcribe', options: found.options };
}

function readEmulate(args: readonly string[]): Command {
  const found = readEmulateArguments(args, readPort);
  if ('help' in found) return { name: 'help', text: EMULATE_USAGE };
  if ('problem' in found) return refuse(found.problem, 'See: rx-deepgram emulate --help');
  if (found.badPort !== undefined) return refuse(adviseOnPort(found.badPort));
  return { name: 'emulate', ...found.options };
}

function readDoctor(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const found = readDoctorArguments(args, env);
  if ('help' in found) return { name: 'help', text: DOCTOR_USAGE };
  if ('refusal' in found) return refuse(found.refusal, 'See: rx-deepgram doctor --help');
  return { name: 'doctor', options: found.options };
}

function readExplain(args: readonly string[]): Command {
  const found = readExplainArguments(args);
  if ('help' in found) return { name: 'help', text: EXPLAIN_USAGE };
  if ('refusal' in found) return refuse(found.refusal, 'See: rx-deepgram explain --help');
  return { name: 'explain', options: found.options };
}

function readPort(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= MAX_PORT ? Number(text) : undefined;
}

function adviseOnPort(text: string): string {
  return `--port is '${text}': pass a number from 0 to ${MAX_PORT}.`;
}

const KEY_MISSING = 'needs an API key: set DEEPGRAM_API_KEY to one from https://console.deepgram.com.';

/** Undefined is valid: Deepgram's own address. */
function isAddress(url: string | undefined): boolean {
  return url === undefined || (URL.canParse(url) && /^(wss?|https?):$/.test(new URL(url).protocol));
}

function adviseOnUrl(url: string | undefined): string {
  return `--url is '${url}': write scheme and host, such as ws://localhost:8080.`;
}

function refuse(problem: string, advice?: string): Command {
  return { name: 'refuse', text: advice === undefined ? problem : `${problem}\n\n${advice}` };
}

function isParseError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
