/** The sound of the benches: 16 kHz linear16, of which only the size matters. */
import { randomBytes } from 'node:crypto';

const SAMPLE_RATE = 16_000;
export const BYTES_PER_SECOND = SAMPLE_RATE * 2;

export const LISTEN = { model: 'nova-3', encoding: 'linear16', sample_rate: SAMPLE_RATE };

/** Frames as a microphone or a telephone would give them. @param {number} frameMs */
export function makeFrames(frameMs) {
  return Array.from({ length: 64 }, () => randomBytes((BYTES_PER_SECOND * frameMs) / 1000));
}
