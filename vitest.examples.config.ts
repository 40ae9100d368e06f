/** The example apps, installed from the packed library, built, served and driven: minutes, and a registry to install from. */
import { defineConfig } from 'vitest/config';
import base from './vitest.base.ts';

export default defineConfig({
  ...base,
  test: {
    include: ['test/examples/**/*.drive.ts'],
    reporters: ['verbose'],
    // One speech recogniser at a time: two would wait for each other.
    fileParallelism: false,
    // Meant to end a test that hangs, not to judge the machine.
    testTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 600_000,
  },
});
