/** The half of the client that connects, loaded after the first script of a page. */
import type * as LinksCode from './links.ts';

let provided: typeof LinksCode | undefined;

export function linksCode(): typeof LinksCode | undefined {
  return provided;
}

export async function loadLinks(): Promise<typeof LinksCode> {
  return (provided ??= await import('./links.ts'));
}

/** For platforms that refuse `import()`. */
export function provideLinks(code: typeof LinksCode): void {
  provided = code;
}

// Loads it at once, not with the first session: the network that loaded the page still works. A failed load is repeated when it
// is needed.
loadLinks().catch(() => undefined);
