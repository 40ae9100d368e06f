/**
 * Serves the page that shows the machine: the real client, its audio, and an emulator. On this machine, and without the
 * internet, unless the hosted service is asked for.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ListenParameters } from '../../../index.ts';
import { readWav } from '../../sources/wav.ts';
import { startEmulator, type VoskHost } from '../../../testing/index.ts';
import { readFlight } from '../../../diagnosis/index.ts';
import type { PageFlight, PageSession } from '../../viewer/page/session.ts';
import { HOSTED_URL } from '../deepgram.ts';
import { loadRecording, type Recording, toneRecording } from '../demo/recording.ts';
import { readNamedFile, UnreadableFile } from '../named-file.ts';
import { type LoadRecogniser, loadedOrNot } from '../recogniser.ts';
import { FAULT_BUTTONS, Faults, OWN_FAULT_BUTTONS } from './faults.ts';
import { grantToken } from './grant-token.ts';
import { openBrowser } from './open-browser.ts';
import { ICON, PAGE } from './page.ts';
import { type PageContent, startPageServer } from './page-server.ts';

export interface ShowOptions {
  /**
   * The audio: the bundled recording, a WAV file, test tones (which need no speech recogniser), or none. A flight recording is
   * shown instead.
   */
  source: 'recording' | 'tones' | 'microphone' | { file: string };
  /** The hosted service, or a compatible server, instead of an emulator. */
  hosted?: { apiKey: string; url?: string | undefined };
  port: number;
  /** Opens a browser. */
  open: boolean;
}

/** Options of the microphone. */
const MICROPHONE_RATE = 16_000;

/** The folder where `scripts/build.mjs` puts the browser files. */
const BUILT = new URL('../../../', import.meta.url);

/** The page's script, and those of the threads that it starts: by path, and by place in the build. */
const SCRIPTS = {
  '/page.js': 'tools/viewer/bundle/page.js',
  '/capture-worklet.js': 'capture-worklet.js',
  '/clock-worker.js': 'clock-worker.js',
};

/** @returns the exit code, when `signal` ends it. */
export async function show(
  options: ShowOptions,
  { out, err }: Record<'out' | 'err', (text: string) => void>,
  signal: AbortSignal,
  built: URL = BUILT,
  loadRecogniser?: LoadRecogniser,
): Promise<number> {
  const scripts = await Promise.all(
    Object.entries(SCRIPTS).map(
      async ([path, file]) => [path, await readFile(new URL(file, built))] as const,
    ),
  );
  const files = new Map<string, { type: string; body: string | Uint8Array }>([
    ['/', { type: 'text/html; charset=utf-8', body: PAGE }],
    ['/icon.svg', { type: 'image/svg+xml', body: ICON }],
  ]);
  for (const [path, body] of scripts) files.set(path, { type: 'text/javascript; charset=utf-8', body });
  const serve = async (session: PageSession | PageFlight, content: Omit<PageContent, 'files'>) => {
    files.set('/session', { type: 'application/json', body: JSON.stringify(session) });
    const server = await startPageServer({ ...content, files }, options.port);
    try {
      out(`${server.url}\n`);
      out('Open this page to see the machine. Ctrl-C ends it.\n');
      if (options.open) openBrowser(server.url);
      if (!signal.aborted) await once(signal, 'abort');
      return 0;
    } finally {
      await server.close();
    }
  };
  // Report a wrong file before the recogniser is loaded, which takes seconds.
  const file = typeof options.source === 'object' ? options.source.file : undefined;
  const content =
    file === undefined ? undefined : await readNamedFile(file, 'pass a WAV file or a flight recording');
  if (file !== undefined && content && isFlight(content)) {
    const text = checkedFlight(file, content.toString());
    files.set('/flight', { type: 'application/x-ndjson', body: text });
    return serve({ flight: basename(file) }, { actions: new Map() });
  }
  const named = file !== undefined && content ? playFile(basename(file), content) : undefined;
  const needsRecogniser = !options.hosted && options.source !== 'tones';
  if (needsRecogniser) err('Loading the speech recogniser …\n');
  const { vosk, remedy } = needsRecogniser ? await loadedOrNot(loadRecogniser) : {};
  const isTones = remedy !== undefined && options.source === 'recording';
  const instead = isTones
    ? 'Test tones instead of human speech.'
    : 'Human speech counts as silence; only test tones are words.';
  if (remedy !== undefined) err(`${instead} ${remedy}\n`);
  const { audio, ...source } =
    named ?? (await sourceOf(isTones ? 'tones' : (options.source as BuiltInSource)));
  const partner = await openPartner(options.hosted, vosk, err);
  try {
    const session: PageSession = { ...source, ...partner.session };
    if (audio) files.set('/recording', { type: 'application/octet-stream', body: audio });
    return await serve(session, { socketUrl: session.baseUrl, actions: partner.actions });
  } finally {
    await partner.close();
  }
}

interface Source extends Pick<PageSession, 'listen' | 'recording'> {
  audio?: Uint8Array;
}

type BuiltInSource = Exclude<ShowOptions['source'], object>;

async function sourceOf(source: BuiltInSource): Promise<Source> {
  if (source === 'microphone') return { listen: listenTo({ sample_rate: MICROPHONE_RATE }) };
  if (source === 'tones') return playing('numbers in test tones', toneRecording());
  return playing('the bundled recording', await loadRecording());
}

function playFile(name: string, wav: Uint8Array): Source {
  const { data, encoding, sampleRate, channels, bytesPerSecond } = readWav(wav);
  return {
    audio: data,
    recording: { name, bytesPerSecond },
    listen: listenTo({ encoding, sample_rate: sampleRate, channels }),
  };
}

/** @throws UnreadableFile */
function checkedFlight(file: string, text: string): string {
  try {
    readFlight(text);
    return text;
  } catch (cause) {
    throw new UnreadableFile(`'${file}' cannot be shown. ${(cause as Error).message}`, { cause });
  }
}

function isFlight(content: Buffer): boolean {
  return /^\s*\{"kind":"flight"/.test(content.subarray(0, 100).toString());
}

function playing(name: string, { samples, sampleRate, bytesPerSecond }: Recording): Source {
  return {
    audio: samples,
    recording: { name, bytesPerSecond },
    listen: listenTo({ sample_rate: sampleRate }),
  };
}

/** Typical parameters of an app with captions. */
function listenTo(format: ListenParameters): ListenParameters {
  return {
    model: 'nova-3',
    language: 'en',
    encoding: 'linear16',
    interim_results: true,
    smart_format: true,
    ...format,
  };
}

/** The server of the session. */
interface Partner {
  session: Pick<PageSession, 'place' | 'baseUrl' | 'faults' | 'breaksHere'>;
  actions: Map<string, () => unknown>;
  close(): Promise<void>;
}

async function openPartner(
  hosted: ShowOptions['hosted'],
  vosk: VoskHost | undefined,
  err: (text: string) => void,
): Promise<Partner> {
  if (hosted) {
    const { apiKey, url = HOSTED_URL } = hosted;
    return {
      session: { place: new URL(url).host, baseUrl: url, faults: OWN_FAULT_BUTTONS, breaksHere: true },
      actions: new Map([['/token', telling(() => grantToken(url, apiKey), err)]]),
      close: () => Promise.resolve(),
    };
  }
  const faults = new Faults();
  const emulator = await startEmulator({
    faultsOf: faults.faultsOf,
    ...(vosk && { recogniser: vosk.recogniser }),
  });
  return {
    session: {
      place: vosk ? 'local emulator' : 'local emulator, test tones only',
      baseUrl: emulator.url,
      faults: FAULT_BUTTONS,
      breaksHere: false,
    },
    actions: new Map<string, () => unknown>([
      ['/token', () => emulator.grantToken()],
      ...faults.actionsOn(emulator),
    ]),
    close: async () => {
      faults.end();
      await emulator.close();
      await vosk?.close();
    },
  };
}

/** The page gets only the fact; the terminal shows each new reason once. */
function telling<Value>(act: () => Promise<Value>, err: (text: string) => void): () => Promise<Value> {
  let told = '';
  return async () => {
    try {
      const value = await act();
      told = '';
      return value;
    } catch (error) {
      const { message } = error as Error;
      if (message !== told) err(`${message}\n`);
      told = message;
      throw error;
    }
  };
}
