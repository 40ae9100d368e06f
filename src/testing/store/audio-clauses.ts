/** Audio by position, and the requests behind it. */
import { type Clauses, ALL, DESCRIPTION, block, check, readAll, same, sameBlocks } from './contract-room.ts';

export const AUDIO: Clauses = {
  'audio is read as it was appended': async ({ store, id }) => {
    const { lease } = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    const blocks = [block(0, 100, 5_000.25), block(100, 150), block(150, 400, 6_000)];
    for (const each of blocks) await store.append(lease, each);
    sameBlocks(await readAll(store, id, 0), blocks);
    sameBlocks(await readAll(store, id, 100), blocks.slice(1));
    sameBlocks(await readAll(store, id, 149), blocks.slice(1));
    sameBlocks(await readAll(store, id, 400), []);
    const { end, confirmed, requests } = await store.read(id, 400, 0, ALL);
    same([end, confirmed, requests], [400, 0, []], 'end, confirmed and requests');
  },

  'every byte of a view of a buffer is kept as it is': async ({ store, id }) => {
    const { lease } = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    const buffer = Uint8Array.from({ length: 768 }, (_, index) => index);
    const given = buffer.subarray(256, 512);
    await store.append(lease, { position: 0, end: 128, bytes: given, capturedAt: undefined });
    const [read] = await readAll(store, id, 0);
    same([...(read?.bytes ?? [])], [...Array.from({ length: 256 }).keys()], 'bytes');
  },

  'audio is copied: the writer may reuse its memory after the answer': async ({ store, id }) => {
    const { lease } = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    const given = block(0, 100);
    await store.append(lease, given);
    given.bytes.fill(0);
    sameBlocks(await readAll(store, id, 0), [block(0, 100)]);
  },

  'an append whose answer was lost can be repeated': async ({ store, id }) => {
    const { lease } = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    await store.append(lease, block(0, 100));
    same(await store.append(lease, block(0, 100)), { previousEnd: 100, end: 100, confirmed: 0 }, 'repeat');
    same(
      await store.append(lease, block(0, 150)),
      { previousEnd: 100, end: 100, confirmed: 0 },
      'a longer repeat',
    );
    sameBlocks(await readAll(store, id, 0), [block(0, 100)]);
  },

  'missing audio leaves a gap, and later positions stay': async ({ store, id }) => {
    const { lease } = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    await store.append(lease, block(0, 100));
    same(
      await store.append(lease, block(300, 400)),
      { previousEnd: 100, end: 400, confirmed: 0 },
      'append behind a gap',
    );
    sameBlocks(await readAll(store, id, 0), [block(0, 100), block(300, 400)]);
  },

  'an append drops the oldest audio when it is requested': async ({ store, id }) => {
    const { lease } = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    for (let start = 0; start < 400; start += 100) await store.append(lease, block(start, start + 100));
    await store.append(lease, block(400, 500), 200);
    sameBlocks(await readAll(store, id, 0), [block(200, 300), block(300, 400), block(400, 500)]);
  },

  'a read is bounded, and gives one block at least': async ({ store, id }) => {
    const { lease } = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    const blocks = [0, 100, 200, 300].map((start) => block(start, start + 100));
    for (const each of blocks) await store.append(lease, each);
    sameBlocks([...(await store.read(id, 0, 0, 1)).blocks], blocks.slice(0, 1));
    const { blocks: some } = await store.read(id, 0, 0, 450);
    check(some.length >= 1 && some.length <= 3, `${some.length} blocks of 200 bytes for 450`);
    sameBlocks([...some], blocks.slice(0, some.length));
  },

  'requests are kept in order, and not doubled by a repeat': async ({ store, id }) => {
    const { lease } = await store.openWriter(id, { holder: 'w', description: DESCRIPTION });
    const configure = {
      seq: 1,
      position: 0,
      data: { kind: 'configure', change: { keyterms: ['Zürich', '"'] } },
    };
    const finalize = { seq: 2, position: 100, data: { kind: 'finalize' } };
    same(await store.request(lease, configure), undefined, 'request');
    same(await store.request(lease, configure), undefined, 'repeat');
    same(await store.request(lease, finalize), undefined, 'request');
    same(await store.request(lease, configure), undefined, 'late repeat');
    same((await store.read(id, 0, 0, ALL)).requests, [configure, finalize], 'requests');
    same((await store.read(id, 0, 1, ALL)).requests, [finalize], 'requests after the first');
    const { session } = await store.openWriter(id, { holder: 'x', description: DESCRIPTION });
    same([session.requests, session.doneRequest], [2, 0], 'numbers of the last request and the last done');
  },
};
