/** The half of the client that connects, imported directly: outside pages a second file has no benefit. */
import * as code from './links.ts';

export function linksCode(): typeof code | undefined {
  return code;
}

export function loadLinks(): Promise<typeof code> {
  return Promise.resolve(code);
}

/** For platforms that refuse `import()`. */
export function provideLinks(_code: typeof code): void {
  // It is loaded.
}
