/** The demo command with its own recording, plan and verdict, in virtual time. */
import { beforeAll, expect, test } from 'vitest';
import { type Outcome, perform } from '../../src/tools/cli/demo/performance.ts';
import { LOCAL_PLAN } from '../../src/tools/cli/demo/plan.ts';
import { loadRecording } from '../../src/tools/cli/demo/recording.ts';
import type { Stage } from '../../src/tools/cli/demo/stage.ts';
import { Story } from '../../src/tools/cli/demo/story.ts';
import { judge } from '../../src/tools/cli/demo/verdict.ts';
import { Emulator, startVosk, VirtualClock, VirtualNetwork, type VoskHost } from '../../src/testing/index.ts';
import { RememberingRecogniser } from './remembering.ts';

let host: VoskHost;
beforeAll(async () => {
  host = await startVosk();
  return () => host.close();
});

test('the demonstration ends with its expected verdict', { timeout: 180_000 }, async () => {
  const recogniser = new RememberingRecogniser(host, host.recogniser);
  const clock = new VirtualClock();
  const open = (seed: number) => {
    const emulator = new Emulator({ clock, recogniser: recogniser.recogniser, seed });
    const { transport } = new VirtualNetwork(emulator);
    return { emulator, address: { auth: { apiKey: 'demonstration' }, transport } };
  };
  const [disturbed, undisturbed] = [open(1), open(2)];
  const stage: Stage = {
    place: 'virtual time',
    isLocal: true,
    clock,
    disturbed: disturbed.address,
    undisturbed: undisturbed.address,
    strike: (fault) => (fault === 'cut' ? disturbed.emulator.cut() : disturbed.emulator.closeAll(1011)),
    measuredSilenceMs: () => undefined,
    close: () => Promise.resolve(),
  };
  const recording = await loadRecording();
  const story = new Story();
  const outcomes: (Outcome | undefined)[] = [];
  void perform(recording, LOCAL_PLAN, stage, story, new AbortController().signal).then((outcome) =>
    outcomes.push(outcome),
  );
  while (outcomes.length === 0) {
    await clock.advanceAsync(50);
    await recogniser.caughtUp();
  }
  const verdict = judge(story, outcomes[0] as Outcome, LOCAL_PLAN, recording.seconds);
  expect(verdict.failures).toEqual([]);
  expect(verdict.recoveredWords).toBeGreaterThan(10);
});
