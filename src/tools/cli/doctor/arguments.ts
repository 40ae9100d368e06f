/** The doctor's arguments and environment, parsed and checked. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { ListenParameters } from '../../../index.ts';
import { HOSTED_URL, isFlux, secretFor } from '../deepgram.ts';
import { parametersOf, wrongPair } from '../listen-parameters.ts';
import { type AudioSource, programOf } from './audio-source.ts';
import type { DoctorOptions } from './doctor.ts';
import { MIN_PROBE_SECONDS, PROBE_SECONDS } from './probe.ts';

export const DOCTOR_USAGE = `Usage: rx-deepgram doctor [FILE | - | --microphone PROGRAM] [options]

Walks through everything that live transcription depends on, and prints a
verdict for each: this machine, the network, key and parameters, your audio,
and a session of 15 s with a pause in it that only KeepAlives survive.

Audio (none is needed; the probe then plays a tone):
  FILE               WAV, or raw audio with --encoding and --sample-rate
  -                  the same, from standard input
  --microphone P     what a program records: arecord, sox or ffmpeg by name, or
                     a whole command that writes raw audio, in quotes

Options:
  --url URL          another server: wss://api.eu.deepgram.com, or an emulator
  --model NAME       by default nova-3; with a Flux model /v2/listen is asked
  --language CODE    by default en; Flux has none
  --encoding NAME    of raw audio: linear16, linear32, mulaw, alaw …
  --sample-rate HZ   goes with it
  --channels N       by default 1
  --set NAME=VALUE   any other parameter; may be repeated
  --seconds N        length of the probe, from 13; by default 15
  --no-probe         none; costs no transcription time
  --json             one JSON object, for machines
  -h, --help         shows this text

Environment:
  DEEPGRAM_API_KEY, or DEEPGRAM_ACCESS_TOKEN for a temporary token; not needed
  for a server on this machine. Neither is ever shown. HTTPS_PROXY,
  HTTP_PROXY, ALL_PROXY and NO_PROXY are followed.

Exit codes:
  0    nothing failed; there may be warnings
  1    something failed
  2    the command line is not right
  130  interrupted`;

/** The parsed arguments, or an error text. */
export type DoctorArguments = { options: DoctorOptions } | { refusal: string } | { help: true };

const MICROPHONE_FORMAT = { encoding: 'linear16', sample_rate: 16_000 };
const MAX_PROBE_SECONDS = 600;

const OPTIONS = {
  url: { type: 'string', default: HOSTED_URL },
  microphone: { type: 'string' },
  model: { type: 'string', default: 'nova-3' },
  language: { type: 'string' },
  encoding: { type: 'string' },
  'sample-rate': { type: 'string' },
  channels: { type: 'string' },
  set: { type: 'string', multiple: true, default: [] },
  seconds: { type: 'string', default: String(PROBE_SECONDS) },
  'no-probe': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** @throws an error of `parseArgs` for unknown options. */
export function readDoctorArguments(args: readonly string[], env: NodeJS.ProcessEnv): DoctorArguments {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.help) return { help: true };
  if (positionals.length + (values.microphone === undefined ? 0 : 1) > 1) {
    return { refusal: 'Pass one file, -, or --microphone.' };
  }
  const { url, microphone } = values;
  if (!URL.canParse(url) || !/^(wss?|https?):$/.test(new URL(url).protocol)) {
    return { refusal: `--url is '${url}': write scheme and host, such as ws://localhost:8080.` };
  }
  const seconds = Number(values.seconds);
  if (!(seconds >= MIN_PROBE_SECONDS && seconds <= MAX_PROBE_SECONDS)) {
    return {
      refusal: `--seconds is '${values.seconds}': pass a number from ${MIN_PROBE_SECONDS} to ${MAX_PROBE_SECONDS}. A shorter probe has no room for the pause.`,
    };
  }
  const audio = microphone === undefined ? fileOf(positionals[0]) : programOf(microphone);
  if (microphone !== undefined && !audio) return { refusal: '--microphone names no program.' };
  const wrong = wrongPair(values.set);
  if (wrong !== undefined) return { refusal: `--set is '${wrong}': write NAME=VALUE.` };
  const { encoding, channels, model, language } = values;
  const raw = {
    ...(audio?.kind === 'program' && encoding === undefined && MICROPHONE_FORMAT),
    ...(encoding !== undefined && { encoding }),
    ...(values['sample-rate'] !== undefined && { sample_rate: Number(values['sample-rate']) }),
    ...(channels !== undefined && { channels: Number(channels) }),
  };
  const listen: ListenParameters = {
    model,
    ...(isFlux(model) ? {} : { language: 'en', interim_results: true }),
    ...(language !== undefined && { language }),
    ...raw,
    ...parametersOf(values.set),
  };
  const probeSeconds = values['no-probe'] ? undefined : seconds;
  return { options: { url, secret: secretFor(url, env), listen, audio, probeSeconds, json: values.json } };
}

function fileOf(path: string | undefined): AudioSource | undefined {
  if (path === undefined) return undefined;
  return path === '-' ? { kind: 'stdin' } : { kind: 'file', path };
}
