/** Sources of the audio to check: a file, standard input, or a program that records the microphone. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';

export type AudioSource =
  | { kind: 'file'; path: string }
  | { kind: 'stdin' }
  /** A program that writes raw audio to its standard output, with its arguments. */
  | { kind: 'program'; command: readonly [string, ...string[]] };

/** The audio that was read. */
export interface Capture {
  bytes: Uint8Array;
  /** Timing of a live source; undefined for a file. */
  arrival?: Arrival;
}

/** Timing of live audio. */
export interface Arrival {
  /** From the first chunk to the last. */
  lastedMs: number;
  /** Bytes after the first chunk, which may have waited in a pipe. */
  bytesMeanwhile: number;
  longestGapMs: number;
  chunks: number;
}

/** Enough to check level, format and rate. */
const LISTEN_MS = 5_000;
/** A program without output for this long is not recording. */
const PATIENCE_MS = 5_000;
/** The beginning of a file is enough to check. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Kept characters of a program's stderr. */
const MAX_COMPLAINT = 300;

/** Known programs, with arguments for 16 kHz linear16 in mono. */
const PROGRAMS: Record<string, readonly [string, ...string[]]> = {
  arecord: ['arecord', '-q', '-t', 'raw', '-f', 'S16_LE', '-r', '16000', '-c', '1', '-'],
  sox: ['sox', '-q', '-d', '-t', 'raw', '-e', 'signed', '-b', '16', '-r', '16000', '-c', '1', '-'],
  ffmpeg: ['ffmpeg', '-loglevel', 'error', ...ffmpegInput(), '-ac', '1', '-ar', '16000', '-f', 's16le', '-'],
};

function ffmpegInput(): string[] {
  return process.platform === 'darwin'
    ? ['-f', 'avfoundation', '-i', ':0']
    : ['-f', 'pulse', '-i', 'default'];
}

/** A known program by name, or a command line with arguments. No shell is used. */
export function programOf(commandLine: string): AudioSource | undefined {
  const words =
    commandLine.match(/"[^"]*"|'[^']*'|\S+/g)?.map((word) => word.replace(/^(["'])(.*)\1$/, '$2')) ?? [];
  const [name, ...rest] = words;
  if (name === undefined) return undefined;
  const known = rest.length === 0 ? PROGRAMS[name] : undefined;
  return { kind: 'program', command: known ?? [name, ...rest] };
}

/**
 * Reads some seconds, or to the end.
 *
 * @throws Error with advice if no audio can be read.
 */
export async function capture(source: AudioSource, stdin: Readable, signal: AbortSignal): Promise<Capture> {
  switch (source.kind) {
    case 'file':
      return { bytes: (await readAudioFile(source.path)).subarray(0, MAX_BYTES) };
    case 'stdin':
      return listen(stdin, signal);
    case 'program':
      return listenToProgram(source.command, signal);
    default:
      return source satisfies never;
  }
}

async function readAudioFile(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`'${path}' cannot be read (${error.code ?? error.message}).`, { cause: error });
  });
}

async function listenToProgram(
  [name, ...args]: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<Capture> {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => (complaint = (complaint + text).slice(-MAX_COMPLAINT)));
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve(`it did not start (${error.code ?? error.message})`),
    );
    child.on('close', (code) =>
      resolve(code === 0 || code === null ? undefined : `it ended with code ${code}`),
    );
  });
  try {
    const heard = await listen(child.stdout, signal);
    if (heard.bytes.byteLength > 0 || signal.aborted) return heard;
    child.kill();
    const [lastLine] = complaint.trim().split('\n').toReversed();
    const why = (await ended) ?? 'it writes no audio to its standard output';
    throw new Error(`${name}: ${why}${lastLine ? `: ${lastLine}` : ''}.`);
  } finally {
    child.kill();
  }
}

function listen(stream: Readable, signal: AbortSignal): Promise<Capture> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let firstAt = 0;
    let lastAt = 0;
    let longestGapMs = 0;
    let size = 0;
    const finish = () => {
      clearTimeout(timer);
      stream.off('data', onData).off('end', finish).off('close', finish).off('error', reject);
      signal.removeEventListener('abort', finish);
      stream.pause();
      const bytesMeanwhile = size - (chunks[0]?.byteLength ?? 0);
      const arrival = { lastedMs: lastAt - firstAt, bytesMeanwhile, longestGapMs, chunks: chunks.length };
      resolve({ bytes: Buffer.concat(chunks), arrival });
    };
    const onData = (chunk: Uint8Array) => {
      const now = performance.now();
      if (chunks.length === 0) {
        firstAt = now;
        clearTimeout(timer);
        timer = setTimeout(finish, LISTEN_MS);
      } else longestGapMs = Math.max(longestGapMs, now - lastAt);
      lastAt = now;
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size >= MAX_BYTES) finish();
    };
    let timer = setTimeout(finish, PATIENCE_MS);
    stream.on('data', onData).on('end', finish).on('close', finish).on('error', reject);
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
  });
}
