/**
 * A file of records, each with its length and a checksum, so that an incomplete record is detected.
 *
 *     u32 length of what follows, u32 checksum of it ─ u32 length of the JSON ─ JSON ─ bytes
 */
import { type FileHandle, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Clock } from '../../clock.ts';

/** A record, and the bytes after it. */
export type Entry = readonly [record: object, bytes?: Uint8Array];

/** Files are for their owner alone. */
const OWNER_ONLY = 0o600;
/** Smaller files are not rewritten. */
const SPARE_BYTES = 1024 * 1024;
const HEADER_BYTES = 8;

export class RecordFile {
  readonly #path: string;
  readonly #clock: Clock;
  /** How long written data may take to reach the disk; 0: an answer comes only after that. */
  readonly #syncMs: number;
  /** All records that a new file needs. */
  readonly #all: () => Iterable<Entry>;
  #handle: FileHandle | undefined;
  #size = 0;
  #pending: Buffer[] = [];
  #rewriteAbove = SPARE_BYTES;
  #isSynced = true;
  #syncTimer: unknown;
  /** Runs the steps one after the other. */
  #steps: Promise<void> = Promise.resolve();

  constructor(path: string, clock: Clock, syncMs: number, all: () => Iterable<Entry>) {
    this.#path = path;
    this.#clock = clock;
    this.#syncMs = syncMs;
    this.#all = all;
  }

  /** Continues after the complete records of a file. */
  async resume(size: number): Promise<void> {
    this.#handle = await open(this.#path, 'r+');
    await this.#handle.chmod(OWNER_ONLY);
    await this.#handle.truncate(size);
    this.#size = size;
    this.#rewriteAbove = 2 * size + SPARE_BYTES;
  }

  add(...entry: Entry): void {
    this.#pending.push(encode(entry));
  }

  /** Resolves when all added records are written, and synced if required. The next call writes again what failed. */
  async flush(): Promise<void> {
    return this.#step(async () => this.#write());
  }

  async remove(): Promise<void> {
    return this.#step(async () => {
      this.#pending = [];
      await this.#close();
      await unlink(this.#path).catch(ignoreMissing);
    });
  }

  async close(): Promise<void> {
    return this.#step(async () => {
      await this.#write();
      if (!this.#isSynced) await this.#handle?.datasync();
      await this.#close();
    });
  }

  async #step(step: () => Promise<void>): Promise<void> {
    const done = this.#steps.then(step);
    this.#steps = done.catch(() => undefined);
    return done;
  }

  async #write(): Promise<void> {
    if (!this.#handle || this.#size > this.#rewriteAbove) {
      await this.#rewrite();
      return;
    }
    const count = this.#pending.length;
    if (count > 0) {
      const bytes = Buffer.concat(this.#pending);
      await writeAll(this.#handle, bytes, this.#size);
      this.#size += bytes.length;
      this.#pending.splice(0, count);
      this.#isSynced = false;
    }
    await this.#sync(this.#handle);
  }

  async #sync(handle: FileHandle): Promise<void> {
    if (this.#isSynced || this.#syncMs === Infinity) return;
    if (this.#syncMs === 0) {
      await handle.datasync();
      this.#isSynced = true;
    } else if (this.#syncTimer === undefined) {
      this.#syncTimer = this.#clock.setTimeout(() => {
        this.#syncTimer = undefined;
        void this.#step(async () => {
          if (!this.#handle || this.#isSynced) return;
          await this.#handle.datasync();
          this.#isSynced = true;
          // A failure stays: the next call that must sync rejects, too.
        }).catch(() => undefined);
      }, this.#syncMs);
      (this.#syncTimer as { unref?: () => void }).unref?.();
    }
  }

  /** Rewrites the file without obsolete records. The old file stays until the new one is complete. */
  async #rewrite(): Promise<void> {
    const next = `${this.#path}.next`;
    const bytes = Buffer.concat([...this.#all()].map(encode));
    const before = this.#pending;
    this.#pending = [];
    try {
      const handle = await open(next, 'w', OWNER_ONLY);
      try {
        await writeAll(handle, bytes, 0);
        if (this.#syncMs !== Infinity) await handle.datasync();
        await rename(next, this.#path);
      } catch (error) {
        await handle.close();
        throw error;
      }
      await this.#handle?.close();
      this.#handle = handle;
    } catch (error) {
      this.#pending = [...before, ...this.#pending];
      throw error;
    }
    if (this.#syncMs !== Infinity) await syncFolder(dirname(this.#path));
    this.#size = bytes.length;
    this.#rewriteAbove = 2 * bytes.length + SPARE_BYTES;
    this.#isSynced = true;
  }

  async #close(): Promise<void> {
    this.#clock.clearTimeout(this.#syncTimer);
    this.#syncTimer = undefined;
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

/** The complete records of a file, and their end: a record that was cut off by a crash is left out. */
export async function readRecords(path: string): Promise<{ entries: [object, Uint8Array][]; size: number }> {
  const file = await readFile(path);
  const entries: [object, Uint8Array][] = [];
  let at = 0;
  while (at + HEADER_BYTES <= file.length) {
    const body = file.subarray(at + HEADER_BYTES, at + HEADER_BYTES + file.readUInt32LE(at));
    const isWhole = body.length === file.readUInt32LE(at) && body.length >= 4;
    if (!isWhole || crc32(body) !== file.readUInt32LE(at + 4)) break;
    const jsonEnd = 4 + body.readUInt32LE(0);
    const record = JSON.parse(body.subarray(4, jsonEnd).toString()) as object;
    // A copy: a view would keep the whole file in memory.
    entries.push([record, new Uint8Array(body.subarray(jsonEnd))]);
    at += HEADER_BYTES + body.length;
  }
  return { entries, size: at };
}

function encode([record, bytes = new Uint8Array()]: Entry): Buffer {
  const json = Buffer.from(JSON.stringify(record));
  const body = Buffer.alloc(4 + json.length + bytes.length);
  body.writeUInt32LE(json.length, 0);
  json.copy(body, 4);
  body.set(bytes, 4 + json.length);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(body.length, 0);
  header.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([header, body]);
}

/** A write may write only a part. */
async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** Only this makes a new name durable; Windows has no such call. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
