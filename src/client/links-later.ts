/** The half of the client that connects, behind the first script of a page. */
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

// Load now, not with the first session: the network may fail in between. A failed load is repeated when a session needs it.
loadLinks().catch(() => undefined);
