/** Audio that waits in the data plane: for its own bytes, or for the code that reads its container. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { finalizeMessage } from '../../src/protocol/listen-v1/client-messages.ts';
import { clusterStart, concat, fmt, noise, riff, simpleBlock, webmHeader } from './containers/muxers.ts';
import { CONTAINER, PACKETS, PATIENCE_MS, PlaneBench, audio, final } from './plane-bench.ts';

let bench: PlaneBench;

beforeEach(() => {
  bench = new PlaneBench();
});

/** A Blob whose bytes never come. */
const never = (size: number) => ({ size, arrayBuffer: () => new Promise(() => {}) }) as unknown as Blob;

describe('audio in a Blob', () => {
  test('has room only beside the Blobs that wait to be read', async () => {
    const plane = bench.build({ log: { maxSeconds: 60, maxBytes: 1_000 } });
    const hasRoom = (mayPushOut: boolean) => [400, 401].map((bytes) => plane.hasRoom(bytes, mayPushOut));
    plane.accept(new Blob([audio(150)]));
    expect([plane.isReading, hasRoom(false), hasRoom(true)]).toEqual([true, [true, false], [true, false]]);
    await plane.read(PATIENCE_MS);
    expect([plane.isReading, hasRoom(false), hasRoom(true)]).toEqual([false, [true, false], [true, true]]);
  });

  test('that cannot be read is told of, with why', async () => {
    const plane = bench.build();
    const broken = { size: 9, arrayBuffer: () => Promise.reject(new Error('gone')) };
    plane.accept(broken as unknown as Blob);
    await plane.read(PATIENCE_MS);
    expect([bench.said, bench.causes]).toEqual([[{ 'audio-unreadable': { bytes: 9 } }], [new Error('gone')]]);
  });

  test('whose bytes never come is given up with the session, and said to be [G2]', async () => {
    const plane = bench.build();
    plane.accept(never(9));
    plane.accept(audio(20));
    expect(bench.during(() => plane.close())).toEqual([{ 'audio-unreadable': { bytes: 89 } }]);
  });

  test('whose bytes come when the session is over is given up already', async () => {
    const plane = bench.build();
    plane.accept(new Blob([audio(20)]));
    plane.close();
    bench.said = [];
    await plane.read(PATIENCE_MS);
    expect([bench.said, plane.hasPendingAudio()]).toEqual([[], false]);
  });

  test('whose bytes do not come is waited for as long as was asked, and not beyond the session [G5]', async () => {
    const plane = bench.build();
    plane.accept(never(9));
    const tell = (what: string) => () => void bench.said.push(what);
    void plane.read(PATIENCE_MS).then(tell('read no more'));
    await bench.clock.advanceAsync(PATIENCE_MS - 1);
    expect(bench.said).toEqual([]);
    await bench.clock.advanceAsync(1);
    expect(bench.said).toEqual(['read no more']);
    void plane.read(PATIENCE_MS).then(tell('let go'));
    plane.close();
    await bench.clock.advanceAsync(0);
    expect(bench.said.at(-1)).toEqual('let go');
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test('whose bytes do not come holds finalize() up no longer than its own answer', async () => {
    const plane = bench.buildLive(20);
    plane.accept(never(9));
    const answer = plane.finalize(undefined);
    await bench.clock.advanceAsync(1_500);
    expect(bench.said.at(-1)).toBe(finalizeMessage());
    await bench.clock.advanceAsync(1_500);
    expect(await answer).toBe(false);
  });
});

describe('audio that is not raw', () => {
  test('waits for the code that reads it, connected or not', async () => {
    const plane = bench.build({ format: PACKETS });
    plane.attach(bench.socket);
    plane.accept(noise(50));
    expect([bench.said, plane.isReading]).toEqual([[], true]);
    await plane.read(PATIENCE_MS);
    expect([bench.said, plane.isReading]).toEqual([[{ 'audio-inexact': {} }, 'pending', '50 bytes'], false]);
  });

  test('may end before that code has come', () => {
    expect(bench.during(() => bench.build({ format: CONTAINER }).finish())).toEqual([]);
  });

  test('waits while that code cannot be loaded, which is told of and tried again [G2]', async () => {
    vi.doMock(import('../../src/audio/container-framing.ts'), () => Promise.reject(new Error('offline')));
    const plane = bench.build({ format: PACKETS });
    plane.attach(bench.socket);
    plane.accept(noise(50));
    const told = { 'audio-unreadable': { bytes: 0 } };
    await vi.waitFor(() => expect(bench.said).toEqual([told]), { timeout: 10_000 });
    expect(bench.causes).toEqual([expect.any(Error)]);
    // A silence of three seconds is told of, too.
    bench.clock.advance(2_999);
    vi.doUnmock(import('../../src/audio/container-framing.ts'));
    expect([bench.said, plane.isReading]).toEqual([[told], true]);
    bench.clock.advance(1);
    await plane.read(PATIENCE_MS);
    expect([bench.said, plane.isReading]).toEqual([
      [told, 'idle', { 'audio-inexact': {} }, 'pending', '50 bytes'],
      false,
    ]);
  });

  test('is asked for no more when the session is over [G5]', async () => {
    vi.doMock(import('../../src/audio/container-framing.ts'), () => Promise.reject(new Error('offline')));
    try {
      const plane = bench.build({ format: PACKETS });
      await vi.waitFor(() => expect(bench.said).toHaveLength(1), { timeout: 10_000 });
      plane.close();
      await bench.clock.advanceAsync(60_000);
      expect([bench.said.length, bench.clock.pendingTimers]).toEqual([1, 0]);
    } finally {
      vi.doUnmock(import('../../src/audio/container-framing.ts'));
    }
  });

  test('in packets is an estimate: a reconnect says so, and the server may know of more [G2]', async () => {
    const plane = await bench.buildLoaded(PACKETS);
    expect(bench.during(() => plane.attach(bench.socket))).toEqual([]);
    plane.accept(noise(50));
    plane.detach();
    expect(bench.during(() => plane.attach(bench.socket))).toEqual([
      '50 bytes',
      { 'audio-inexact': { connection: 2 } },
    ]);
    expect(bench.during(() => plane.receive(final(60)))).toEqual(["'a' 0–60", 'confirmed']);
  });

  test('differs in that from raw audio, of which the server knows what was sent', () => {
    const plane = bench.buildLive(250);
    plane.detach();
    expect(bench.during(() => plane.attach(bench.socket))).toEqual(['1000 bytes']);
    expect(bench.during(() => plane.receive(final(60)))).toEqual(["'a' 0–0.25", 'confirmed']);
  });

  test('begins with its header on every connection, and counts by its own rate [G4]', async () => {
    const plane = await bench.buildLoaded(CONTAINER);
    const header = riff(fmt({ rate: 8_000 }));
    plane.attach(bench.socket);
    const begun = [`${header.length} bytes`, '160 bytes'];
    expect(bench.during(() => plane.accept(concat(header, noise(160))))).toEqual(['pending', ...begun]);
    expect(plane.timeline.rate).toBe(8_000);
    plane.detach();
    expect(bench.during(() => plane.attach(bench.socket))).toEqual(begun);
    expect(bench.written.slice(2)).toEqual([header, noise(160)]);
  });

  test('is begun anew in mid-cluster by what opens it [G3]', async () => {
    const plane = await bench.buildLoaded(CONTAINER);
    plane.attach(bench.socket);
    plane.accept(concat(webmHeader(), clusterStart(0), simpleBlock(0)));
    for (const at of [20, 40]) plane.accept(simpleBlock(at));
    plane.receive(final(0.04));
    plane.detach();
    bench.written = [];
    plane.attach(bench.socket);
    expect(bench.written).toEqual([webmHeader(), clusterStart(0), simpleBlock(40)]);
  });
});
