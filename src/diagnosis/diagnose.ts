/**
 * The entry to diagnosis, and the only part in every app. The rest loads with the first subscription; earlier facts are kept until
 * then.
 */
import { catchError, defer, from, map, mergeMap, type Observable, share } from 'rxjs';
import type { Fact, ObservedSession } from './observed-session.ts';
import type * as Monitor from './monitor.ts';
import type { Notice } from './notices.ts';

let diagnosis: typeof Monitor | undefined;

/** Loads the code that explains facts. Later sessions have it at once. */
export async function loadDiagnosis(): Promise<typeof Monitor> {
  return (diagnosis ??= await import('./monitor.ts'));
}

/** For platforms that refuse `import()`. */
export function provideDiagnosis(loaded: typeof Monitor): void {
  diagnosis = loaded;
}

/** The notices of a session; watching begins with the first subscriber. */
export function diagnose(session: ObservedSession): Observable<Notice> {
  return defer(() =>
    diagnosis
      ? diagnosis.monitor(session)
      : from(loadDiagnosis()).pipe(
          mergeMap(({ monitor }) => monitor(session)),
          catchError((cause: unknown) => session.facts$.pipe(map((fact) => unexplained(fact, cause)))),
        ),
  ).pipe(share({ resetOnRefCountZero: false, resetOnComplete: false, resetOnError: false }));
}

/** The fact without an explanation, for when the code cannot be loaded. */
export function unexplained(fact: Fact, cause: unknown): Notice {
  return {
    ...fact,
    stage: 'event',
    severity: 'warning',
    message: fact.code,
    remedy: "See the cause. Where import() is refused, import 'rx-deepgram/static' first.",
    docs: '',
    since: fact.at,
    cause: fact.cause ?? cause,
  };
}
