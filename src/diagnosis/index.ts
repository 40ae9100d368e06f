/**
 * `explain()`, the flight recorder, the readers of its recordings, and the analysis of audio.
 * @module rx-deepgram/diagnosis
 */
export {
  type AudioFacts,
  audioFacts,
  CLIPPED_SHARE,
  type DeclaredFormat,
  FAINT_RMS,
} from './audio/facts.ts';
export { type FlightStep, followFlight } from './follow-flight.ts';
export { explain, type Explanation, type FailureKind } from './explain/explain.ts';
export { decibels, type Level } from './audio/level.ts';
export {
  bytesPerSecondOf,
  type Doubt,
  type Likeness,
  type RawFormat,
  rivalFormats,
} from './audio/plausibility.ts';
export { isSampleEncoding, type SampleEncoding } from './audio/samples.ts';
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
