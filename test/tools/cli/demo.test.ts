/** The demo where only this package is installed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runDemo } from '../../../src/tools/cli/demo/demo.ts';
import { startVosk } from '../../../src/testing/index.ts';

test('plays test tones where no recogniser is installed, and names the command that installs one', async () => {
  const packagesFrom = mkdtempSync(join(tmpdir(), 'rx-deepgram-demo-'));
  onTestFinished(() => rmSync(packagesFrom, { recursive: true }));
  const controller = new AbortController();
  let printed = '';
  const stdout = {
    write: (text: string) => {
      printed += text;
      if (printed.includes('s of test tones')) controller.abort();
      return true;
    },
  };
  const load = () => startVosk({ packagesFrom });
  const code = await runDemo(
    {},
    { stdout: stdout as unknown as NodeJS.WriteStream, env: {} },
    controller.signal,
    load,
  );
  expect(code, 'ended by the signal').toBeUndefined();
  expect(printed).toMatch(/Test tones instead of human speech\. .*Run `npm install [^`]+@[\d.]+`\.\n/);
  expect(printed).toMatch(/27 s of test tones · local emulator/);
  expect(printed, 'after Ctrl-C').toMatch(
    /Interrupted after [\d.]+ s: 0\.0 s of [\d.]+ s of audio confirmed, 0\.0 s dropped,\s0 words, 0\sreconnects\.\n$/,
  );
});
