/** A session on each engine, with the published package. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cut, numberedRecogniser, startEmulator } from '../../src/testing/index.ts';
import { type Consumer, installPacked } from '../package/packed.ts';
import { ENGINES, installEngines } from './engines.ts';

const WORDS = Array.from({ length: 12 }, (_, index) => String(index + 1).padStart(4, '0'));

let consumer: Consumer;

beforeAll(async () => {
  [consumer] = await Promise.all([installPacked(), installEngines()]);
  for (const name of ['job.mjs', 'program.mjs', 'worker.mjs']) {
    copyFileSync(join(import.meta.dirname, name), join(consumer.folder, name));
  }
});
afterAll(() => consumer[Symbol.dispose]());

describe.each(Object.entries(ENGINES))('on %s', (_name, engine) => {
  test('a session outlives a pause and a cut, and no word is lost [G1 G3]', async () => {
    // A pause without KeepAlives would end the connection.
    await using emulator = await startEmulator({ recogniser: numberedRecogniser, idleTimeoutMs: 5_000 });
    emulator.onConnection(1, cut({ afterAudioMs: 4_500 }));
    const result = await engine.run(consumer.folder, emulator.url, 'good');
    expect(result).toMatchObject({ words: WORDS, outcome: 'drained', connections: 2, attempts: 2 });
    // The explanations are loaded when somebody listens.
    expect(result).toHaveProperty('notices', expect.arrayContaining(['connection-lost']));
    expect((result as { keepAlives: number }).keepAlives).toBeGreaterThanOrEqual(3);
  });

  test('a wrong key ends the session, at once where the handshake shows its status [G7]', async () => {
    await using emulator = await startEmulator({ recogniser: numberedRecogniser });
    const result = await engine.run(consumer.folder, emulator.url, 'wrong-key');
    expect(result).toMatchObject(
      engine.showsStatus
        ? { outcome: 'failed', reason: 'unauthorized', status: 401, attempts: 1 }
        : { outcome: 'failed', reason: 'retries-exhausted' },
    );
  });
});
