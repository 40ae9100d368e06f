/** The example apps, bundled from the sources: a page for each, and an emulator. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { count, type EmulatorServer, refuse, speak, startEmulator } from '../../../src/testing/index.ts';
import { ROOT } from '../../package/source-tree.ts';

export type AppName = 'react' | 'angular';

export interface AppSite extends AsyncDisposable {
  url: string;
  emulator: EmulatorServer;
  /** Whether new connections are refused. */
  isAway: boolean;
}

const SPEECH = speak(count(1, 40), { sampleRate: 16_000 });

export async function startAppSite(app: AppName): Promise<AppSite> {
  const script = await bundled(app);
  const page = readFileSync(
    join(ROOT, 'docs/examples', app, app === 'react' ? '' : 'src', 'index.html'),
    'utf8',
  )
    .replace('/src/main.tsx', '/app.js')
    .replace('/src/styles.css', '/styles.css')
    .replace('</head>', app === 'angular' ? '<link rel="stylesheet" href="/styles.css"></head>' : '</head>')
    .replace(
      '</body>',
      app === 'angular' ? '<script type="module" src="/app.js"></script></body>' : '</body>',
    );
  const styles = readFileSync(join(ROOT, 'docs/examples', app, 'src/styles.css'), 'utf8');
  const files: Record<string, [type: string, body: string | Uint8Array]> = {
    '/': ['text/html', page],
    '/app.js': ['text/javascript', script],
    '/styles.css': ['text/css', styles],
    '/speech': ['application/octet-stream', new Uint8Array(SPEECH.buffer)],
  };
  const site = { isAway: false };
  const emulator = await startEmulator({ faultsOf: () => (site.isAway ? [refuse(503)] : []) });
  const server = createServer((request, response) => {
    if (request.url === '/cut') emulator.cut();
    const [type, body] = files[request.url?.split('?')[0] ?? ''] ?? [];
    response.writeHead(body ? 200 : 204, type ? { 'content-type': type } : {}).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(site, {
    url: `http://127.0.0.1:${port}/?deepgram=${encodeURIComponent(emulator.url)}`,
    emulator,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await emulator.close();
    },
  });
}

async function bundled(app: AppName): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, app === 'react' ? 'react.tsx' : 'angular.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    // For the names of the package.
    tsconfig: join(ROOT, 'tsconfig.json'),
    conditions: ['rx-deepgram-source', 'browser'],
    define: { 'process.env.NODE_ENV': '"production"', ngDevMode: 'false', ngJitMode: 'true' },
  });
  return outputFiles[0]?.text ?? '';
}
