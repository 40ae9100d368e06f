/**
 * MP3 and AAC in ADTS: every frame begins with a sync word and says how to decode it, so a decoder finds its way in
 * from anywhere and no header is needed. Pieces are the caller's chunks; durations are not read.
 */
import type { Grammar } from './demuxer.ts';

export function mpegGrammar(): Grammar {
  return {
    exact: false,
    measure: (bytes) => bytes.length,
    read: () => ({ kind: 'audio', boundary: true }),
  };
}
