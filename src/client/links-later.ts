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

// At once, and not with the first session: what the page could load, this can be loaded with. It is asked for again where it is needed.
loadLinks().catch(() => undefined);
