/**
 * Microphones and media streams as sources, and a clock that runs in hidden tabs.
 * @module rx-deepgram/browser
 */
export type { CaptureOptions, CaptureStatus } from './capture.ts';
export { fromMediaStream } from './media-stream.ts';
export { microphone, type MicrophoneOptions } from './microphone.ts';
export { workerClock, type WorkerClockOptions } from './worker-clock.ts';
