import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['rx-deepgram-source'] },
  ssr: { resolve: { conditions: ['rx-deepgram-source', 'node', 'import', 'default'] } },
  test: {
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    reporters: ['default'],
  },
});
