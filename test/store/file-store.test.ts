/** The store in a folder keeps the contract of all stores, and its data outlives the process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileStore, type FileStore } from '../../src/store/file/index.ts';
import type { Opened } from '../../src/store/index.ts';
import { storeContract } from '../../src/testing/index.ts';
import { buildProgram } from './build-program.ts';

const temporary = () => mkdtempSync(join(tmpdir(), 'rx-deepgram-file-'));

describe.concurrent.each([0, 1_000])('a store in a folder, synced after %d ms', (syncMs) => {
  const clauses = storeContract((settings) => {
    const folder = temporary();
    const store = fileStore(folder, { ...settings, syncMs });
    const dispose = async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    };
    return { store, wait: async (ms) => setTimeout(ms), dispose };
  });
  for (const { name, run } of clauses) test.concurrent(name, run);
});

describe('the folder', () => {
  let folder: string;
  let store: FileStore;
  beforeEach(() => {
    folder = join(temporary(), 'sessions');
    store = fileStore(folder);
  });
  afterEach(async () => {
    await store.close();
    rmSync(join(folder, '..'), { recursive: true });
  });

  const block = (position: number, length = 100) => ({
    position,
    end: position + length,
    bytes: new Uint8Array(length).fill(position % 251),
    capturedAt: position + 0.5,
  });
  const file = () => join(folder, readdirSync(folder)[0] ?? '');
  async function reopen(): Promise<void> {
    await store.close();
    store = fileStore(folder);
  }
  /** A session with audio, a final, a state and a request. */
  async function fill(): Promise<Opened> {
    const writer = await store.openWriter('call', { holder: 'w', description: { rate: 8_000 } });
    for (let at = 0; at < 500; at += 100) await store.append(writer.lease, block(at));
    await store.request(writer.lease, { seq: 1, position: 500, data: 'end' });
    const owner = (await store.open('call', { holder: 'o', description: null })) as Opened;
    const final = { channel: 0, end: 150, data: { text: 'one' } };
    await store.confirm(owner.lease, { number: 1, position: 150, finals: [final], state: { connection: 2 } });
    return owner;
  }

  test('is recovered at the next start, and the next owner need not wait for the lease of the one that died', async () => {
    const { lease } = await fill();
    await reopen();
    const { lease: next, session } = (await store.claim('p')) as Opened;
    expect(next.epoch).toBeGreaterThan(lease.epoch);
    expect(session).toEqual({
      description: { rate: 8_000 },
      state: { connection: 2 },
      confirmed: 150,
      end: 500,
      finals: 1,
      requests: 1,
      doneRequest: 0,
      isEnded: false,
    });
    const { blocks, requests } = await store.read('call', 150, 0, 10_000);
    expect(blocks).toEqual([block(100), block(200), block(300), block(400)]);
    expect(requests).toEqual([{ seq: 1, position: 500, data: 'end' }]);
    expect((await store.published('call', 0, 10)).finals).toEqual([
      { seq: 1, channel: 0, end: 150, data: { text: 'one' } },
    ]);
    expect(await store.confirm(lease, { number: 2, position: 200, finals: [], state: null })).toBe('fenced');
  });

  test('holds files for their owner alone, and none of a session that has ended', async () => {
    const { lease } = await fill();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    await store.release(lease, true);
    expect(readdirSync(folder)).toEqual([]);
    expect((await store.published('call', 0, 10)).finals).toHaveLength(1);
    await reopen();
    expect(await store.claim('p')).toBeUndefined();
  });

  test('a file cut off at any byte gives an earlier state of its session, which goes on', async () => {
    await fill();
    await store.close();
    const whole = readFileSync(file());
    const path = file();
    let ends = 0;
    for (let size = whole.length; size >= 0; size -= 37) {
      writeFileSync(path, whole);
      truncateSync(path, size);
      store = fileStore(folder);
      const { lease, session } = await store.openWriter('call', { holder: 'x', description: null });
      ends = Math.max(ends, session.end);
      const { blocks } = await store.read('call', 0, 0, 10_000);
      expect(blocks).toEqual(blocks.map(({ position }) => block(position)));
      expect(blocks.at(-1)?.end ?? session.end).toBe(session.end);
      await store.append(lease, block(session.end));
      await reopen();
      expect((await store.read('call', session.end, 0, 10_000)).blocks).toEqual([block(session.end)]);
      await store.close();
    }
    expect(ends).toBe(500);
  });

  test('ignores everything from a changed byte on', async () => {
    await fill();
    await store.close();
    const bytes = readFileSync(file());
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(file(), bytes);
    store = fileStore(folder);
    const { session } = await store.openWriter('call', { holder: 'x', description: null });
    expect([session.end, session.finals]).toEqual([500, 0]);
  });

  test('does not grow by confirmed audio', async () => {
    const writer = await store.openWriter('call', { holder: 'w', description: null });
    const { lease } = (await store.open('call', { holder: 'o', description: null })) as Opened;
    const length = 64 * 1024;
    for (let i = 0; i < 100; i += 1) {
      await store.append(writer.lease, block(i * length, length));
      await store.confirm(lease, { number: i + 1, position: (i - 1) * length, finals: [], state: null });
    }
    expect(statSync(file()).size).toBeLessThan(2 * 1024 * 1024);
    await reopen();
    expect((await store.read('call', 0, 0, 1e9)).blocks).toEqual([
      block(98 * length, length),
      block(99 * length, length),
    ]);
  });

  test('is for one process at a time', async () => {
    await fill();
    const other = fileStore(folder);
    await expect(other.claim('p')).rejects.toThrow('used by another process');
    await store.close();
    expect(await other.claim('p')).toBeDefined();
    await other.close();
  });

  test('a session without writes for long is removed at the next start, with its file', async () => {
    await fill();
    await store.close();
    const longAgo = Date.now() / 1000 - 8 * 86_400;
    utimesSync(file(), longAgo, longAgo);
    store = fileStore(folder);
    expect(await store.claim('p')).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('everything that was acknowledged survives kill -9', async () => {
    const program = await buildProgram(join(import.meta.dirname, 'append-for-ever.ts'));
    for (let run = 0; run < 3; run += 1) {
      const child = spawn(process.execPath, [program.path, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.on('data', (text: Buffer) => (said += text.toString()));
      await expect.poll(() => said.split('\n').length).toBeGreaterThan(200);
      child.kill('SIGKILL');
      await once(child, 'close');
      const answered = Number(said.trimEnd().split('\n').at(-1));
      store = fileStore(folder);
      const { session } = (await store.claim('p')) as Opened;
      expect(session.end).toBeGreaterThanOrEqual(answered);
      const { blocks } = await store.read('call', 0, 0, 1e9);
      expect(blocks.map(({ end }) => end)).toEqual(blocks.map((_, index) => (index + 1) * 100));
      await store.close();
    }
    await program.remove();
    store = fileStore(folder);
  });
});

test('options out of their range are refused', () => {
  expect(() => fileStore('x', { syncMs: -1 })).toThrow('syncMs is -1. Give a number from 0 to Infinity.');
  expect(() => fileStore('x', { leaseMs: Number.NaN })).toThrow('leaseMs is NaN');
});
