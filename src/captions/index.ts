/** The public names of `rx-deepgram/captions`: transcripts as files, for those who ask. */
export type { CaptionOptions, CaptionSource, CaptionSpeaker } from './cues.ts';
export { toSrt, toText, toWebVTT } from './formats.ts';
