/** The packed library on other engines than Node: installs them from a registry, 350 MB, into the system's temporary folder. */
import { defineConfig } from 'vitest/config';
import base from './vitest.base.ts';

export default defineConfig({
  ...base,
  test: {
    include: ['test/platforms/**/*.drive.ts'],
    reporters: ['verbose'],
    // Meant to end a test that hangs, not to judge the machine.
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
