/**
 * Compares the public interface with a small model: accepted audio, whether the user has paused, and whether the session is
 * over. fast-check draws commands in any order; after each, session and model must agree. The guarantees are checked, too.
 */
import * as fc from 'fast-check';
import { test } from 'vitest';
import { draws } from '../draws.ts';
import { act, begin, end } from './act.ts';
import { setting, step } from './generators.ts';
import { GUARANTEES } from './guarantees/all.ts';
import type { Step } from './scenario.ts';
import { World } from './world/world.ts';

/** The state of the model. */
interface Model {
  isPaused: boolean;
  isOver: boolean;
  /** Whole samples of one channel. */
  accepted: number;
}

class StepCommand implements fc.AsyncCommand<Model, World> {
  readonly #step: Step;

  constructor(given: Step) {
    this.#step = given;
  }

  /** Commands without an effect are left out. */
  check(model: Readonly<Model>): boolean {
    if (this.#step.do === 'resume') return model.isPaused;
    return !(this.#step.do === 'pause' && model.isPaused);
  }

  async run(model: Model, world: World): Promise<void> {
    const before = world.live.ledger.accepted;
    await act(world, this.#step);
    if (world.broken) throw new Error(`[${world.broken.id}] ${world.broken.what}`);
    this.#expectAudio(model, world, world.live.ledger.accepted - before);
    this.#expectPhase(model, world);
  }

  #expectAudio(model: Model, world: World, accepted: number): void {
    const { rate, overflow } = world.setting;
    const { do: what } = this.#step;
    const speaks = what === 'speak' || what === 'burst' || what === 'hush' || what === 'converse';
    if (model.isOver || model.isPaused || !speaks)
      expectThat(accepted === 0, `nothing is accepted, and not ${accepted} samples`);
    // A session that fails on the way, or refuses what has no room, takes less than was said.
    else if (
      what !== 'hush' &&
      what !== 'converse' &&
      overflow === 'drop-oldest' &&
      !world.hasEnded &&
      !world.isClosing
    ) {
      const said = Math.round((rate * this.#step.ms) / 1000);
      expectThat(Math.abs(accepted - said) <= 1, `${said} samples are accepted, and not ${accepted}`);
    }
    model.accepted += accepted;
    expectThat(world.live.ledger.accepted === model.accepted, 'the books have all of it');
  }

  #expectPhase(model: Model, world: World): void {
    if (this.#step.do === 'pause') model.isPaused = true;
    if (this.#step.do === 'resume') model.isPaused = false;
    if (this.#step.do === 'close' || this.#step.do === 'abort' || world.isClosing) model.isOver = true;
    const { phase } = world.status;
    const phases = model.isOver
      ? ['closing', 'closed', 'failed']
      : ['waiting', 'queued', 'connecting', 'open', 'recovering'];
    expectThat(phases.includes(phase), `the phase is one of ${phases.join(', ')}, and not ${phase}`);
    if (this.#step.do === 'abort') expectThat(phase === 'closed' || phase === 'failed', 'it ends at once');
  }

  toString(): string {
    return JSON.stringify(this.#step);
  }
}

function expectThat(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`It was expected that ${what}.`);
}

/** What an app does from within its own callbacks happens between two commands: the model would not know when. */
const commands = step.filter((drawn) => drawn.do !== 'react').map((drawn) => new StepCommand(drawn));

const sessions = setting.map((drawn) => ({ ...drawn, format: 'raw' as const, connect: 'lazy' as const }));

test('the session agrees with the model, for any commands in any order', { timeout: 300_000 }, () =>
  fc.assert(
    fc.asyncProperty(sessions, fc.commands([commands], { maxCommands: 30 }), async (drawn, cmds) => {
      const world = new World(drawn, { guarantees: GUARANTEES });
      await begin(world);
      await fc.asyncModelRun(
        () => ({ model: { isPaused: false, isOver: false, accepted: 0 }, real: world }),
        cmds,
      );
      await end(world);
      if (world.broken) throw new Error(`[${world.broken.id}] ${world.broken.what}`);
    }),
    // The test ends after 300 s.
    // oxlint-disable-next-line typescript/no-deprecated -- see test/setup.ts
    { numRuns: draws(100), interruptAfterTimeLimit: 240_000 },
  ),
);
