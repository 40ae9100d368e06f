/** The example apps in Firefox: they show text, report a lost network, and keep the text. */
import { describe, expect, test, vi } from 'vitest';
import { type AppName, startAppSite } from '../apps/site.ts';
import { Firefox, firefoxPath, type Tab } from './firefox.ts';

const SLOW = { timeout: 90_000, interval: 200 };

const textOf = (tab: Tab, selector: string) =>
  tab.run((where) => document.querySelector<HTMLElement>(where)?.innerText ?? '', selector);
const shows = (tab: Tab, selector: string, text: RegExp) =>
  vi.waitFor(async () => expect(await textOf(tab, selector)).toMatch(text), SLOW);
const press = (tab: Tab, name: string) =>
  tab.run((label) => {
    const buttons = [...document.querySelectorAll('button')];
    buttons.find((button) => button.textContent.trim() === label)?.click();
  }, name);

describe.runIf(firefoxPath)('in Firefox', () => {
  test.each<AppName>(['react', 'angular'])(
    'the %s app writes, says that it is late, and keeps the text',
    async (app) => {
      await using site = await startAppSite(app);
      await using firefox = await Firefox.launch();
      const tab = await firefox.open(site.url);
      await shows(tab, '.status', /Off/);
      await press(tab, 'Start');
      await shows(tab, '[role=log]', /0009/);
      site.isAway = true;
      await press(tab, 'Cut the network');
      await shows(tab, '.status', /Reconnecting.*\d s behind/s);
      site.isAway = false;
      await shows(tab, '[role=log]', /reconnected\s+\d:\d\d/);
      await press(tab, 'Stop');
      await shows(tab, '.status', /Off/);
      expect(await textOf(tab, '[role=log]')).toMatch(/0001[\s\S]*reconnected/);
      expect(await tab.run(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    },
  );
});
