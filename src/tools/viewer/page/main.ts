/** Entry of the page's bundle: fetches the description of the session, and shows it. */
import type { Observable } from 'rxjs';
import { type CaptureStatus, microphone } from '../../../browser/index.ts';
import { html } from '../dom.ts';
import { PAGE_STYLE } from '../style/page.ts';
import { openApp } from './app.ts';
import { pageClock } from './clock.ts';
import { type Feed, liveFeed, recordingFeed } from './feed.ts';
import { openFlight } from './flight.ts';
import { startRun } from './run.ts';
import type { PageFlight, PageSession } from './session.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(PAGE_STYLE);
document.adoptedStyleSheets = [sheet];

const page = document.body;
// A recording that is dropped beside the viewer would take the place of the page.
for (const kind of ['dragover', 'drop']) page.addEventListener(kind, (event) => event.preventDefault());
try {
  const session = (await (await get('/session')).json()) as PageSession | PageFlight;
  if ('flight' in session) {
    openFlight(page, { name: session.flight, text: await (await get('/flight')).text() });
  } else {
    const makeFeed = await sourceOf(session);
    openApp(page, session, (place, say) => startRun(place, session, makeFeed(say), say));
  }
} catch (error) {
  page.append(html('p', { role: 'alert' }, `This page could not start: ${String(error)}`));
}

async function get(path: string): Promise<Response> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response;
}

/** Creates the audio of a session: the recording from its beginning, or a newly opened microphone. */
type FeedMaker = (say: (text: string) => void) => Feed;

async function sourceOf({ recording, listen, breaksHere }: PageSession): Promise<FeedMaker> {
  if (!recording) return (say) => liveFeed(listenIn(listen.sample_rate ?? 16_000, say));
  const samples = new Uint8Array(await (await get('/recording')).arrayBuffer());
  const { bytesPerSecond } = recording;
  // Deepgram's own service is paid for by the second.
  return () => recordingFeed(samples, { bytesPerSecond, clock: pageClock, loops: !breaksHere });
}

const MICROPHONE_WORDS: Record<CaptureStatus, string> = {
  starting: 'Waiting for the microphone …',
  live: '',
  muted: 'The microphone is muted.',
  silent: 'The microphone gives nothing but zeros: is it switched off?',
  blocked: 'Click anywhere, so that the browser lets this page hear.',
};

function listenIn(sampleRate: number, say: (text: string) => void): Observable<Uint8Array> {
  return microphone({
    sampleRate,
    workletUrl: '/capture-worklet.js',
    onStatus: (status) => say(MICROPHONE_WORDS[status]),
  });
}
