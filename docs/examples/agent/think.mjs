/** Stands in for a language model: takes a while, and stops when it is told to. */
import { setTimeout } from 'node:timers/promises';

const THINKING_MS = 600;

/**
 * @param {string} text
 * @param {AbortSignal} signal
 */
export async function think(text, signal) {
  await setTimeout(THINKING_MS, undefined, { signal });
  return `You said ${text.split(' ').length} words, and the last was “${text.split(' ').at(-1)}”.`;
}
