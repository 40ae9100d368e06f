/** The shortest valid Results message for a range of audio. */

const WORDS = ['one', 'two', 'three'];

/** @param {number} start @param {number} end @param {{ fromFinalize?: boolean, speechFinal?: boolean }} [as] */
export function finalResults(start, end, { fromFinalize = false, speechFinal = false } = {}) {
  const each = (end - start) / WORDS.length;
  const words = WORDS.map((word, index) => ({
    word,
    start: start + index * each,
    end: start + (index + 1) * each,
    confidence: 0.99,
  }));
  return JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    duration: end - start,
    start,
    is_final: true,
    speech_final: speechFinal,
    channel: { alternatives: [{ transcript: WORDS.join(' '), confidence: 0.99, words }] },
    metadata: { request_id: '00000000-0000-4000-8000-000000000000' },
    from_finalize: fromFinalize,
  });
}
