/** Real browsers that refuse the microphone or the audio thread. */
import type { Browser, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { captureWorklet, clockWorker } from '../../../src/browser/inlined-scripts.ts';
import { launchChromium } from '../chromium.ts';
import { startSite, type SiteOptions } from './site.ts';

const FAKE_DEVICE = '--use-fake-device-for-media-stream';
const ALLOWED = '--use-fake-ui-for-media-stream';

/** A page in a browser of its own. */
async function visit(
  look: (page: Page, browser: Browser) => Promise<void>,
  { switches = [], ...site }: SiteOptions & { switches?: string[] } = {},
): Promise<void> {
  const browser = await launchChromium(...switches);
  try {
    await using open = await startSite(site);
    const page = await browser.newPage();
    await page.goto(open.url);
    await look(page, browser);
  } finally {
    await browser.close();
  }
}

/** In the page: waits for a second chunk, and returns the end and the statuses. */
async function listen(page: Page, options: Parameters<typeof app.microphone>[0] = {}) {
  return page.evaluate(async (options) => {
    const statuses: string[] = [];
    const onStatus = (status: string) => statuses.push(status);
    const heard = await app.hear(app.microphone({ ...options, onStatus }), 2);
    return { end: heard.end, statuses };
  }, options);
}

describe('microphone()', () => {
  test('reports that the user does not allow it', async () => {
    await visit(
      async (page) => {
        const { end, statuses } = await listen(page);
        expect(end).toMatchObject({ reason: 'microphone-refused' });
        expect(end).toMatchObject({ message: expect.stringContaining('site settings') as string });
        expect(statuses).toEqual(['starting']);
      },
      { switches: [FAKE_DEVICE, '--deny-permission-prompts'] },
    );
  });

  test('reports that there is no microphone', async () => {
    await visit(
      async (page) => expect((await listen(page)).end).toMatchObject({ reason: 'microphone-missing' }),
      { switches: [ALLOWED] },
    );
  });

  test('reports that no microphone fits the constraints', async () => {
    await visit(
      async (page) => {
        const { end } = await listen(page, { constraints: { deviceId: { exact: 'gone' } } });
        expect(end).toMatchObject({ reason: 'microphone-missing' });
      },
      { switches: [FAKE_DEVICE, ALLOWED] },
    );
  });

  test('reports a permission that is withdrawn during use', async () => {
    await visit(
      async (page) => {
        const context = page.context();
        await context.grantPermissions(['microphone']);
        const hearing = page.evaluate(() =>
          app.hear(app.microphone().pipe(app.rxjs.tap(() => document.body.append('♪')))),
        );
        await page.waitForFunction(() => document.body.innerText.length > 2);
        await context.clearPermissions();
        const { end, sizes } = await hearing;
        expect(end).toMatchObject({ reason: 'microphone-lost' });
        expect(sizes.length).toBeGreaterThan(2);
      },
      { switches: [FAKE_DEVICE] },
    );
  });

  test('reports a page without a secure context', async () => {
    await visit(
      async (page) => {
        const { port } = new URL(page.url());
        await page.goto(`http://unsafe.test:${port}/`);
        expect((await listen(page)).end).toMatchObject({ reason: 'microphone-unsupported' });
      },
      { switches: [FAKE_DEVICE, ALLOWED, '--host-resolver-rules=MAP unsafe.test 127.0.0.1'] },
    );
  });
});

describe('where sound may only be processed after a click', () => {
  const switches = [FAKE_DEVICE, ALLOWED, '--autoplay-policy=document-user-activation-required'];

  /**
   * The reports of the page after loading. The page sends them by itself, since code that Playwright evaluates counts as a
   * click.
   */
  async function overhear(page: Page, source: 'microphone' | 'stream'): Promise<string[]> {
    const said: string[] = [];
    page.on('request', (request) => {
      const word = /\/say\/(.*)/.exec(request.url())?.[1];
      if (word) said.push(word);
    });
    await page.addInitScript((source) => {
      addEventListener('DOMContentLoaded', () => {
        const onStatus = (word: string) => void fetch(`/say/${word}`);
        const { stream } = new AudioContext().createMediaStreamDestination();
        const chunks$ =
          source === 'stream' ? app.fromMediaStream(stream, { onStatus }) : app.microphone({ onStatus });
        chunks$.pipe(app.rxjs.take(1)).subscribe(() => onStatus('chunk'));
      });
    }, source);
    await page.reload();
    return said;
  }

  test('fromMediaStream() waits for one, reports it, and goes on by itself', async () => {
    await visit(
      async (page) => {
        const said = await overhear(page, 'stream');
        await expect.poll(() => said).toContain('blocked');
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(said).toEqual(['starting', 'blocked']);
        await page.mouse.click(10, 10);
        await expect.poll(() => said).toEqual(['starting', 'blocked', 'live', 'chunk']);
      },
      { switches },
    );
  });

  test('microphone() needs none, since a page that may listen may process what it hears', async () => {
    await visit(
      async (page) => {
        const said = await overhear(page, 'microphone');
        await expect
          .poll(() => said.filter((word) => word !== 'blocked'))
          .toEqual(['starting', 'live', 'chunk']);
      },
      { switches },
    );
  });
});

describe('under a strict Content-Security-Policy', () => {
  const switches = [FAKE_DEVICE, ALLOWED];
  const contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'";
  const files = {
    '/capture-worklet.js': { type: 'text/javascript', body: captureWorklet },
    '/clock-worker.js': { type: 'text/javascript', body: clockWorker },
  };

  test('microphone() names the remedy', async () => {
    await visit(
      async (page) => {
        const { end } = await listen(page);
        expect(end).toMatchObject({ reason: 'worklet-failed' });
        expect(end).toMatchObject({ message: expect.stringContaining('as workletUrl') as string });
      },
      { switches, contentSecurityPolicy },
    );
  });

  test('microphone() works with a file of the site', async () => {
    await visit(
      async (page) => {
        const { end, statuses } = await listen(page, { workletUrl: '/capture-worklet.js' });
        expect({ end, statuses }).toEqual({ end: 'unsubscribed', statuses: ['starting', 'live'] });
      },
      { switches, contentSecurityPolicy, files },
    );
  });

  test('reports a missing worklet', async () => {
    await visit(
      async (page) => {
        const { end } = await listen(page, { workletUrl: '/lost.js' });
        expect(end).toMatchObject({ message: expect.stringContaining('from /lost.js') as string });
      },
      { switches, contentSecurityPolicy, files },
    );
  });
});
