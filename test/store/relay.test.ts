/** One process takes the audio, another transcribes it. */
import { describe, expect, test } from 'vitest';
import { type ReadTranscript, reader, type ReadStatus, type WriterDrop } from '../../src/store/index.ts';
import { memoryStore, VirtualClock } from '../../src/testing/index.ts';
import type { StoreRoad } from './machine-room.ts';
import { finalsOf, LISTEN, RelayStory } from './relay-story.ts';

const CUT_OFF: StoreRoad = { delayMs: () => 1, fate: () => 'lost' };

describe('a writer and its transcribers', () => {
  test('give every word once, and end together', async () => {
    const story = new RelayStory();
    const call = story.write();
    const claiming = story.transcribe();
    const end = await story.dictate(call, 0, 12);
    const one = await claiming;
    const ending = call.writer.end();
    await story.wait(10);
    expect(await ending).toBe(true);
    expect(one.statuses.at(-1)).toMatchObject({ phase: 'closed', outcome: 'drained' });
    await story.expectEveryWordOnce(end);
    await story.expectGivenIsPublished();
    expect((await story.store.published('call', 0, 1)).isEnded).toBe(true);
  });

  test('lose no word when a transcriber is killed under a running call', async () => {
    const story = new RelayStory();
    const call = story.write();
    const first = story.transcribe();
    let end = await story.dictate(call, 0, 7.3);
    (await first).process.kill();
    const second = story.transcribe();
    end = await story.dictate(call, end, 9);
    const two = await second;
    const ending = call.writer.end();
    await story.wait(15);
    await ending;
    expect(two.statuses.at(-1)).toMatchObject({ phase: 'closed', outcome: 'drained' });
    await story.expectEveryWordOnce(end);
    expect(two.notices.map(({ code }) => code)).not.toContain('audio-dropped');
  });

  test('lose at most the last block when the writer is killed, and go on with another', async () => {
    const story = new RelayStory();
    const call = story.write();
    const claiming = story.transcribe();
    const sent = await story.dictate(call, 0, 5.19);
    call.process.kill();
    const { end: kept } = await story.store.read('call', 0, 0, 1);
    expect(sent - kept).toBeLessThanOrEqual(250);
    const next = story.write();
    await story.wait(0.1);
    const end = await story.dictate(next, kept, 5);
    await claiming;
    const ending = next.writer.end();
    await story.wait(10);
    await ending;
    await story.expectEveryWordOnce(end);
  });

  test('execute requests after the audio before them', async () => {
    const story = new RelayStory();
    const call = story.write();
    const claiming = story.transcribe();
    const end = await story.dictate(call, 0, 3);
    await claiming;
    void call.writer.configure({ keyterm: ['rotor'] });
    void call.writer.finalize();
    await story.wait(2);
    const controls = story.server.connections.at(-1)?.controlMessages ?? [];
    const kinds = controls.map((text) => (JSON.parse(text) as { type: string }).type);
    expect(kinds).toEqual(expect.arrayContaining(['Configure', 'Finalize']));
    const after = await story.dictate(call, end, 2);
    const ending = call.writer.end();
    await story.wait(10);
    expect(await ending).toBe(true);
    const words = (await story.published()).join(' ').split(' ');
    expect(words.filter((word) => word !== '~').length).toBeGreaterThan(after / 600 - 3);
  });

  test('keep audio in memory while the store is away, drop the oldest beyond the cap, and announce it', async () => {
    const story = new RelayStory();
    const call = story.write({ maxSeconds: 3 });
    const drops: WriterDrop[] = [];
    call.writer.drops$.subscribe((drop) => drops.push(drop));
    let end = await story.dictate(call, 0, 2);
    call.road = CUT_OFF;
    end = await story.dictate(call, end, 6);
    expect(call.writer.state).toBe('away');
    call.road = { delayMs: () => 1, fate: () => 'answered' };
    const claiming = story.transcribe();
    end = await story.dictate(call, end, 4);
    const one = await claiming;
    const ending = call.writer.end();
    await story.wait(15);
    await ending;
    const dropped = drops.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
    expect(dropped).toBeGreaterThan(2);
    expect(drops.every(({ from }) => from === 'memory')).toBe(true);
    const ledger = one.live.ledger;
    expect(ledger.accepted).toBe(end);
    expect(ledger.dropped / 1_000).toBeCloseTo(dropped, 6);
    expect(ledger.pending).toBe(0);
  });

  test('push the oldest audio out of the store where no transcriber comes, and announce it', async () => {
    const story = new RelayStory();
    const call = story.write({ maxStoredSeconds: 5 });
    const drops: WriterDrop[] = [];
    call.writer.drops$.subscribe((drop) => drops.push(drop));
    const end = await story.dictate(call, 0, 9);
    expect(call.writer.backlogMs).toBeGreaterThan(8_000);
    const claiming = story.transcribe();
    await story.wait(1);
    const one = await claiming;
    const ending = call.writer.end();
    await story.wait(20);
    await ending;
    expect(drops.length).toBeGreaterThan(0);
    expect(drops.every(({ from }) => from === 'store')).toBe(true);
    const missing = one.notices.find(({ code }) => code === 'audio-dropped');
    expect(missing?.evidence).toMatchObject({ startSeconds: 0, reason: 'missing' });
    expect(one.live.ledger.accepted).toBe(end);
    expect(one.live.ledger.pending).toBe(0);
  });

  test('hold at most the memory limit of the process, and report drops at the end', async () => {
    const story = new RelayStory();
    const call = story.write({ maxProcessBytes: 4_000 });
    const drops: WriterDrop[] = [];
    call.writer.drops$.subscribe((drop) => drops.push(drop));
    let end = await story.dictate(call, 0, 2);
    call.road = CUT_OFF;
    end = await story.dictate(call, end, 6);
    const dropped = () =>
      drops.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
    // Two seconds are in the store, two are four thousand bytes, and drops are announced by the second.
    expect(dropped()).toBeGreaterThan(2);
    expect(call.writer.send(new Uint8Array(9_000_000))).toMatchObject({
      accepted: false,
      reason: 'log-full',
    });
    const ending = call.writer.end(1_000);
    await story.wait(2);
    expect(await ending).toBe(false);
    const { end: stored } = await story.store.read('call', 0, 0, 1);
    expect(dropped()).toBeCloseTo((end - stored) / 1_000, 6);
  });

  test('leave a session to the transcriber that owns it, when two claim at once', async () => {
    const story = new RelayStory();
    const call = story.write();
    const both = [story.transcribe(), story.transcribe()];
    const end = await story.dictate(call, 0, 6);
    const one = await Promise.race(both);
    const ending = call.writer.end();
    await story.wait(10);
    await ending;
    await story.expectEveryWordOnce(end);
    expect(finalsOf(one.transcripts)).toEqual((await story.published()).filter(Boolean));
  });

  test('give a session back when its writer is silent for a minute', async () => {
    const story = new RelayStory();
    const call = story.write();
    const claiming = story.transcribe();
    let end = await story.dictate(call, 0, 3);
    const one = await claiming;
    void call.writer.finalize();
    await story.wait(80);
    expect(one.session.state).toBe('released');
    const again = story.transcribe();
    end = await story.dictate(call, end, 3);
    await again;
    const ending = call.writer.end();
    await story.wait(10);
    await ending;
    await story.expectEveryWordOnce(end);
  });
});

describe('a reader', () => {
  test('gets finals exactly once over a take-over, interims and the status, and completes', async () => {
    const story = new RelayStory();
    const call = story.write();
    const seen: ReadTranscript[] = [];
    const statuses: ReadStatus[] = [];
    let isComplete = false;
    const { transcripts$, status$ } = reader(story.store, 'call', { clock: story.clock });
    transcripts$.subscribe({ next: (each) => seen.push(each), complete: () => (isComplete = true) });
    status$.subscribe((each) => statuses.push(each));
    const first = story.transcribe();
    let end = await story.dictate(call, 0, 6);
    (await first).process.kill();
    const second = story.transcribe();
    end = await story.dictate(call, end, 8);
    await second;
    const ending = call.writer.end();
    await story.wait(15);
    await ending;
    expect(isComplete).toBe(true);
    const finals = seen.filter(({ seq }) => seq !== undefined);
    expect(finals.map(({ text }) => text)).toEqual(await story.published());
    expect(finals.map(({ seq }) => seq)).toEqual(finals.map((_, index) => index + 1));
    expect(seen.some(({ final, text }) => !final && text !== '')).toBe(true);
    expect(statuses.map(({ phase }) => phase)).toContain('open');
  });

  test('that starts later begins at the given position', async () => {
    const clock = new VirtualClock();
    const store = memoryStore({ clock });
    const opened = await store.open('call', { holder: 'a', description: LISTEN });
    if (!('lease' in opened)) throw new Error('It is owned.');
    const finals = [1, 2, 3].map((number) => ({
      channel: 0,
      end: number,
      data: { id: `0-${number}`, text: `${number}`, final: true, start: number - 1, end: number },
    }));
    await store.confirm(opened.lease, { number: 1, position: 3, finals, state: null });
    await store.release(opened.lease, true);
    const texts: string[] = [];
    reader(store, 'call', { after: 1, clock }).transcripts$.subscribe(({ text }) => texts.push(text));
    await clock.advanceAsync(1_000);
    expect(texts).toEqual(['2', '3']);
  });
});
