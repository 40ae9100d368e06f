// Builds dist/ from src/ with the TypeScript compiler: one file out for each file in, without those that no entry reaches. Only the
// page of the viewer is bundled.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { writeBrowserScripts } from './inline-browser-scripts.mjs';
import { bundleViewer } from './bundle-viewer.mjs';
import { pruneDist } from './prune-dist.mjs';

const root = dirname(import.meta.dirname);
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

// Otherwise the output of a removed source would be published.
rmSync(join(root, 'dist'), { recursive: true, force: true });

const complaints = process.stderr.fd;
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
  stdio: ['ignore', complaints, complaints],
});
if (status !== 0) process.exit(status ?? 1);
pruneDist(root);
// The compiler does not copy other files.
const controlPage = join('testing', 'emulator', 'control', 'page.html');
copyFileSync(join(root, 'src', controlPage), join(root, 'dist', controlPage));
chmodSync(join(root, 'dist', 'tools', 'cli', 'main.js'), 0o755);
await writeBrowserScripts(join(root, 'dist'));
await bundleViewer(join(root, 'dist', 'tools', 'viewer', 'bundle'));
