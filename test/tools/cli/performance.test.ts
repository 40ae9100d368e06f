import { describe, expect, test } from 'vitest';
import { type Outcome, perform } from '../../../src/tools/cli/demo/performance.ts';
import type { FaultName, Plan } from '../../../src/tools/cli/demo/plan.ts';
import { toneRecording } from '../../../src/tools/cli/demo/recording.ts';
import type { Stage } from '../../../src/tools/cli/demo/stage.ts';
import { Story } from '../../../src/tools/cli/demo/story.ts';
import { judge } from '../../../src/tools/cli/demo/verdict.ts';
import { Emulator, type EmulatorOptions, VirtualClock, VirtualNetwork } from '../../../src/testing/index.ts';

const PLAN: Plan = {
  pause: { at: 9.2, seconds: 12 },
  strikes: [
    { at: 12.9, fault: 'cut' },
    { at: 21.4, fault: 'close-1011' },
  ],
};

/** The whole demo in virtual time, with an exact recogniser. */
function rehearse({
  plan = PLAN,
  emulator = {},
  isLocal = true,
}: {
  plan?: Plan;
  emulator?: EmulatorOptions;
  isLocal?: boolean;
} = {}) {
  const clock = new VirtualClock();
  const disturbed = new Emulator({ clock, ...emulator });
  const undisturbed = new Emulator({ clock });
  const network = new VirtualNetwork(disturbed);
  const auth = { apiKey: 'rehearsal' };
  const stage: Stage = {
    place: 'here',
    isLocal,
    clock,
    disturbed: { auth, transport: network.transport },
    undisturbed: { auth, transport: new VirtualNetwork(undisturbed).transport },
    strike: (fault: FaultName) => (fault === 'cut' ? network.cut() : disturbed.closeAll(1011, 'NET-0000')),
    measuredSilenceMs: () => network.longestOutboundSilenceMs,
    close: () => Promise.resolve(),
  };
  const recording = toneRecording();
  const story = new Story();
  const controller = new AbortController();
  const outcome = perform(recording, plan, stage, story, controller.signal);
  const verdictOn = (ended: Outcome) => judge(story, ended, plan, recording.seconds);
  return { clock, disturbed, story, controller, outcome, verdictOn };
}

async function play(rehearsal: ReturnType<typeof rehearse>): Promise<Outcome> {
  await rehearsal.clock.advanceAsync(120_000);
  const outcome = await rehearsal.outcome;
  if (!outcome) throw new Error('It was interrupted.');
  return outcome;
}

describe('perform', () => {
  test('no word is lost through pause, cut and close', async () => {
    const rehearsal = rehearse();
    const outcome = await play(rehearsal);
    const verdict = rehearsal.verdictOn(outcome);
    expect(verdict).toMatchObject({ failures: [], differences: [], words: 53, undisturbedWords: 53 });
    expect(verdict.recoveredWords).toBeGreaterThan(0);
    expect(outcome.report.ledger.dropped).toBe(0);
    expect(rehearsal.story.reconnects).toBe(2);
    expect(rehearsal.story.keepAlives).toBeGreaterThanOrEqual(3);
    expect(rehearsal.story.seams.every(({ from, to }) => from < to && to < Infinity)).toBe(true);
    expect(rehearsal.clock.pendingTimers).toBe(0);
  });

  test('the story has every state, and shows the outcome of each loss', async () => {
    const rehearsal = rehearse();
    await play(rehearsal);
    const seen = new Set(rehearsal.story.states.map(({ state }) => state));
    for (const state of [
      'connecting',
      'streaming',
      'idle-keepalive',
      'closed-1011',
      'reconnecting',
      'draining',
    ]) {
      expect(seen).toContain(state);
    }
    const losses = rehearsal.story.entries.filter(({ kind }) => kind === 'lost');
    expect(losses.map(({ text }) => text)).toEqual(['TCP cut', 'Close 1011 NET-0000']);
    expect(losses.map(({ outcome }) => outcome?.text)).toEqual([
      expect.stringMatching(/^reconnected in \d+ ms, \d+\.\d s replayed$/),
      expect.stringMatching(/^reconnected in \d+ ms, \d+\.\d s replayed$/),
    ]);
  });

  test('reports a slow recogniser of this machine once, with its cause', async () => {
    const warningsOf = async (isLocal: boolean) => {
      const rehearsal = rehearse({ isLocal, emulator: { processingDelayMs: 4_500 } });
      await play(rehearsal);
      return rehearsal.story.entries.flatMap(({ kind, text }) => (kind === 'warning' ? [text] : []));
    };
    expect(await warningsOf(true)).toEqual([expect.stringContaining('This machine is busy')]);
    expect((await warningsOf(false))[0]).toContain('Transcripts lag behind');
  });

  test('an interruption ends it, with no timer and no connection left', async () => {
    const rehearsal = rehearse();
    await rehearsal.clock.advanceAsync(15_000);
    rehearsal.controller.abort();
    expect(await rehearsal.outcome).toBeUndefined();
    await rehearsal.clock.advanceAsync(3_000);
    expect(rehearsal.disturbed.openConnections).toEqual([]);
    expect(rehearsal.clock.pendingTimers).toBe(0);
  });

  test('a failed session ends it at once, and the verdict has the reason', async () => {
    const rehearsal = rehearse({ emulator: { authorise: () => false } });
    const outcome = await play(rehearsal);
    expect(rehearsal.verdictOn(outcome).failures[0]).toMatch(/^The session failed\. unauthorized: /);
    expect(rehearsal.story.seconds.accepted).toBeLessThan(1);
  });

  test('fails if a planned fault was not applied', async () => {
    const rehearsal = rehearse({ plan: { ...PLAN, strikes: [{ at: 9_999, fault: 'cut' }] } });
    const outcome = await play(rehearsal);
    expect(rehearsal.verdictOn(outcome).failures).toEqual(['Only 0 of 1 broken connections were replaced.']);
  });
});
