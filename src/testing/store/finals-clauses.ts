/** Finals exactly once, and the audio that is deleted with them. */
import {
  type Clauses,
  ALL,
  DESCRIPTION,
  SETTINGS,
  block,
  check,
  claimOf,
  final,
  opened,
  readAll,
  same,
  sameBlocks,
} from './contract-room.ts';

export const FINALS: Clauses = {
  'a confirmation publishes, keeps the state, advances and deletes audio in one step': async ({
    store,
    id,
  }) => {
    const { lease } = await opened(store, id, 'a');
    const writer = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    for (let start = 0; start < 300; start += 100)
      await store.append(writer.lease, block(start, start + 100));
    const state = { connection: 3, covered: [[0, 150]], text: '✓ "quoted"' };
    same(
      await store.confirm(lease, { number: 1, position: 150, finals: [final(0, 90), final(0, 150)], state }),
      { previous: 0, seqs: [1, 2] },
      'confirmation',
    );
    same(
      (await store.published(id, 0, 10)).finals,
      [
        { ...final(0, 90), seq: 1 },
        { ...final(0, 150), seq: 2 },
      ],
      'finals',
    );
    same((await store.published(id, 1, 10)).finals, [{ ...final(0, 150), seq: 2 }], 'finals after the first');
    same((await store.published(id, 0, 1)).finals, [{ ...final(0, 90), seq: 1 }], 'one final');
    const first = (await readAll(store, id, 0))[0];
    check(first !== undefined && first.position >= 100 && first.end > 150, 'confirmed audio is still there');
    const { session } = await opened(store, id, 'a');
    same([session.confirmed, session.end, session.finals], [150, 300, 2], 'confirmed, end and finals');
    same(session.state, state, 'state');
  },

  'a confirmation whose answer was lost publishes nothing twice': async ({ store, id }) => {
    const { lease } = await opened(store, id, 'a');
    const confirmation = { number: 1, position: 100, finals: [final(0, 100), final(1, 80)], state: 1 };
    await store.confirm(lease, confirmation);
    same(await store.confirm(lease, confirmation), { previous: 100, seqs: [undefined, undefined] }, 'repeat');
    same((await store.published(id, 0, 10)).finals.length, 2, 'finals');
  },

  'numbers of finals that the store has lost are not given again': async ({ store, id }) => {
    const { lease } = await opened(store, id, 'a');
    await store.confirm(lease, { number: 1, position: 90, finals: [final(0, 90)], afterFinal: 0, state: 1 });
    const later = {
      number: 3,
      position: 200,
      finals: [final(0, 150), final(0, 200)],
      afterFinal: 4,
      state: 3,
    };
    same(await store.confirm(lease, later), { previous: 90, seqs: [5, 6] }, 'confirmation');
    const { finals } = await store.published(id, 1, 10);
    same(
      finals.map(({ seq }) => seq),
      [5, 6],
      'numbers',
    );
  },

  'a confirmation that comes late changes nothing': async ({ store, id }) => {
    const { lease } = await opened(store, id, 'a');
    await store.confirm(lease, { number: 2, position: 100, finals: [final(0, 100)], state: 2 });
    same(
      await store.confirm(lease, { number: 1, position: 90, finals: [final(1, 90)], state: 1 }),
      { previous: 100, seqs: [undefined] },
      'late confirmation',
    );
    await store.release(lease, false);
    const { lease: next, session } = await opened(store, id, 'b');
    same([session.confirmed, session.finals, session.state], [100, 1, 2], 'confirmed, finals and state');
    same(
      await store.confirm(next, { number: 1, position: 110, finals: [final(0, 110)], state: 3 }),
      { previous: 100, seqs: [2] },
      'first confirmation of the next owner',
    );
  },

  'a final is refused only if its end is not beyond that of its channel': async ({ store, id }) => {
    const { lease } = await opened(store, id, 'a');
    await store.confirm(lease, { number: 1, position: 0, finals: [final(0, 100)], state: null });
    same(
      await store.confirm(lease, {
        number: 2,
        position: 50,
        finals: [final(1, 50), final(0, 99), final(0, 100), final(0, 101), final(1, 51)],
        state: null,
      }),
      { previous: 0, seqs: [2, undefined, undefined, 3, 4] },
      'confirmation',
    );
  },

  'the confirmed position never goes back, and may be beyond the audio': async ({ store, id }) => {
    const { lease } = await opened(store, id, 'a');
    const writer = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    await store.append(writer.lease, block(0, 100));
    await store.confirm(lease, { number: 1, position: 250, finals: [], state: 1 });
    same(
      await store.confirm(lease, { number: 2, position: 50, finals: [], state: 2 }),
      { previous: 250, seqs: [] },
      'a lower confirmation',
    );
    const { session } = await opened(store, id, 'a');
    same([session.confirmed, session.end, session.state], [250, 250, 2], 'confirmed, end and state');
    sameBlocks(await readAll(store, id, 0), []);
    same(
      await store.append(writer.lease, block(250, 300)),
      { previousEnd: 250, end: 300, confirmed: 250 },
      'append',
    );
  },

  'readers see what the owner shows': async ({ store, id }) => {
    const { lease } = await opened(store, id, 'a');
    same((await store.published(id, 0, 10)).shown, undefined, 'shown before');
    await store.show(lease, { interims: ['one'] });
    await store.show(lease, { interims: ['one', 'two'] });
    same((await store.published(id, 0, 10)).shown, { interims: ['one', 'two'] }, 'shown');
  },

  'everything of a session expires': async ({ store, wait, id }) => {
    const { lease } = await opened(store, id, 'a');
    const writer = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    await store.append(writer.lease, block(0, 100));
    await store.request(writer.lease, { seq: 1, position: 100, data: 'end' });
    await store.confirm(lease, { number: 1, position: 10, finals: [final(0, 10)], state: 1 });
    await store.show(lease, 'text');
    await wait(SETTINGS.expireMs / 2);
    same((await store.published(id, 0, 10)).finals.length, 1, 'finals before');
    await wait(SETTINGS.expireMs + 100);
    same(await store.published(id, 0, 10), { finals: [], shown: undefined, isEnded: false }, 'publications');
    same(await store.read(id, 0, 0, ALL), { blocks: [], end: 0, confirmed: 0, requests: [] }, 'audio');
    same(await claimOf(store, id, `${id}b`), undefined, 'claim');
    same(await store.renew(lease, 0), 'forgotten', 'renewal');
    same((await opened(store, id, 'c', 'new')).session.description, 'new', 'description');
  },

  'sessions do not affect each other': async ({ store, id }) => {
    const one = await opened(store, id, 'a');
    const two = await opened(store, `${id}:2`, 'a');
    const writer = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    await store.append(writer.lease, block(0, 100));
    await store.confirm(one.lease, { number: 1, position: 50, finals: [final(0, 50)], state: 1 });
    same(
      await store.read(`${id}:2`, 0, 0, ALL),
      { blocks: [], end: 0, confirmed: 0, requests: [] },
      'audio of the other',
    );
    same((await store.published(`${id}:2`, 0, 10)).finals, [], 'finals of the other');
    same(await store.renew(two.lease, 0), undefined, 'renewal of the other');
  },
};
