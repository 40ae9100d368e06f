/** An app as a user builds it, from the package as it is published: the audio thread must survive every bundler and minifier. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { count, speak, startEmulator } from '../../../src/testing/index.ts';
import { BUNDLERS, bundle } from '../../package/bundlers.ts';
import { type Consumer, installPacked } from '../../package/packed.ts';
import { launchChromium } from '../chromium.ts';
import { fakeMicrophone, RECORDING_RATE, soundFile } from './recordings.ts';
import { type SiteOptions, startSite } from './site.ts';

const APP = `
import { microphone, transcribe } from 'rx-deepgram';
const baseUrl = new URLSearchParams(location.search).get('server');
const listen = { model: 'nova-3', encoding: 'linear16', sample_rate: 16000, interim_results: true };
const constraints = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
microphone({ constraints })
  .pipe(transcribe({ auth: { apiKey: 'any' }, baseUrl, listen }))
  .subscribe({
    next: ({ final, text }) => final && (document.title += ' ' + text),
    error: (error) => (document.title = String(error)),
  });
`;

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPacked();
}, 120_000);
afterAll(() => consumer[Symbol.dispose]());

test.each(Object.keys(BUNDLERS))(
  'built by %s, it hears and understands',
  { timeout: 120_000 },
  async (bundler) => {
    const { chunks } = await bundle(bundler, consumer.folder, 'app', APP);
    const files: NonNullable<SiteOptions['files']> = {};
    for (const { name, code } of chunks) files[`/${name}`] = { type: 'text/javascript', body: code };
    await using emulator = await startEmulator();
    const path = `/app?server=${emulator.url}`;
    files[path] = {
      type: 'text/html',
      body: '<!doctype html><script type="module" src="/entry.js"></script>',
    };
    await using site = await startSite({ files });
    using speech = soundFile(speak(count(1, 12), { sampleRate: RECORDING_RATE }), RECORDING_RATE);
    const browser = await launchChromium(...fakeMicrophone(speech.path));
    try {
      const tab = await browser.newPage();
      await tab.goto(new URL(path, site.url).href);
      await expect.poll(() => tab.title(), { timeout: 20_000 }).toMatch(/0005.* 0006.* 0007/);
    } finally {
      await browser.close();
    }
  },
);
