/** For daily work: what needs no server, no socket and no process. */
import { defineConfig } from 'vitest/config';
import base from './vitest.base.ts';

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: [
      'test/*.test.ts',
      'test/{adapters,audio,client,connection,diagnosis,inspect,link,protocol,transcript}/**/*.test.{ts,tsx}',
      'test/tools/{sources,viewer}/**/*.test.ts',
      'test/browser/*.test.ts',
      'test/testing/{clock,media,network,recognisers}/**/*.test.ts',
    ],
    exclude: ['test/adapters/deepgram-sdk-sockets.test.ts', 'test/tools/viewer/{page-server,show}.test.ts'],
  },
});
