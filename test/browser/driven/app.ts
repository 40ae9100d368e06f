/** What the pages of these tests have at hand, as `app`. */
export * as rxjs from 'rxjs';
export * from '../../../src/index.ts';
