/**
 * Checks a session for the problems in the troubleshooting guides. Reports each once when it begins and once when it is over. It
 * only reads.
 */
import { Observable } from 'rxjs';
import type { Fact, ObservedSession } from './observed-session.ts';
import { NoticeBoard } from './notice-board.ts';
import { createNotice, type Notice } from './notices.ts';
import { watchConnections } from './watches/connections.ts';
import { watchLink } from './watches/link.ts';
import { watchPace } from './watches/pace.ts';
import { watchParameters } from './watches/parameters.ts';
import { watchSound } from './watches/sound.ts';
import { watchSource } from './watches/source.ts';
import { TICK_MS, watchTime } from './watches/time.ts';
import type { Watch } from './watches/watch.ts';

const WATCHES = [watchParameters, watchSource, watchSound, watchPace, watchTime, watchLink, watchConnections];

/** Facts that last: the watch that detects their end raises them. */
const LASTING = new Set([
  'audio-refused',
  'catching-up',
  'connection-suspended',
  'empty-audio',
  'format-doubtful',
  'timer-late',
]);

/** A fact, explained. */
export function noticeOf({ code, evidence, at, cause }: Fact): Notice {
  return createNotice(code, 'event', evidence, at, at, cause);
}

/** The notices of one session. Watching ends with the session or the subscription. */
export function monitor(session: ObservedSession): Observable<Notice> {
  const { status$, messages$, facts$ } = session;
  const { clock } = session.options;
  return new Observable((subscriber) => {
    const board = new NoticeBoard(clock, (notice) => subscriber.next(notice));
    const watches: Watch[] = WATCHES.map((start) => start(board, session));
    const hearing = watches.filter((watch) => watch.audio !== undefined);
    let timer: unknown;

    const tick = () => {
      timer = clock.setTimeout(tick, TICK_MS);
      for (const watch of watches) watch.tick?.(clock.now());
    };
    const rest = () => {
      clock.clearTimeout(timer);
      timer = undefined;
    };
    session.tapAudio((bytes, now) => {
      for (const watch of hearing) watch.audio?.(bytes, now);
    });
    subscriber.add(() => {
      rest();
      session.tapAudio(undefined);
    });
    subscriber.add(
      messages$.subscribe((message) => {
        for (const watch of watches) watch.message?.(message, clock.now());
      }),
    );
    subscriber.add(
      status$.subscribe((status) => {
        for (const watch of watches) watch.status?.(status, clock.now());
        const { phase } = status;
        if (phase === 'waiting' || phase === 'closed' || phase === 'failed') rest();
        else timer ??= clock.setTimeout(tick, TICK_MS);
      }),
    );
    subscriber.add(
      facts$.subscribe({
        next: (fact) => {
          if (!LASTING.has(fact.code)) board.tell(fact.code, fact.evidence, fact.at, fact.cause);
          for (const watch of watches) watch.fact?.(fact, clock.now());
        },
        complete: () => subscriber.complete(),
      }),
    );
  });
}
