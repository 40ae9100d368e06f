/** For daily work: what needs no server, no socket and no process. */
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: [
      'test/*.test.ts',
      'test/{bindings,control,data,diagnosis,inspect,protocol,sources,viewer}/**/*.test.{ts,tsx}',
      'test/browser/*.test.ts',
      'test/testing/{clock,media,network,recognisers}/**/*.test.ts',
    ],
    exclude: ['test/tools/viewer/{page-server,show}.test.ts'],
  },
});
