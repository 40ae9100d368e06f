/**
 * What only a browser can show. `page` runs inside a page of Chromium; `driven` runs in Node and drives Chromium from outside,
 * with pages that are hidden, frozen, refused the microphone, or built by a bundler.
 */
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { launchOptions } from './test/browser/chromium.ts';
import { emulatorCommands } from './test/browser/page/emulator-commands.ts';
import base from './vitest.base.ts';

// Node 20 may wait for ever for handles of add-ons that nobody closes, after the last line is printed; this leaves at once.
process.once('exit', () => process.exit());

export default defineConfig({
  ...base,
  test: {
    reporters: ['verbose'],
    // They wait more than they work: for sound, which comes as fast as time, and for tabs to be forgotten.
    maxWorkers: 4,
    // Vitest's own socket to the page does not always close with it, and would be waited for.
    teardownTimeout: 1_000,
    projects: [
      {
        ...base,
        test: {
          name: 'page',
          include: ['test/browser/page/**/*.test.ts'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: launchOptions() }),
            instances: [{ browser: 'chromium' }],
            commands: emulatorCommands,
            api: { host: '127.0.0.1' },
          },
        },
      },
      {
        ...base,
        test: {
          name: 'driven',
          include: ['test/browser/driven/**/*.test.ts'],
          maxWorkers: 4,
          // Meant to end a test that hangs, not to judge the machine.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
});
