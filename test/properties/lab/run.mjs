// Runs the proof in other processes, as many as wanted, and gathers what they say.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** More room for what lives shortly: a third less time for the collector. */
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=64'];

/**
 * @typedef {{ kind: 'breach', id: string, what: string, command: string, text: string }} BreachLine
 * @typedef {{ sessions: number, virtualMs: number, audioMs: number, steps: number, connections: number, worstSilenceMs: number, cells: string[] }} Total
 */

/** Lives sessions in one process.
 * @param {string} file
 * @param {{ trial: string, seed: number, path?: string, sessions: number | null, untilMs: number | null, covers?: boolean, shrinkMs?: number }} order
 * @param {(total: Total) => void} [progress]
 * @returns {{ pid: number | undefined, stop: () => void, done: Promise<{ breach: BreachLine | undefined, total: Total }> }}
 */
export function runWorker(file, order, progress = () => {}) {
  const child = spawn(
    process.execPath,
    [...NODE_OPTIONS, file, JSON.stringify({ covers: false, ...order })],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (complaint += text));
  /** @type {BreachLine | undefined} */
  let breach;
  /** @type {Total} */
  let total = {
    sessions: 0,
    virtualMs: 0,
    audioMs: 0,
    steps: 0,
    connections: 0,
    worstSilenceMs: 0,
    cells: [],
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = /** @type {BreachLine | (Total & { kind: 'progress' | 'done' })} */ (JSON.parse(line));
    if (said.kind === 'breach') breach = said;
    else progress((total = said));
  });
  /** @type {Promise<{ breach: BreachLine | undefined, total: Total }>} */
  const done = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 || code === null) resolve({ breach, total });
      else reject(new Error(`A process of the proof ended with ${code}:\n${complaint}`));
    });
  });
  return { pid: child.pid, stop: () => child.kill(), done };
}
