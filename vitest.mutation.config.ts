/** What a mutant is tried against: everything that looks at the planes, and nothing that needs a build, a browser or minutes. */
import { mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

export default mergeConfig(config, {
  test: {
    include: [
      'test/{control,data,protocol,system}/**/*.test.ts',
      'test/properties/{guarantees,coverage}.test.ts',
    ],
    // Bundles the sources from the disk, where no mutant is.
    exclude: ['test/properties/planted.test.ts'],
  },
});
