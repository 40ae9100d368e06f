/** Raw audio inside a container: cut anywhere, it stays exact. */

/** The audio in a WAV file. */
export interface RawFormat {
  /** In Deepgram's words; `other` is PCM that it has no word for, such as 8 or 24 bits. */
  readonly encoding: 'linear16' | 'linear32' | 'mulaw' | 'alaw' | 'other';
  readonly sampleRate: number;
  readonly channels: number;
  /** Bytes of one frame: one sample of each channel. */
  readonly blockAlign: number;
}
