/** The command line of `rx-deepgram emulate`. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import {
  BadFault,
  Emulator,
  type EmulatorOptions,
  type FaultOrder,
  LIMIT_NAMES,
  parseFault,
  READINGS,
} from '../../testing/index.ts';

/** The parsed arguments. */
export interface EmulateOptions {
  host: string;
  port: number;
  /** Web pages that may connect, besides those of this machine. */
  allowedOrigins: string[];
  /** Recognises test tones instead of speech. */
  tones: boolean;
  /** Faults of the next connections. */
  faults: FaultOrder[];
  /** Changed limits and readings. */
  settings: Pick<EmulatorOptions, (typeof LIMIT_NAMES)[number] | keyof typeof READINGS>;
}

export const EMULATE_USAGE = `Usage: rx-deepgram emulate [--port N] [--fault ORDER]… [--set NAME=VALUE]…

Lets an emulator of Deepgram's /v1/listen and /v2/listen (Flux) listen on this
machine until it is interrupted. Its address is the first line printed, that of
a page to watch it and to break it the next; any API key will do.

Options:
  --port N          where to listen; 0, the default, takes any free port
  --host NAME       by default 127.0.0.1: reachable from this machine only
  --allow-origin ORIGIN
                    a web page elsewhere that may connect, such as
                    https://app.test; those of this machine always may
  --tones           understands the test tones of rx-deepgram/testing instead
                    of human speech; so it does where no speech recogniser is
                    installed, and tells how to install one
  --fault ORDER     what goes wrong, on the next connection if nothing is said:
                      FAULT [parameters] [after TIME [of audio]] [for TIME]
                      [on N | next | every] [xN]
                    such as 'cut after 5s of audio', 'refuse 429 x3',
                    'close 1011 "try later" on 2', 'slow 800ms on every'
  --set NAME=VALUE  a limit, such as idleTimeoutMs=12000, or a reading where the
                    sources disagree, such as keepAliveHolds=always
  -h, --help        shows this

Faults:
  cut  close  halfOpen  blackhole  slow  throttle  stallResults  mute
  loseMessages  duplicateResults  reorderResults  malformed  dropOnCloseStream
  refuse  hang  drop  flap
  (docs/testing.md tells what each does, and lists the readings)

Exit codes:
  0    interrupted
  1    it could not listen, or its recogniser could not be loaded
  2    the command line is not right`;

/** Parses the arguments; an error is returned as `problem`. */
export function readEmulateArguments(
  args: readonly string[],
  readPort: (text: string) => number | undefined,
): { help: true } | { problem: string } | { options: EmulateOptions; badPort?: string } {
  const config = {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    'allow-origin': { type: 'string', multiple: true, default: [] },
    tones: { type: 'boolean', default: false },
    fault: { type: 'string', multiple: true, default: [] },
    set: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h', default: false },
  } as const satisfies ParseArgsOptionsConfig;
  const { values } = parseArgs({ args: [...args], options: config });
  if (values.help) return { help: true };
  const port = readPort(values.port);
  const { host, tones, 'allow-origin': allowedOrigins } = values;
  try {
    const faults = values.fault.map((text) => parseFault(text, 'next'));
    const hopeless = faults.findIndex(({ on }) => on === 'open');
    if (hopeless >= 0) {
      return {
        problem: `--fault '${values.fault[hopeless]}': no connection is open yet. Write on next, every, or a number.`,
      };
    }
    const settings = readSettings(values.set);
    const options = { host, port: port ?? 0, allowedOrigins, tones, faults, settings };
    return port === undefined ? { options, badPort: values.port } : { options };
  } catch (error) {
    if (error instanceof BadFault) return { problem: `--fault: ${error.message}` };
    if (error instanceof RangeError) return { problem: `--set: ${error.message}` };
    throw error;
  }
}

function readSettings(assignments: readonly string[]): EmulateOptions['settings'] {
  const settings: Record<string, number | string | boolean> = {};
  for (const assignment of assignments) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(assignment) ?? [];
    if (LIMIT_NAMES.some((limit) => limit === name))
      settings[name] = value === 'false' ? false : asNumber(value);
    else if (Object.hasOwn(READINGS, name)) settings[name] = value;
    else {
      const known = [...LIMIT_NAMES, ...Object.keys(READINGS)].join(', ');
      throw new RangeError(`'${assignment}' is not an assignment: write NAME=VALUE with one of ${known}.`);
    }
  }
  // The emulator checks the values.
  void new Emulator(settings);
  return settings;
}

/** Keeps text that is not a number; the emulator refuses it. */
function asNumber(text: string): number | string {
  return text.trim() === '' || Number.isNaN(Number(text)) ? `'${text}'` : Number(text);
}
