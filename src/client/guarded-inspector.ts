import { Subject } from 'rxjs';
import type { InspectionEvent } from 'xstate';
import type { LiveTranscriptionOptions } from './options.ts';

/** Wraps the app's inspector, so that its errors do not reach `createActor` and every later event. */
export function guardedInspector(
  inspect: NonNullable<LiveTranscriptionOptions['inspect']>,
): Subject<InspectionEvent> {
  const events = new Subject<InspectionEvent>();
  events.subscribe(inspect);
  return events;
}
