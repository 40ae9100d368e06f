/**
 * The door to diagnosis, and all of it that every app carries: the rest is loaded when somebody first listens. Facts that
 * come before are kept until then.
 */
import { catchError, defer, from, map, mergeMap, type Observable, share } from 'rxjs';
import type { Fact, ObservedSession } from './facts.ts';
import type * as Monitor from './monitor.ts';
import type { Notice } from './notices.ts';

let diagnosis: typeof Monitor | undefined;

/** Loads what explains facts. Later sessions have it at once. */
export async function loadDiagnosis(): Promise<typeof Monitor> {
  return (diagnosis ??= await import('./monitor.ts'));
}

/** For platforms that refuse `import()`. */
export function provideDiagnosis(loaded: typeof Monitor): void {
  diagnosis = loaded;
}

/** What is wrong with a session, why, and what to do; the watching begins with the first subscriber. */
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

/** Where the explanations cannot be loaded, the fact is still told. */
function unexplained(fact: Fact, cause: unknown): Notice {
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
