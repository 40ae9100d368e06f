/**
 * Random sessions in a store: processes are killed, stopped and replaced, stores are slow, away and lose answers, and
 * connections are cut. In each, no final is lost, doubled or out of order, an app gets a final only when the store has it, and
 * a fenced process writes nothing more. Without a test runner, so that plain Node runs them by the thousand.
 */
import { deepStrictEqual, ok } from 'node:assert';
import * as fc from 'fast-check';
import { seededRandom } from '../../src/testing/index.ts';
import type { StoreRoad } from './machine-room.ts';
import { GOOD_ROAD } from './machine-room.ts';
import { finalsOf, RelayStory, type Runner, type Scribe } from './relay-story.ts';

type Step =
  | { do: 'speak' | 'away' | 'stop'; seconds: number }
  | { do: 'kill' | 'handOver' | 'cut' | 'badRoad' | 'goodRoad' | 'rival' };

export interface Life {
  /** The audio is written elsewhere, or by the process that transcribes. */
  isWritten: boolean;
  seed: number;
  steps: Step[];
}

const tenths = (min: number, max: number) => fc.integer({ min, max }).map((tenth) => tenth / 10);

export const anyLife: fc.Arbitrary<Life> = fc.record({
  isWritten: fc.boolean(),
  seed: fc.nat(1_000_000),
  steps: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('speak' as const), seconds: tenths(2, 60) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('away' as const), seconds: tenths(2, 80) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('stop' as const), seconds: tenths(10, 100) }) },
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constantFrom('kill', 'handOver', 'cut', 'badRoad', 'goodRoad', 'rival'),
        }),
      },
    ),
    { minLength: 1, maxLength: 10 },
  ),
});

/** Runs it, and throws where a guarantee does not hold. */
export async function live(life: Life): Promise<void> {
  const room = new LifeRoom(life);
  await room.begin();
  for (const step of life.steps) await room.act(step);
  await room.end();
}

class LifeRoom {
  readonly #story: RelayStory;
  readonly #life: Life;
  readonly #random: () => number;
  readonly #published = new Set<string>();
  readonly #problems: string[] = [];
  #scribe: Scribe | undefined;
  /** The processes that transcribe or wait for the session. */
  #present: Runner[] = [];
  #watched = new Set<Runner>();
  #road: StoreRoad = GOOD_ROAD;
  #said = 0;

  constructor(life: Life) {
    this.#life = life;
    this.#random = seededRandom(life.seed);
    this.#story = new RelayStory({ seed: life.seed, responseTimeoutMs: 1e9 });
    const { store } = this.#story;
    const confirm = store.confirm.bind(store);
    store.confirm = async (lease, confirmation) => {
      const answer = await confirm(lease, confirmation);
      if (typeof answer === 'object')
        for (const [index, { data }] of confirmation.finals.entries())
          if (answer.seqs[index] !== undefined) this.#published.add((data as { id: string }).id);
      return answer;
    };
  }

  async begin(): Promise<void> {
    if (this.#life.isWritten) this.#scribe = this.#story.write();
    this.#start();
    await this.#story.wait(0.5);
  }

  async act(step: Step): Promise<void> {
    const [first] = this.#present;
    switch (step.do) {
      case 'speak':
        return this.#speak(step.seconds);
      case 'cut':
        return this.#story.network.cut();
      case 'away':
        this.#take({ delayMs: () => 1, fate: () => 'lost' });
        await this.#speak(step.seconds);
        return this.#take(GOOD_ROAD);
      case 'badRoad':
        return this.#take({
          delayMs: () => this.#random() * 200,
          fate: () => (this.#random() < 0.8 ? 'answered' : this.#random() < 0.5 ? 'lost' : 'unanswered'),
        });
      case 'goodRoad':
        return this.#take(GOOD_ROAD);
      case 'rival':
        if (this.#present.length < 3) this.#start();
        return this.#story.wait(0.3);
      case 'kill':
        first?.process.kill();
        return this.#replace(first);
      case 'handOver':
        void first?.session.handOver();
        return this.#replace(first);
      case 'stop':
        first?.process.stop();
        await this.#replace(first);
        await this.#speak(step.seconds);
        if (first) this.#present.push(first);
        first?.process.continue();
        return this.#story.wait(0.5);
      default:
        return step satisfies never;
    }
  }

  async end(): Promise<void> {
    this.#take(GOOD_ROAD);
    const story = this.#story;
    // Whether an owner that was cut off still is one is known when the store has answered.
    await story.wait(3);
    await this.#waitForOwner();
    this.#startIfNobody();
    // Who waits for a session begins it anew when it has ended.
    if (!this.#scribe) for (const runner of story.runners) if (runner !== this.#owner) runner.process.kill();
    // Their last calls are still on the way.
    await story.wait(0.5);
    const end = this.#scribe ? this.#said : (this.#owner?.live.ledger.accepted ?? 0);
    if (this.#scribe) void this.#scribe.writer.end(60_000);
    else void this.#owner?.live.close();
    for (let second = 0; second < 120; second += 1) {
      await story.wait(1);
      if ((await story.store.published('call', 0, 1)).isEnded) break;
    }
    ok((await story.store.published('call', 0, 1)).isEnded, 'The session did not end.');
    await story.wait(5);
    await story.expectEveryWordOnce(end);
    deepStrictEqual(this.#problems, []);
    this.#expectGiven(await story.published());
    const late = story.runners.reduce((sum, { process }) => sum + process.writesAfterFence, 0);
    ok(late === 0, `${late} writes after a fence.`);
  }

  /** Each app gets its part of what is published, in order, and no two the same. */
  #expectGiven(published: readonly string[]): void {
    const given = this.#story.runners.map(({ transcripts }) => finalsOf(transcripts));
    const all = given.flat();
    ok(new Set(all).size === all.length, `A final was given twice: ${all.join(' | ')}`);
    for (const texts of given) {
      const places = texts.map((text) => published.indexOf(text));
      ok(!places.includes(-1), 'A final was given that is not in the store.');
      deepStrictEqual(
        places,
        [...places].sort((a, b) => a - b),
      );
    }
  }

  get #owner(): Runner | undefined {
    return this.#present.find(({ session }) => session.state === 'owned' || session.state === 'away');
  }

  #start(): void {
    if (!this.#life.isWritten) {
      this.#watch(this.#story.run());
      return;
    }
    void this.#story.transcribe().then((runner) => this.#watch(runner));
  }

  #watch(runner: Runner): void {
    runner.road = this.#road;
    this.#present.push(runner);
    if (this.#watched.has(runner)) return;
    this.#watched.add(runner);
    runner.live.transcripts$.subscribe(({ final, text, id }) => {
      if (final && text && !this.#published.has(id))
        this.#problems.push(`${id} was given before the store had it.`);
    });
  }

  async #replace(gone: Runner | undefined): Promise<void> {
    this.#present = this.#present.filter((runner) => runner !== gone);
    this.#startIfNobody();
    await this.#story.wait(0.2);
  }

  #startIfNobody(): void {
    this.#present = this.#present.filter(
      ({ session }) => session.state !== 'lost' && session.state !== 'released',
    );
    if (this.#present.length === 0) this.#start();
  }

  #take(road: StoreRoad): void {
    this.#road = road;
    for (const runner of this.#present) runner.road = road;
    if (this.#scribe) this.#scribe.road = road;
  }

  async #speak(seconds: number): Promise<void> {
    if (this.#scribe) {
      this.#said = await this.#story.dictate(this.#scribe, this.#said, seconds);
      return;
    }
    await this.#waitForOwner();
    const owner = this.#owner;
    if (owner && !owner.process.isDead) await this.#story.speak(owner, seconds);
  }

  /** Only the owner knows where the audio goes on. */
  async #waitForOwner(): Promise<void> {
    if (this.#life.isWritten) return;
    for (let tries = 0; tries < 100; tries += 1) {
      this.#startIfNobody();
      if (this.#owner) return;
      await this.#story.wait(0.1);
    }
  }
}
