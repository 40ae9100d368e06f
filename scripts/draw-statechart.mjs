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
  const { connectionMachine } = await server.ssrLoadModule('/src/control/connection-machine.ts');
  const { graphOf } = await server.ssrLoadModule('/scripts/draw-statechart/graph.ts');
  const { drawStatechart } = await server.ssrLoadModule('/scripts/draw-statechart/svg.ts');
  writeFileSync(join(root, 'docs', 'statechart.svg'), drawStatechart(graphOf(connectionMachine)));

  const { renewTables } = await server.ssrLoadModule('/test/control/tables.ts');
  const specification = join(root, 'docs', 'machine.md');
  writeFileSync(specification, renewTables(readFileSync(specification, 'utf8')));
} finally {
  await server.close();
}
