/** Finds and starts Chromium, and names the package to install if there is none. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';

/** The paths in distributions. `CHROMIUM` names another. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const REMEDY = `Install one (Debian: apt-get install chromium; anywhere: npx playwright install chromium) or name yours:
  CHROMIUM=/path/to/chrome npm run test:browser`;

/** As root, in a container, Chromium refuses to start with its sandbox. */
const isRoot = process.getuid?.() === 0;

const wish = process.env['CHROMIUM'];
const candidates = wish ? [wish] : [...PLACES, chromium.executablePath()];

export function requireChromium(): void {
  if (candidates.some((path) => existsSync(path))) return;
  throw new Error(
    `The browser tests need Chromium, and there is none at ${candidates.join(', ')}.\n${REMEDY}`,
  );
}

/**
 * Options for Playwright's `launch`, with the switches of a test. It does not look for a browser, since tools read the
 * configuration, too.
 */
export function launchOptions(...switches: readonly string[]) {
  return {
    executablePath: candidates.find((path) => existsSync(path)) ?? chromium.executablePath(),
    args: [...(isRoot ? ['--no-sandbox'] : []), ...switches],
  };
}

/** Starts a browser. */
export async function launchChromium(...switches: readonly string[]): Promise<Browser> {
  requireChromium();
  const browser = await chromium.launch(launchOptions(...switches));
  // The usual 30 s are little on a busy machine.
  browser.on('context', (context) => context.setDefaultTimeout(90_000));
  return browser;
}
