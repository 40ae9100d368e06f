/** Runs `rx-deepgram show` with the page's bundle made from the sources. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleViewer } from '../../../scripts/bundle-viewer.mjs';
import { writeBrowserScripts } from '../../../scripts/inline-browser-scripts.mjs';
import { show, type ShowOptions } from '../../../src/tools/cli/show/show.ts';

export interface OpenShow {
  url: string;
  close(): Promise<void>;
}

/** Human speech needs more of the processor than a busy machine has to give in real time; test tones need nothing. */
const withoutRecogniser = () =>
  Promise.reject(Object.assign(new Error('Not installed.'), { code: 'MODULE_NOT_FOUND' }));

export async function openShow(options: Partial<ShowOptions> = {}): Promise<OpenShow> {
  const folder = mkdtempSync(join(tmpdir(), 'rx-deepgram-viewer-'));
  await bundleViewer(join(folder, 'tools', 'viewer', 'bundle'));
  await writeBrowserScripts(folder);
  const controller = new AbortController();
  let opened!: (url: string) => void;
  const url = new Promise<string>((resolve) => (opened = resolve));
  const running = show(
    { source: 'tones', port: 0, open: false, ...options },
    { out: (text) => opened(text.trim()), err: () => undefined },
    controller.signal,
    pathToFileURL(`${folder}/`),
    withoutRecogniser,
  );
  return {
    url: await Promise.race([url, running.then(() => Promise.reject(new Error('The page was not served.')))]),
    close: async () => {
      controller.abort();
      await running;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
