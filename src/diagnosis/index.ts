/**
 * `explain()`, the flight recorder, and the readers of its recordings.
 * @module rx-deepgram/diagnosis
 */
export { type FlightStep, followFlight } from './follow-flight.ts';
export { explain, type Explanation, type FailureKind } from './explain/explain.ts';
export {
  type Flight,
  type FlightEntry,
  type FlightHeader,
  type MachineEvent,
  readFlight,
} from './recorder/flight.ts';
export { type FlightRecorder, type FlightSettings, recordFlight } from './recorder/record-flight.ts';
export { type Replay, replayFlight } from './recorder/replay-flight.ts';
export {
  type FlightCause,
  type FlightIncident,
  type FlightStory,
  tellFlight,
} from './recorder/flight-report.ts';
