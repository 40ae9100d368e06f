/** Utterances and turns that are open when another process takes the session over. */
import { describe, expect, test } from 'vitest';
import type { Turn, Utterance } from '../../src/index.ts';
import { bytesOf, RATE } from '../system/voice.ts';
import { expectTurnsToHold } from '../transcript/turn-rules.ts';
import { LISTEN, RelayStory, type Runner } from './relay-story.ts';

const FLUX = { model: 'flux-general-en', encoding: 'linear16', sample_rate: RATE } as const;
const STEP_MS = 20;

type Heard = Runner & { turns: Turn[]; utterances: Utterance[] };

class TakeOver {
  readonly story: RelayStory;
  readonly #listen: typeof LISTEN | typeof FLUX;

  constructor(listen: typeof LISTEN | typeof FLUX) {
    this.#listen = listen;
    this.story = new RelayStory({ fluxSampleRate: 'any', fluxIdleTimeoutMs: 35_000 });
  }

  begin(): Heard {
    const runner = this.story.run({ listen: this.#listen });
    const heard = { ...runner, turns: [] as Turn[], utterances: [] as Utterance[] };
    runner.live.turns$.subscribe((each) => heard.turns.push(each));
    runner.live.utterances$.subscribe((each) => heard.utterances.push(each));
    return heard;
  }

  async pause({ live }: Heard, seconds: number): Promise<void> {
    for (let ms = 0; ms < seconds * 1_000; ms += STEP_MS) {
      await this.story.clock.advanceAsync(STEP_MS);
      live.send(bytesOf(new Int16Array((RATE * STEP_MS) / 1_000)));
    }
  }

  /** Another process continues until the speaker pauses. */
  async goOn(): Promise<Heard> {
    const two = this.begin();
    await this.story.wait(6);
    await this.story.speak(two, 3);
    await this.pause(two, 3);
    void two.live.close();
    await this.story.wait(12);
    return two;
  }
}

/** From now to the first text of a process, in milliseconds. */
async function firstTextMs({ clock }: RelayStory, runner: () => Runner | undefined): Promise<number> {
  const from = clock.now();
  while (!runner()?.transcripts.some(({ text }) => text !== '') && clock.now() - from < 10_000)
    await clock.advanceAsync(10);
  return clock.now() - from;
}

/** From now to the moment when the second connection has more than so many bytes, in milliseconds. */
async function resentMs({ clock, server }: RelayStory, bytes: number): Promise<number> {
  const from = clock.now();
  while ((server.connections[1]?.receivedBytes ?? 0) <= bytes && clock.now() - from < 10_000)
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
  return clock.now() - from;
}

/** The first interim comes after a second of audio, and the recogniser looks each quarter of a second. */
async function expectPromptText(story: RelayStory, runner: () => Runner | undefined): Promise<void> {
  const text = firstTextMs(story, runner);
  const [audioMs, secondMs] = await Promise.all([resentMs(story, 0), resentMs(story, 2 * RATE - 1)]);
  const textMs = await text;
  expect(audioMs).toBeLessThanOrEqual(200);
  expect(secondMs - audioMs).toBeLessThanOrEqual(800);
  expect(textMs - secondMs).toBeLessThanOrEqual(250);
  expect(textMs).toBeLessThanOrEqual(1_200);
}

describe('the first text of the next owner comes', () => {
  test('within 1.5 s after the lease of a process that was killed', async () => {
    const story = new RelayStory();
    const one = story.run();
    const two = story.run();
    await story.speak(one, 8.3);
    one.process.kill();
    expect(await firstTextMs(story, () => two)).toBeLessThanOrEqual(story.store.leaseMs + 1_500);
  });

  test('within 1.5 s after the lease of a transcriber that was killed, in a pool', async () => {
    const story = new RelayStory();
    const call = story.write();
    const first = story.transcribe();
    const said = await story.dictate(call, 0, 8.3);
    const [one, second] = [await first, story.transcribe()];
    let two: Runner | undefined;
    void second.then((runner) => (two = runner));
    one.process.kill();
    void story.dictate(call, said, 10);
    expect(await firstTextMs(story, () => two)).toBeLessThanOrEqual(story.store.leaseMs + 1_500);
  });

  describe.each([8.3, 8.55, 8.8, 9.05, 9.3])(
    'when Deepgram has a second of audio, which is sent from 0.2 s: after %d s of speech',
    (seconds) => {
      test('1.2 s after a hand-over', async () => {
        const story = new RelayStory();
        const one = story.run();
        const two = story.run();
        await story.speak(one, seconds);
        void one.session.handOver();
        await expectPromptText(story, () => two);
      });

      test('1.2 s after a hand-over in a pool', async () => {
        const story = new RelayStory();
        const call = story.write();
        const first = story.transcribe();
        await story.dictate(call, 0, seconds);
        const [one, second] = [await first, story.transcribe()];
        let two: Runner | undefined;
        void second.then((runner) => (two = runner));
        void one.session.handOver();
        await expectPromptText(story, () => two);
      });
    },
  );
});

const typesOf = (turns: readonly Turn[]) =>
  turns.filter(({ type }) => type !== 'update').map(({ type, id }) => `${type} ${id}`);

describe('a turn that is open at a take-over', () => {
  async function talk(): Promise<[TakeOver, Heard]> {
    const room = new TakeOver(FLUX);
    const one = room.begin();
    await room.story.speak(one, 6);
    await room.pause(one, 2);
    await room.story.speak(one, 4);
    expect(typesOf(one.turns)).toEqual(['start 1', 'end 1', 'start 2']);
    return [room, one];
  }

  test('is transcribed again as a whole, with its number, when its process was killed', async () => {
    const [room, one] = await talk();
    const [before] = one.turns.slice(-1);
    one.process.kill();
    const two = await room.goOn();
    expect(typesOf(two.turns).slice(0, 2)).toEqual(['start 2', 'end 2']);
    const end = two.turns.find(({ type }) => type === 'end');
    // The words behind them may still change.
    expect(end?.text.split(' ').slice(0, 2)).toEqual(before?.text.split(' ').slice(0, 2));
    expect(end?.text.length).toBeGreaterThan(before?.text.length ?? 0);
    expect(one.turns).toHaveLength(one.turns.indexOf(before as Turn) + 1);
  });

  test('is withdrawn by the process that hands the session over, and transcribed again by the next', async () => {
    const [room, one] = await talk();
    void one.session.handOver();
    const two = await room.goOn();
    expect(typesOf(one.turns)).toEqual(['start 1', 'end 1', 'start 2', 'withdrawn 2']);
    expectTurnsToHold(one.turns);
    expect(typesOf(two.turns).slice(0, 2)).toEqual(['start 2', 'end 2']);
  });
});

describe('an utterance that is open at a take-over', () => {
  const textsOf = ({ utterances }: Heard) => utterances.map(({ text }) => text);

  test('ends in the process that hands the session over, and no word of it is in two', async () => {
    const room = new TakeOver(LISTEN);
    const one = room.begin();
    await room.story.speak(one, 10);
    void one.session.handOver();
    const two = await room.goOn();
    expect(one.utterances.map(({ endedBy }) => endedBy)).toEqual(['close']);
    const published = (await room.story.published()).join(' ');
    expect([...textsOf(one), ...textsOf(two)].join(' ')).toBe(published);
  });

  test('begins in history() when its process was killed: behind the last final with speechFinal', async () => {
    const room = new TakeOver(LISTEN);
    const one = room.begin();
    await room.story.speak(one, 10);
    one.process.kill();
    const two = room.begin();
    await room.story.wait(0.1);
    expect(two.session.state).toBe('waiting');
    const asked = two.session.history();
    await room.story.wait(0.1);
    const history = await asked;
    const begun = history.slice(history.findLastIndex(({ speechFinal }) => speechFinal) + 1);
    expect(begun.length).toBeGreaterThan(0);
    two.process.kill();
    const three = await room.goOn();
    const published = (await room.story.published()).join(' ');
    expect([...begun.map(({ text }) => text), ...textsOf(three)].join(' ')).toBe(published);
  });
});
