/** Where the page's bundle begins: asks its server what there is to show, and shows it. */
import { html } from '../dom.ts';
import { PAGE_STYLE } from '../style/page.ts';
import { openApp } from './app.ts';
import { type Feed, recordingFeed } from './feed.ts';
import { startRun } from './run.ts';
import type { PageSession } from './session.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(PAGE_STYLE);
document.adoptedStyleSheets = [sheet];

const page = document.body;
try {
  const session = (await (await get('/session')).json()) as PageSession;
  const makeFeed = await sourceOf(session);
  openApp(page, session, (place, failed) => startRun(place, session, makeFeed(), failed));
} catch (error) {
  page.append(html('p', { role: 'alert' }, `This page could not start: ${String(error)}`));
}

async function get(path: string): Promise<Response> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response;
}

async function sourceOf({ recording }: PageSession): Promise<() => Feed> {
  if (!recording) throw new Error('no microphone yet');
  const samples = new Uint8Array(await (await get('/recording')).arrayBuffer());
  return () => recordingFeed(samples, recording.bytesPerSecond);
}
