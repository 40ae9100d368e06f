/**
 * An app as a user builds it, from the package as it is published: the audio thread must survive every bundler and minifier, and
 * be found under a strict policy by the lines of docs/browser.md.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { count, speak, startEmulator } from '../../../src/testing/index.ts';
import { BUNDLERS, bundle } from '../../package/bundlers.ts';
import { type Consumer, installPacked } from '../../package/packed.ts';
import { launchChromium } from '../chromium.ts';
import { fakeMicrophone, RECORDING_RATE, soundFile } from './recordings.ts';
import { type SiteOptions, startSite } from './site.ts';

const app = (imports = '', captureOptions = '', sessionOptions = '') => `
import { transcribe } from 'rx-deepgram';
import { microphone, workerClock } from 'rx-deepgram/browser';
${imports}
const baseUrl = new URLSearchParams(location.search).get('server');
const listen = { model: 'nova-3', encoding: 'linear16', sample_rate: 16000, interim_results: true };
const constraints = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
microphone({ constraints, ${captureOptions} })
  .pipe(transcribe({ auth: { apiKey: 'any' }, baseUrl, listen, ${sessionOptions} }))
  .subscribe({
    next: ({ final, text }) => final && (document.title += ' ' + text),
    error: (error) => (document.title = String(error)),
  });
`;

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPacked();
});
afterAll(() => consumer[Symbol.dispose]());

/** Builds the app, opens it, and waits until it has transcribed some words of the microphone. */
async function hearIn(bundler: string, name: string, code: string, contentSecurityPolicy?: string) {
  const { chunks } = await bundle(bundler, consumer.folder, name, code);
  const files: NonNullable<SiteOptions['files']> = {};
  for (const chunk of chunks) files[`/${chunk.name}`] = { type: 'text/javascript', body: chunk.code };
  await using emulator = await startEmulator();
  const path = `/app?server=${emulator.url}`;
  files[path] = {
    type: 'text/html',
    body: '<!doctype html><script type="module" src="/entry.js"></script>',
  };
  await using site = await startSite({ files, ...(contentSecurityPolicy && { contentSecurityPolicy }) });
  using speech = soundFile(speak(count(1, 12), { sampleRate: RECORDING_RATE }), RECORDING_RATE);
  const browser = await launchChromium(...fakeMicrophone(speech.path));
  try {
    const tab = await browser.newPage();
    const complaints: string[] = [];
    tab.on('console', (message) => complaints.push(message.text()));
    await tab.goto(new URL(path, site.url).href);
    await expect.poll(() => tab.title(), { timeout: 90_000 }).toMatch(/0005.* 0006.* 0007/);
    return complaints;
  } finally {
    await browser.close();
  }
}

test.each(Object.keys(BUNDLERS))('built by %s, it records and transcribes', async (bundler) => {
  await hearIn(bundler, 'app', app());
});

/** The lines of docs/browser.md for files served by the app. */
const OWN_FILES: Record<string, [imports: string, worklet: string, worker: string]> = {
  vite: [
    `import workletUrl from 'rx-deepgram/capture-worklet.js?url&no-inline';
     import workerUrl from 'rx-deepgram/clock-worker.js?url&no-inline';`,
    'workletUrl',
    'workerUrl',
  ],
  webpack: [
    '',
    "new URL('rx-deepgram/capture-worklet.js', import.meta.url)",
    "new URL('rx-deepgram/clock-worker.js', import.meta.url)",
  ],
};

test.each(Object.entries(OWN_FILES))(
  'built by %s, it records and transcribes under a policy without blob:, with the files of the package',
  async (bundler, [imports, worklet, worker]) => {
    // The worker is needed in a hidden tab only: here it is started at once, to see that it may.
    const started = `${imports}\nnew Worker(${worker});`;
    const code = app(started, `workletUrl: ${worklet}`, `clock: workerClock({ url: ${worker} })`);
    const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src ws:";
    expect(await hearIn(bundler, 'strict', code, policy)).toEqual([]);
  },
);
