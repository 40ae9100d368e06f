/**
 * A format not known here. It is refused at the first byte. The demuxer then keeps the first chunk as the header, and a replay
 * may start at any of the caller's chunks. That is right for a recorder that writes its header first, alone or with audio.
 */
import { type Grammar, REFUSED } from './demuxer.ts';

export function unknownGrammar(refusal = 'none that we know'): Grammar {
  return { exact: false, refusal, measure: () => REFUSED, read: () => ({ kind: 'lead' }) };
}
