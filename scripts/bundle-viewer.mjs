// Makes the page of `rx-deepgram show` one file: the client, rxjs and xstate included, so that it needs no network.
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

const root = dirname(import.meta.dirname);

/** @param {string} folder Where `page.js` goes. */
export async function bundleViewer(folder) {
  const build = await rolldown({
    input: join(root, 'src', 'tools', 'viewer', 'page', 'main.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['rx-deepgram-source', 'browser', 'module', 'import', 'default'] },
    onLog: (level, log, handle) => {
      if (level === 'warn') throw new Error(log.message);
      handle(level, log);
    },
  });
  await build.write({
    file: join(folder, 'page.js'),
    format: 'es',
    minify: true,
    codeSplitting: false,
  });
  await build.close();
}
