/** A site on the loopback: a page with the library, built from the sources, and the files of a test. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type * as library from './app.ts';

declare global {
  /** In the page: the library. */
  var app: typeof library;
}

export interface SiteOptions {
  /** The header by which a page limits itself. */
  contentSecurityPolicy?: string;
  /** Further files, by path. */
  files?: Record<string, { type: string; body: string | Uint8Array }>;
}

export interface Site extends AsyncDisposable {
  url: string;
  close(): Promise<void>;
}

/** Bundles the library once, and serves it under `/`. */
export async function startSite({ contentSecurityPolicy, files = {} }: SiteOptions = {}): Promise<Site> {
  const script = await bundledApp();
  const all: NonNullable<SiteOptions['files']> = {
    '/': {
      type: 'text/html',
      body: '<!doctype html><title>rx-deepgram</title><script src="/app.js"></script>',
    },
    '/app.js': { type: 'text/javascript', body: script },
    ...files,
  };
  const server = createServer((request, response) => {
    const file = all[request.url ?? ''];
    if (!file) return response.writeHead(404).end();
    if (contentSecurityPolicy) response.setHeader('content-security-policy', contentSecurityPolicy);
    return response.writeHead(200, { 'content-type': file.type }).end(file.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close, [Symbol.asyncDispose]: close };
}

let bundled: Promise<string> | undefined;

function bundledApp(): Promise<string> {
  return (bundled ??= build({
    entryPoints: [join(import.meta.dirname, 'app.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'app',
    target: 'es2023',
    conditions: ['rx-deepgram-source', 'browser'],
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? ''));
}
