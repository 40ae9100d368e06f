/** The vocabulary for tests with Flux. */
import { expect } from 'vitest';
import type { Turn } from '../../src/index.ts';
import { expectTurnsToHold } from '../transcript/turn-rules.ts';
import { type Setting, type Story, tell } from './story.ts';

/** A story with a Flux server, which records the turns. */
export async function talk({ listen, server, ...setting }: Setting = {}): Promise<Story & { turns: Turn[] }> {
  const story = await tell({
    ...setting,
    // The server forgets dead connections within the time that a story waits for it.
    server: { fluxSampleRate: 'any', fluxIdleTimeoutMs: 35_000, ...server },
    listen: {
      model: 'flux-general-en',
      interim_results: undefined,
      endpointing: undefined,
      ...listen,
    },
  });
  const turns: Turn[] = [];
  story.live.turns$.subscribe((turn) => turns.push(turn));
  return Object.assign(story, { turns });
}

/** A turn, and the silence in which Flux hears its end. */
export async function takeTurn(story: Story, seconds = 4): Promise<void> {
  await story.speak(seconds);
  await story.finishWord();
  await story.hush(2);
}

/** Nothing lost, nothing twice, in transcripts and in turns, and nothing on the wire that Flux does not know. */
export function expectWholeTranscript(story: Story & { turns: Turn[] }): void {
  expectTurnsToHold(story.turns);
  const ends = story.turns.filter(({ type }) => type === 'end');
  expect(ends.map(({ text }) => text)).toEqual(story.finals.map(({ text }) => text));
  // Flux tells times in steps of 0.08 s: a word behind a pause may seem to begin before it.
  story.expectEveryWordOnce({ seconds: 0.085, capturedMs: Infinity });
  expect(story.noticesOf('message-malformed')).toEqual([]);
  for (const { frames } of story.network.links) {
    expect(frames.filter(({ text }) => /KeepAlive|Finalize/.test(text ?? ''))).toEqual([]);
    expect(frames.filter(({ kind }) => kind === 'empty')).toEqual([]);
  }
  expect(story.report).toMatchObject({ outcome: 'drained', ledger: { pending: 0, dropped: 0 } });
}
