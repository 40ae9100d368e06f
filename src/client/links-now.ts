/** The half of the client that connects, at once: outside pages a second file saves nothing. */
import * as code from './links.ts';

export function linksCode(): typeof code | undefined {
  return code;
}

export function loadLinks(): Promise<typeof code> {
  return Promise.resolve(code);
}

/** For platforms that refuse `import()`. */
export function provideLinks(_code: typeof code): void {
  // It is there.
}
