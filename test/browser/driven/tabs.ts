/**
 * Chromium with several tabs, of which only one is visible. Playwright gives every page the focus, so the DevTools protocol
 * drives the tabs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { launchOptions, requireChromium } from '../chromium.ts';

/** Instead of after five minutes, timers are slowed to one a minute as soon as a tab is hidden. */
export const THROTTLE_AT_ONCE = '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/1';

/** The DevTools protocol: a method's name and parameters, and its answer. */
type Call = (method: string, params?: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** One page. */
export class Tab {
  readonly #call: Call;
  readonly #show: () => Promise<unknown>;

  constructor(call: Call, show: () => Promise<unknown>) {
    this.#call = call;
    this.#show = show;
  }

  /** Runs a function in the page, without its closure, and returns the result. */
  async run<Answer>(work: (() => Answer) | string): Promise<Awaited<Answer>> {
    const expression = typeof work === 'string' ? `void (${work})` : `(${work.toString()})()`;
    const answer = await this.#call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    const { result, exceptionDetails } = answer as {
      result: { value?: unknown };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'The page threw.');
    return result.value as Awaited<Answer>;
  }

  /** Brings it to the front, by which all others are hidden. */
  async show(): Promise<void> {
    await this.#show();
  }

  /** Freezes the page, as browsers do to save energy or for the back button. */
  async setLifecycle(state: 'frozen' | 'active'): Promise<void> {
    await this.#call('Page.setWebLifecycleState', { state });
  }
}

export class TabbedBrowser implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #host: string;
  readonly #call: Call;

  private constructor(process: ChildProcess, profile: string, host: string, call: Call) {
    this.#process = process;
    this.#profile = profile;
    this.#host = host;
    this.#call = call;
  }

  static async launch(...switches: readonly string[]): Promise<TabbedBrowser> {
    requireChromium();
    const { executablePath, args } = launchOptions(...switches);
    const profile = mkdtempSync(join(tmpdir(), 'rx-deepgram-profile-'));
    const all = [
      ...args,
      '--headless',
      '--no-first-run',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
    ];
    // In a process group of its own, so that all its processes can be stopped at once.
    const browser = spawn(executablePath, all, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      browser.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
        if (found) resolve(found);
      });
      browser.on('exit', () => reject(new Error(`Chromium ended: ${said}`)));
    });
    return new TabbedBrowser(browser, profile, new URL(address).host, await connect(address));
  }

  /** Opens a tab in front of the others. */
  async open(url: string): Promise<Tab> {
    const { targetId } = await this.#call('Target.createTarget', { url });
    const call = await connect(`ws://${this.#host}/devtools/page/${targetId as string}`);
    const tab = new Tab(call, () => this.#call('Target.activateTarget', { targetId }));
    // At first it shows an empty page, which is complete, too.
    const seen = `${url} complete`;
    const isLoaded = async () => (await tab.run(() => `${location.href} ${document.readyState}`)) === seen;
    while (!(await isLoaded())) await new Promise((resolve) => setTimeout(resolve, 20));
    return tab;
  }

  /** The laptop is shut: no process of the browser runs. */
  sleep(): void {
    process.kill(-(this.#process.pid as number), 'SIGSTOP');
  }

  /** And opened again. */
  wake(): void {
    process.kill(-(this.#process.pid as number), 'SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    process.kill(-(this.#process.pid as number), 'SIGKILL');
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Opens a way to the DevTools of a browser or a page. */
async function connect(url: string): Promise<Call> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<number, (message: Answer) => void>();
  let lastId = 0;
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Answer;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  return (method, params = {}) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, ({ result, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
      socket.send(JSON.stringify({ id: lastId, method, params }));
    });
}

interface Answer {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}
