/** Runs one session with its viewer. */
import { distinctUntilChanged, map, type Observable, Subject, takeUntil } from 'rxjs';
import {
  type AuthFunction,
  type ConnectionState,
  createLiveTranscription,
  type SessionReport,
} from '../../../index.ts';
import { mountViewer, type Viewer } from '../mount.ts';
import { type Wire, watchWire } from '../wire.ts';
import { pageClock } from './clock.ts';
import type { Feed } from './feed.ts';
import type { PageSession } from './session.ts';

/** A shown session. */
export interface Run {
  readonly feed: Feed;
  readonly viewer: Viewer;
  readonly wire: Wire;
  readonly report: Promise<SessionReport>;
  /** Whether there is a connection that could be broken. */
  readonly isConnected$: Observable<boolean>;
  /** Closes the session with a drain. */
  close(): void;
  /** Ends at once, and removes the viewer. */
  remove(): void;
}

const CONNECTED: readonly ConnectionState[] = ['streaming', 'idle-keepalive', 'draining'];

const NO_TOKEN = 'No token could be had. Is the key right, and the service within reach?';

/** Requests a temporary token for each attempt: the key stays on the server. */
function askForToken(say: (text: string) => void): AuthFunction {
  let isRefused = false;
  return async ({ signal }) => {
    const response = await fetch('/token', { method: 'POST', signal });
    if (isRefused || !response.ok) say(response.ok ? '' : NO_TOKEN);
    isRefused = !response.ok;
    if (isRefused) throw new Error(`The token endpoint answered HTTP ${response.status}.`);
    const { access_token: accessToken } = (await response.json()) as { access_token: string };
    return { accessToken };
  };
}

/** @param say Called with a text for the user, if audio or credentials fail. */
export function startRun(
  place: Element,
  { baseUrl, listen }: PageSession,
  feed: Feed,
  say: (text: string) => void,
): Run {
  const clock = pageClock;
  const wire = watchWire({ clock });
  const live = createLiveTranscription({
    auth: askForToken(say),
    baseUrl,
    listen,
    clock,
    transport: wire.transport,
  });
  const viewer = mountViewer(place, live, { wire, clock });
  const ended$ = new Subject<void>();
  live.status$.subscribe({ complete: () => ended$.next() });
  let settle: (report: SessionReport) => void;
  const report = new Promise<SessionReport>((resolve) => (settle = resolve));
  const close = () => void live.close().then((done) => settle(done));
  // A failed session also has a report.
  ended$.subscribe(close);
  feed.audio$.pipe(takeUntil(ended$)).subscribe({
    next: (frame) => live.send(frame),
    complete: close,
    error: (error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      close();
    },
  });
  return {
    feed,
    viewer,
    wire,
    report,
    isConnected$: live.status$.pipe(
      map(({ state }) => CONNECTED.includes(state)),
      distinctUntilChanged(),
    ),
    close: () => {
      ended$.next();
      close();
    },
    remove: () => {
      ended$.next();
      live.abort();
      viewer.unmount();
    },
  };
}
