/** A session that outlives its process. */
import { describe, expect, test } from 'vitest';
import { createLiveTranscription, type LiveTranscriptionOptions } from '../../src/index.ts';
import { durable } from '../../src/store/index.ts';
import { memoryStore, VirtualClock } from '../../src/testing/index.ts';
import type { StoreRoad } from './machine-room.ts';
import { finalsOf, LISTEN, RelayStory, type Runner } from './relay-story.ts';

const CUT_OFF: StoreRoad = { delayMs: () => 1, fate: () => 'lost' };

async function close(story: RelayStory, { live }: Runner) {
  const closing = live.close();
  await story.wait(12);
  return closing;
}

describe('a session in a store', () => {
  test('gives the app what the store has taken, and ends with everything in it', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 12);
    const report = await close(story, one);
    expect(report.outcome).toBe('drained');
    await story.expectEveryWordOnce(report.ledger.accepted);
    await story.expectGivenIsPublished();
    expect(one.session.state).toBe('released');
    expect((await story.store.published('call', 0, 1)).isEnded).toBe(true);
    const history = await durable(story.store, 'call').history();
    expect(history.map(({ text }) => text)).toEqual(await story.published());
  });

  test('goes on in another process after the first was killed: no final lost, doubled or out of order', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 10.3);
    one.process.kill();
    const two = story.run();
    await story.wait(5);
    expect(two.session.state).toBe('owned');
    await story.speak(two, 10);
    const report = await close(story, two);
    expect(report.outcome).toBe('drained');
    await story.expectEveryWordOnce(report.ledger.accepted);
    expect(report.connections).toBe(2);
    const history = await durable(story.store, 'call').history();
    const ids = history.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(history.map(({ seq }) => seq)).toEqual(ids.map((_, index) => index + 1));
  });

  test('loses at most a quarter of a second of audio to a kill', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 7.19);
    const { accepted } = one.live.ledger;
    one.process.kill();
    const { end } = await story.store.read('call', 0, 0, 1);
    expect(accepted - end).toBeLessThanOrEqual(250);
  });

  test('gives the first text within 1.5 s after the lease of a killed process', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 5);
    one.process.kill();
    const two = story.run();
    await story.wait(4.5);
    expect(two.transcripts.length).toBeGreaterThan(0);
  });

  test('is handed over in a fifth of a second, and sends audio again a tenth later', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 8);
    const two = story.run();
    await story.wait(1);
    expect(two.session.state).toBe('waiting');
    let isOver = false;
    void one.session.handOver().then(() => (isOver = true));
    await story.wait(0.2);
    expect(isOver).toBe(true);
    await story.wait(0.1);
    expect(two.session.state).toBe('owned');
    expect(two.statuses.at(-1)?.phase).toBe('open');
    // A word lasts longer than that.
    await story.wait(0.8);
    expect(two.transcripts.length).toBeGreaterThan(0);
    // All that was accepted was handed over.
    expect(two.live.ledger.accepted).toBe(one.live.ledger.accepted);
    const report = await close(story, two);
    await story.expectEveryWordOnce(report.ledger.accepted);
    await story.expectGivenIsPublished();
  });

  test('calls the store less than six times a second, however small the frames and however slow the store', async () => {
    const story = new RelayStory();
    const calls = { append: 0, confirm: 0, renew: 0 };
    for (const name of ['append', 'confirm', 'renew'] as const) {
      const method = story.store[name].bind(story.store) as (...given: unknown[]) => Promise<unknown>;
      Object.assign(story.store, {
        [name]: (...given: unknown[]) => {
          calls[name] += 1;
          return method(...given);
        },
      });
    }
    const one = story.run();
    one.road = { delayMs: () => 15, fate: () => 'answered' };
    await story.speak(one, 20);
    expect(calls.append).toBeLessThanOrEqual(100);
    // A confirmation renews the lease.
    expect(calls.confirm + calls.renew).toBeLessThanOrEqual(20);
  });

  test('confirms once for a final that covers audio which is not in the store yet', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 3);
    const kinds: string[] = [];
    for (const name of ['append', 'confirm'] as const) {
      const method = story.store[name].bind(story.store) as (...given: unknown[]) => Promise<unknown>;
      Object.assign(story.store, { [name]: (...given: unknown[]) => (kinds.push(name), method(...given)) });
    }
    void one.live.finalize();
    await story.speak(one, 0.5);
    expect(kinds.slice(0, 3)).toEqual(['confirm', 'append', 'append']);
    await close(story, one);
  });

  test('keeps the memory of a block whose first call may still be carried out', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 3);
    const blocks: { bytes: Uint8Array; text: string }[] = [];
    const append = story.store.append.bind(story.store);
    story.store.append = async (lease, block, keepFrom) => {
      blocks.push({ bytes: block.bytes, text: String(block.bytes) });
      if (blocks.length === 1) throw new Error('The store is away.');
      return append(lease, block, keepFrom);
    };
    await story.speak(one, 2);
    expect(String(blocks[0]?.bytes)).toBe(blocks[0]?.text);
    // That of others is used again.
    expect(new Set(blocks.slice(2).map(({ bytes }) => bytes.buffer)).size).toBeLessThan(blocks.length - 2);
    await close(story, one);
  });

  test('stops in a process that slept while another took it over, and emits nothing more there', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 6);
    one.process.stop();
    const two = story.run();
    await story.wait(5);
    await story.speak(two, 5);
    const given = finalsOf(one.transcripts).length;
    const wire = story.server.connections.length;
    one.process.continue();
    await story.wait(1);
    expect(one.session.state).toBe('lost');
    expect(one.statuses.at(-1)).toMatchObject({ phase: 'failed', error: { reason: 'session-lost' } });
    expect(finalsOf(one.transcripts)).toHaveLength(given);
    expect(story.server.connections.length).toBe(wire);
    await expect(one.live.close()).resolves.toMatchObject({ outcome: 'failed' });
    const report = await close(story, two);
    await story.expectEveryWordOnce(report.ledger.accepted);
    await story.expectGivenIsPublished();
  });

  test('keeps audio in memory while the store is away, holds finals back, and reports it', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 4);
    one.road = CUT_OFF;
    await story.speak(one, 1);
    const given = finalsOf(one.transcripts).length;
    await story.speak(one, 9);
    expect(one.session.state).toBe('away');
    expect(finalsOf(one.transcripts)).toHaveLength(given);
    one.road = { delayMs: () => 1, fate: () => 'answered' };
    await story.wait(2);
    expect(one.session.state).toBe('owned');
    expect(finalsOf(one.transcripts).length).toBeGreaterThan(given);
    expect(one.notices.map(({ code }) => code)).toEqual(expect.arrayContaining(['store-away', 'store-back']));
    const report = await close(story, one);
    expect(report.outcome).toBe('drained');
    await story.expectEveryWordOnce(report.ledger.accepted);
    await story.expectGivenIsPublished();
  });

  test('does not call the end drained while finals are not in the store', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 3);
    one.road = CUT_OFF;
    await story.speak(one, 3);
    const closing = one.live.close();
    await story.wait(20);
    expect((await closing).outcome).toBe('deadline');
    await story.expectGivenIsPublished();
  });

  test('finds finals whose acknowledged writes the store has lost, and goes on', async () => {
    const clock = new VirtualClock();
    let store = memoryStore({ clock });
    const story = new RelayStory(
      {},
      new Proxy(store, {
        get: (_, name: 'leaseMs') => {
          const value: unknown = store[name];
          return typeof value === 'function' ? (value.bind(store) as unknown) : value;
        },
      }),
    );
    const one = story.run();
    await story.speak(one, 8);
    const before = await story.published();
    store = memoryStore({ clock });
    await story.speak(one, 8);
    const report = await close(story, one);
    expect(report.outcome).toBe('drained');
    expect(one.notices.map(({ code }) => code)).toContain('store-forgot');
    const { finals } = await story.store.published('call', 0, 100);
    // The hole shows in the numbers, and behind it nothing is missing.
    expect(finals[0]?.seq).toBeGreaterThan(before.length);
    const given = finalsOf(one.transcripts);
    expect(given.slice(-finals.length)).toEqual(finals.map(({ data }) => (data as { text: string }).text));
  });

  test('gives no number twice when the store has lost the last final of the same owner', async () => {
    const story = new RelayStory();
    const one = story.run();
    const confirm = story.store.confirm.bind(story.store);
    let isLost = false;
    story.store.confirm = async (lease, confirmation) => {
      const { finals, afterFinal = 0, position } = confirmation;
      if (isLost || afterFinal < 1 || finals.length === 0) return confirm(lease, confirmation);
      isLost = true;
      return { previous: position, seqs: finals.map((_, index) => afterFinal + index + 1) };
    };
    await story.speak(one, 20);
    expect(one.notices.map(({ code }) => code)).toContain('store-forgot');
    const { finals } = await story.store.published('call', 0, 100);
    const seqs = finals.map(({ seq }) => seq);
    expect(seqs.slice(0, 2)).toEqual([1, 3]);
    expect(finalsOf(one.transcripts)).toHaveLength(seqs.at(-1) ?? 0);
    await close(story, one);
  });

  test('goes on with parameters that were changed', async () => {
    const story = new RelayStory();
    const one = story.run({ listen: { ...LISTEN, model: 'nova-3' } });
    await story.speak(one, 2);
    void one.live.configure({ keyterm: ['rotor'] }).catch(() => undefined);
    await story.speak(one, 8);
    one.process.kill();
    const two = story.run();
    await story.wait(5);
    await story.speak(two, 1);
    expect(two.live.ledger.accepted).toBeGreaterThan(8_000);
    expect(story.server.connections.at(-1)?.query.get('keyterm')).toBe('rotor');
    await close(story, two);
  });

  test('gives words the time of their capture after a take-over', async () => {
    const story = new RelayStory();
    const beganAt = story.clock.wallTime();
    const one = story.run();
    await story.speak(one, 3);
    one.process.kill();
    await story.wait(30);
    const two = story.run();
    await story.wait(3);
    const first = two.transcripts.find(({ words }) => words.length > 0);
    expect(first?.words[0]?.capturedAt).toBeGreaterThan(beganAt - 50);
    expect(first?.words[0]?.capturedAt).toBeLessThan(beganAt + 3_000);
    await close(story, two);
  });
});

describe('a session in a store is refused', () => {
  const options = (listen: LiveTranscriptionOptions['listen']): LiveTranscriptionOptions => ({
    auth: { apiKey: 'any' },
    listen,
    clock: new VirtualClock(),
    session: durable(memoryStore({ clock: new VirtualClock() }), 'call', { holder: 'a' }),
  });

  test('for containers, which cannot be cut at a sample', () => {
    expect(() => createLiveTranscription(options({ model: 'nova-3' }))).toThrow(/raw audio only/);
  });

  test('for a second session with the same object', () => {
    const same = options(LISTEN);
    const first = createLiveTranscription(same);
    expect(() => createLiveTranscription(same)).toThrow(/in use/);
    first.abort();
  });

  test('where it was begun with another sample rate', async () => {
    const story = new RelayStory();
    const one = story.run();
    await story.speak(one, 2);
    one.process.kill();
    const two = story.run({ listen: { ...LISTEN, sample_rate: 2 * LISTEN.sample_rate } });
    await story.wait(5);
    expect(two.statuses.at(-1)).toMatchObject({ phase: 'failed', error: { reason: 'invalid-option' } });
  });
});
