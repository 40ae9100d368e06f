/**
 * A format not known here. It is refused at the first byte, and what the demuxer does with a stream that is refused
 * is the best that can be done: the first chunk is kept as the header, the caller's chunks are the places to start.
 * That is right for a recorder that writes its header first, alone or with audio.
 */
import { type Grammar, REFUSED } from './demuxer.ts';

export function unknownGrammar(refusal = 'none that we know'): Grammar {
  return { exact: false, refusal, measure: () => REFUSED, read: () => ({ kind: 'lead' }) };
}
