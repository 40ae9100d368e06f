/**
 * Transcripts as files.
 * @module rx-deepgram/captions
 */
export type { CaptionOptions, CaptionSource, CaptionSpeaker } from './cues.ts';
export { toSrt, toText, toWebVTT } from './formats.ts';
