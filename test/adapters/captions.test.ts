/** The captions model that both bindings share, driven as a binding drives it. */
import { concat, NEVER, of, Subject, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { Captions, type CaptionsSessionOptions, type CaptionsState } from '../../src/adapters/captions.ts';
import { TranscriptionError } from '../../src/index.ts';
import type { RecogniserFactory } from '../../src/testing/index.ts';
import { Stage, textOf, wordsTo } from './stage.ts';

function perform(more: Partial<CaptionsSessionOptions> = {}, stage = new Stage()) {
  const captions = new Captions({ ...stage.options, ...more });
  const letGo = captions.hold();
  const states: CaptionsState[] = [];
  captions.subscribe(() => states.push(captions.state));
  const numbersOf = () => captions.state.finals.flatMap(({ text }) => text.split(' ')).map(Number);
  return { stage, captions, letGo, states, numbersOf, start: () => captions.start(stage.microphone$) };
}

describe('captions', () => {
  test('nothing is opened before start()', async () => {
    const { stage, captions } = perform({ connect: 'eager' });
    await stage.wait(60);
    expect(stage.network.links).toEqual([]);
    expect(captions.state).toMatchObject({
      phase: 'closed',
      isListening: false,
      finals: [],
      live: undefined,
    });
  });

  test('options that cannot work are refused when they are given', () => {
    expect(() => new Captions({ auth: { apiKey: 'key' }, keepAliveMs: 9_000 })).toThrow(TranscriptionError);
  });

  test('finals gather, and an interim text is on show until its final takes its place', async () => {
    const { stage, captions, states, start } = perform();
    start();
    await stage.wait(30);
    const report = await finish(stage, captions.stop());
    expect(report?.outcome).toBe('drained');
    const { finals, interims } = captions.state;
    const text = textOf(finals);
    expect(finals.length).toBeGreaterThan(10);
    expect(text).toBe(wordsTo(finals.flatMap(({ words }) => words).length));
    expect(interims).toEqual([]);
    const shown = states.flatMap(({ interims }) => interims.map(({ text }) => text));
    expect(shown.length).toBeGreaterThan(5);
    for (const { finals, interims } of states) {
      const ids = [...finals, ...interims].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('with Flux, each turn is one line, on show from its first word', async () => {
    const { stage, captions, states, start } = perform({
      listen: { model: 'flux-general-en', encoding: 'linear16', sample_rate: 8_000, eot_threshold: 0.5 },
    });
    start();
    await stage.wait(12);
    stage.network.cut();
    await stage.wait(18);
    const report = await finish(stage, captions.stop());
    expect(report?.outcome).toBe('drained');
    const { finals, interims } = captions.state;
    expect(finals.length).toBeGreaterThan(3);
    expect(textOf(finals)).toBe(wordsTo(finals.flatMap(({ words }) => words).length));
    expect(interims).toEqual([]);
    expect(states.some((state) => state.interims.length > 0)).toBe(true);
  });

  test('a withdrawn text is removed, and no empty line remains', async () => {
    const { stage, captions, states, start } = perform({}, new Stage(doubtful));
    start();
    await stage.wait(4.5);
    const shown = states.flatMap(({ interims }) => interims.map(({ text }) => text));
    expect(new Set(shown)).toEqual(new Set(['perhaps']));
    expect(captions.state).toMatchObject({ finals: [], interims: [] });
  });

  test('as many finals are kept as maxFinals says, without the messages of the server', async () => {
    const { stage, captions, start } = perform({ maxFinals: 5 });
    const finals: unknown[] = [];
    captions.transcripts$.subscribe((each) => each.final && each.text !== '' && finals.push(each.id));
    start();
    await stage.wait(30);
    await finish(stage, captions.stop());
    expect(finals.length).toBeGreaterThan(10);
    expect(captions.state.finals.map(({ id }) => id)).toEqual(finals.slice(-5));
    expect(captions.state.finals.some((each) => 'raw' in each)).toBe(false);
  });

  test.each([0, 1.5, -1, '9' as never])('maxFinals: %j is refused', (maxFinals) => {
    expect(() => perform({ maxFinals })).toThrow(/^invalid-option: maxFinals is /);
  });

  test('the last hundred notices are kept', async () => {
    const { stage, captions, start } = perform();
    let told = 0;
    captions.notices$.subscribe(() => (told += 1));
    start();
    for (let noise = 0; noise < 60; noise += 1) {
      await stage.wait(1);
      stage.server.malformed();
    }
    await stage.wait(1);
    expect(told).toBeGreaterThan(100);
    expect(captions.state.notices).toHaveLength(100);
  });

  test('a lost connection changes the phase and gives a notice, and no word is lost', async () => {
    const { stage, captions, states, start } = perform();
    start();
    await stage.wait(10);
    stage.network.cut();
    await stage.wait(20);
    await finish(stage, captions.stop());
    expect(states.map(({ phase }) => phase)).toContain('recovering');
    expect(captions.state.notices.map(({ code }) => code)).toContain('connection-lost');
    const { finals } = captions.state;
    expect(textOf(finals)).toBe(wordsTo(finals.flatMap(({ words }) => words).length));
    expect(captions.state.ledger).toMatchObject({ pending: 0, dropped: 0 });
  });

  test('pause() releases the microphone, settles the last words, and holds the connection', async () => {
    const { stage, captions, numbersOf, start } = perform();
    start();
    await stage.wait(5.3);
    captions.pause();
    expect(stage.microphonesOn).toBe(0);
    expect(captions.state).toMatchObject({ phase: 'open', isListening: false });
    await stage.wait(2);
    const before = numbersOf();
    expect(captions.state.interims).toEqual([]);
    expect(before.length).toBeGreaterThan(5);
    expect(captions.state.ledger?.pending).toBe(0);
    await stage.wait(60);
    start();
    await stage.wait(5);
    expect(numbersOf().length).toBeGreaterThan(before.length);
    expect(numbersOf().slice(0, before.length)).toEqual(before);
    expect(stage.network.links).toHaveLength(1);
  });

  test('stop() releases the microphone at once, and the socket after the last words', async () => {
    const { stage, captions, start } = perform();
    start();
    await stage.wait(5);
    const stopped = captions.stop();
    expect(stage.microphonesOn).toBe(0);
    expect(captions.state).toMatchObject({ phase: 'closing', isListening: false });
    const report = await finish(stage, stopped);
    expect(report).toMatchObject({ outcome: 'drained', connections: 1 });
    expect(captions.state).toMatchObject({ phase: 'closed', error: undefined });
    await stage.wait(5);
    expect(stage.socketsOpen).toBe(0);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('stop() without a session resolves to undefined', async () => {
    await expect(perform().captions.stop()).resolves.toBeUndefined();
  });

  test('does not show the ledger of an ended session as that of the next', async () => {
    const { stage, captions, states, start } = perform();
    start();
    await stage.wait(5);
    const first = captions.state.live;
    const closing = captions.stop();
    captions.start(NEVER);
    await finish(stage, closing);
    const next = states.filter(({ live }) => live !== first && live !== undefined);
    expect(next.length).toBeGreaterThan(0);
    expect(next.map(({ ledger }) => ledger?.accepted ?? 0).filter((accepted) => accepted > 0)).toEqual([]);
  });

  test('start() while one session is closing begins the next when it is closed', async () => {
    const { stage, captions, numbersOf, start } = perform();
    start();
    await stage.wait(5);
    const first = captions.state.live;
    const stopped = captions.stop();
    start();
    expect(captions.state.live).toBe(first);
    expect(stage.microphonesOn).toBe(0);
    await finish(stage, stopped);
    expect(captions.state.live).not.toBe(first);
    expect(stage.microphonesOn).toBe(1);
    await stage.wait(5);
    // The speaker continues from the last position; the first word may have begun before the microphone was on.
    expect(numbersOf()[1]).toBeGreaterThan(5);
    await finish(stage, captions.stop());
    expect(captions.state).toMatchObject({ phase: 'closed', isListening: false });
  });

  test('start() while listening changes the microphone and keeps the session', async () => {
    const { stage, captions, start } = perform();
    start();
    await stage.wait(5);
    const { live } = captions.state;
    start();
    expect(stage.microphonesOn).toBe(1);
    expect(captions.state).toMatchObject({ live, isListening: true });
  });

  test('the end of the audio ends the session after the last words', async () => {
    const { stage, captions } = perform();
    const audio$ = new Subject<Uint8Array>();
    stage.microphone$.subscribe(audio$);
    captions.start(audio$);
    await stage.wait(5);
    audio$.complete();
    await stage.wait(10);
    expect(captions.state).toMatchObject({ phase: 'closed', isListening: false, error: undefined });
    expect(captions.state.ledger).toMatchObject({ pending: 0 });
  });

  test.each([
    ['an error of the audio', throwError(() => new DOMException('no', 'NotAllowedError')), 'no'],
    ['an error that is none', throwError(() => 'no microphone'), 'no microphone'],
    ['something that is no audio', concat(of('audio' as unknown as Uint8Array), NEVER), 'invalid-audio'],
  ])('%s ends the session, and is shown', async (_what, audio$, message) => {
    const { stage, captions } = perform();
    captions.start(audio$);
    await stage.wait(15);
    expect(captions.state).toMatchObject({ phase: 'closed', isListening: false });
    expect(captions.state.error).toBeInstanceOf(Error);
    expect(captions.state.error?.message).toContain(message);
  });

  test('a failed session releases the microphone and shows the reason, and another may begin', async () => {
    const { stage, captions, start } = perform();
    stage.server.refuse(402);
    start();
    await stage.wait(2);
    expect(captions.state).toMatchObject({
      phase: 'failed',
      isListening: false,
      error: { reason: 'payment-required' },
    });
    expect(stage.microphonesOn).toBe(0);
    start();
    await stage.wait(5);
    expect(captions.state).toMatchObject({ phase: 'open', error: undefined });
  });

  test('the release ends everything at once, and nothing begins afterwards', async () => {
    const { stage, captions, letGo, start } = perform();
    start();
    await stage.wait(5);
    letGo();
    expect(stage.microphonesOn).toBe(0);
    expect(captions.state.phase).toBe('closed');
    start();
    await stage.wait(60);
    expect(stage.microphonesOn).toBe(0);
    expect(stage.socketsOpen).toBe(0);
    expect(stage.network.links).toHaveLength(1);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('start() before hold() takes effect at hold()', async () => {
    const stage = new Stage();
    const captions = new Captions(stage.options);
    captions.start(stage.microphone$);
    expect(stage.microphonesOn).toBe(0);
    captions.hold();
    expect(stage.microphonesOn).toBe(1);
  });

  test('a function for options is called for each session', async () => {
    const stage = new Stage();
    const languages = ['en', 'de'];
    const captions = new Captions(() => ({
      ...stage.options,
      listen: { ...stage.options.listen, language: languages.shift() },
    }));
    captions.hold();
    for (let session = 0; session < 2; session += 1) {
      captions.start(stage.microphone$);
      await stage.wait(2);
      await finish(stage, captions.stop());
    }
    const asked = stage.network.links.map(({ url }) => new URL(url).searchParams.get('language'));
    expect(asked).toEqual(['en', 'de']);
  });

  test('observables go on from one session to the next', async () => {
    const { stage, captions, start } = perform();
    const utterances: string[] = [];
    const lives = new Set<unknown>();
    captions.utterances$.subscribe(({ text }) => {
      utterances.push(text);
      lives.add(captions.state.live);
    });
    for (let session = 0; session < 2; session += 1) {
      start();
      await stage.wait(5);
      await finish(stage, captions.stop());
    }
    expect(lives.size).toBe(2);
    expect(utterances.length).toBeGreaterThanOrEqual(4);
  });

  test('the ledger is renewed four times a second, however small the frames', async () => {
    const { stage, captions, states, start } = perform();
    start();
    await stage.wait(2);
    states.length = 0;
    const messages: unknown[] = [];
    captions.state.live?.messages$.subscribe((message) => messages.push(message));
    await stage.wait(10);
    const renewed = new Set(states.map(({ ledger }) => ledger)).size;
    expect(renewed).toBeGreaterThan(30);
    expect(renewed).toBeLessThanOrEqual(1 + 10 * 4 + messages.length);
  });

  test('values remain the same objects until they change', async () => {
    const { stage, states, start } = perform();
    start();
    await stage.wait(5);
    for (const [index, state] of states.entries()) {
      const before = states[index - 1];
      if (!before) continue;
      if (before.finals !== state.finals) expect(state.finals.length).not.toBe(before.finals.length);
      if (before.ledger !== state.ledger) expect(state.ledger).not.toEqual(before.ledger);
    }
  });
});

/** Hears a word every other second; half of them it takes back, the others it decides not to have heard. */
const doubtful: RecogniserFactory = ({ sampleRate }, listener) => {
  let heard = 0;
  return {
    accept: (samples) => {
      const before = Math.floor(heard / sampleRate);
      const now = Math.floor((heard += samples.length) / sampleRate);
      const word = { word: 'perhaps', start: now - 0.5, end: now, confidence: 0.3 };
      if (now === before) return;
      if (now % 4 === 0) listener.final([], now, true);
      else listener.interim(now % 2 === 1 ? [word] : [], now);
    },
    flush: (flushed) => flushed(),
    close: () => {},
  };
};

/** Lets time pass until it is done. */
async function finish<Value>(stage: Stage, promise: Promise<Value>): Promise<Value> {
  await stage.wait(15);
  return promise;
}
