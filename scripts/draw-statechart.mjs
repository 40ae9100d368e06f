// Draws docs/statechart.svg from the machine, and renews the generated tables of docs/machine.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createServer } from 'vite';

const root = dirname(import.meta.dirname);
const server = await createServer({
  root,
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
try {
  const files = /** @type {typeof import('./draw-statechart/files.ts')} */ (
    await server.ssrLoadModule('/scripts/draw-statechart/files.ts')
  );
  const specification = join(root, 'docs', 'machine.md');
  writeFileSync(join(root, 'docs', 'statechart.svg'), files.drawPicture());
  writeFileSync(specification, files.renewSpecification(readFileSync(specification, 'utf8')));
} finally {
  await server.close();
}
