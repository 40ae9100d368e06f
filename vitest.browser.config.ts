/**
 * What only a browser can show. `page` runs inside a page of Chromium; `driven` runs in Node and drives Chromium from outside,
 * with pages that are hidden, frozen, refused the microphone, or built by a bundler.
 */
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { launchOptions } from './test/browser/chromium.ts';
import { emulatorCommands } from './test/browser/page/emulator-commands.ts';
import base from './vitest.config.ts';

export default defineConfig({
  ...base,
  test: {
    reporters: ['verbose'],
    projects: [
      {
        ...base,
        test: {
          name: 'page',
          include: ['test/browser/page/**/*.test.ts'],
          testTimeout: 30_000,
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
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
