/** The sound of the benches: a tone in 16 kHz linear16, which raises no doubt about its format. */

const SAMPLE_RATE = 16_000;
export const BYTES_PER_SECOND = SAMPLE_RATE * 2;

const TONE_HZ = 220;

export const LISTEN = { model: 'nova-3', encoding: 'linear16', sample_rate: SAMPLE_RATE };

/** Frames as a microphone or a telephone would give them. @param {number} frameMs */
export function makeFrames(frameMs) {
  const samples = (SAMPLE_RATE * frameMs) / 1000;
  return Array.from({ length: 64 }, (_, frame) => {
    const bytes = Buffer.alloc(2 * samples);
    for (let i = 0; i < samples; i += 1) {
      const seconds = (frame * samples + i) / SAMPLE_RATE;
      bytes.writeInt16LE(Math.round(9_000 * Math.sin(2 * Math.PI * TONE_HZ * seconds)), 2 * i);
    }
    return bytes;
  });
}
