import { Subject } from 'rxjs';
import type { InspectionEvent } from 'xstate';
import type { LiveTranscriptionOptions } from './options.ts';

/** Between the two, so that an inspector that throws does not throw out of `createActor`, and of every event after it. */
export function guardedInspector(
  inspect: NonNullable<LiveTranscriptionOptions['inspect']>,
): Subject<InspectionEvent> {
  const events = new Subject<InspectionEvent>();
  events.subscribe(inspect);
  return events;
}
