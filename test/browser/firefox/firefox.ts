/** An installed Firefox, driven over WebDriver BiDi: Playwright drives only its own build, and its commands count as clicks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

/** The paths in distributions. `FIREFOX` names another. */
const PLACES = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
];

/** The path of Firefox, if it is installed. */
export const firefoxPath = [process.env['FIREFOX'] ?? '', ...PLACES].find((path) => existsSync(path));

type Preferences = Record<string, string | number | boolean>;

/** An allowed microphone with a tone of 1 kHz, and no welcome page. */
const PREFERENCES: Preferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
};

/** A command of WebDriver BiDi: its name and parameters, and its answer. */
type Call = (method: string, params: object) => Promise<Record<string, unknown>>;

/** One page. */
export class Tab {
  readonly #call: Call;
  readonly #context: unknown;

  constructor(call: Call, context: unknown) {
    this.#call = call;
    this.#context = context;
  }

  async visit(url: string): Promise<void> {
    await this.#call('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  async back(): Promise<void> {
    await this.#call('browsingContext.traverseHistory', { context: this.#context, delta: -1 });
  }

  /** Sets the page offline, with its event; open connections stay. */
  async setOffline(isOffline: boolean): Promise<void> {
    const networkConditions = isOffline ? { type: 'offline' } : null;
    await this.#call('emulation.setNetworkConditions', { contexts: [this.#context], networkConditions });
  }

  /** Runs a function in the page, without its closure, and returns the result. */
  async run<Args extends unknown[], Answer>(
    work: (...args: Args) => Answer,
    ...args: Args
  ): Promise<Awaited<Answer>> {
    const call = `(${work.toString()})(...${JSON.stringify(args)})`;
    const answer = await this.#call('script.evaluate', {
      expression: `(async () => JSON.stringify(await ${call}))()`,
      target: { context: this.#context },
      awaitPromise: true,
    });
    const { result, exceptionDetails } = answer as {
      result?: { value?: string };
      exceptionDetails?: { text: string };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    // What is `undefined` there has no text.
    return (result?.value && JSON.parse(result.value)) as Awaited<Answer>;
  }
}

export class Firefox implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #call: Call;

  private constructor(process: ChildProcess, profile: string, call: Call) {
    this.#process = process;
    this.#profile = profile;
    this.#call = call;
  }

  static async launch(preferences: Preferences = {}): Promise<Firefox> {
    if (firefoxPath === undefined) throw new Error(`There is no Firefox at ${PLACES.join(', ')}.`);
    const profile = mkdtempSync(join(tmpdir(), 'rx-deepgram-profile-'));
    const lines = Object.entries({ ...PREFERENCES, ...preferences }).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, 'user.js'), lines.join(''));
    const options = ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile];
    // In a process group of its own, so that all its processes can be stopped at once.
    const browser = spawn(firefoxPath, options, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      browser.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1];
        if (found) resolve(found);
      });
      browser.once('exit', () => reject(new Error(`Firefox ended: ${said}`)));
    });
    const call = await connect(`${address}/session`);
    await call('session.new', { capabilities: {} });
    return new Firefox(browser, profile, call);
  }

  /** Opens a tab in front of the others. */
  async open(url: string): Promise<Tab> {
    const { context } = await this.#call('browsingContext.create', { type: 'tab' });
    const tab = new Tab(this.#call, context);
    await tab.visit(url);
    return tab;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    process.kill(-(this.#process.pid as number), 'SIGKILL');
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function connect(url: string): Promise<Call> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<number, (answer: Answer) => void>();
  let lastId = 0;
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  return (method, params) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, ({ result, message }) => {
        if (result) resolve(result);
        else reject(new Error(`${method}: ${message}`));
      });
      socket.send(JSON.stringify({ id: lastId, method, params }));
    });
}

interface Answer {
  id?: number;
  result?: Record<string, unknown>;
  message?: string;
}
