// Puts real speech through every fault, and prints what each has done to the words. Exit code 1 if one has lost or doubled any.
import { dirname } from 'node:path';
import { createServer } from 'vite';

const conditions = ['rx-deepgram-source', 'node', 'import', 'default'];
const server = await createServer({
  root: dirname(import.meta.dirname),
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  ssr: { resolve: { conditions } },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
try {
  const speech = /** @type {typeof import('../test/speech/compare-all.ts')} */ (
    await server.ssrLoadModule('/test/speech/compare-all.ts')
  );
  const isSound = await speech.compareAll((text) => process.stdout.write(text));
  if (!isSound) process.exitCode = 1;
} finally {
  await server.close();
}
