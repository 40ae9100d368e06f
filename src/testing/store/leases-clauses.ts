/** The owner and the writer of a session. */
import type { Held, Lease } from '../../store/audio-store.ts';
import { type Clauses, DESCRIPTION, SETTINGS, block, check, final, opened, same } from './contract-room.ts';

export const LEASES: Clauses = {
  'a new session begins at 0 with its description': async ({ store, id }) => {
    const { lease, session } = await opened(store, id, 'a');
    same(lease.id, id, 'id of the lease');
    same(lease.holder, 'a', 'holder of the lease');
    same(session, {
      description: DESCRIPTION,
      state: undefined,
      confirmed: 0,
      end: 0,
      finals: 0,
      requests: 0,
      doneRequest: 0,
      isEnded: false,
    });
  },

  'the first description stays': async ({ store, id }) => {
    await store.openWriter(id, { holder: 'w', description: DESCRIPTION });
    const { session } = await opened(store, id, 'a', { other: true });
    same(session.description, DESCRIPTION, 'description');
  },

  'a session has one owner, and gives the remaining time of its lease': async ({ store, id }) => {
    await opened(store, id, 'a');
    const second = await store.open(id, { holder: 'b', description: DESCRIPTION });
    const { heldMs } = second as Held;
    check(heldMs > 0 && heldMs <= SETTINGS.leaseMs, `it is held for ${heldMs} ms`);
  },

  'of two simultaneous opens one becomes the owner': async ({ store, id }) => {
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((holder) => store.open(id, { holder, description: DESCRIPTION })),
    );
    same(answers.filter((answer) => 'lease' in answer).length, 1, 'owners');
  },

  'an open whose answer was lost can be repeated': async ({ store, id }) => {
    const first = await opened(store, id, 'a');
    const second = await opened(store, id, 'a');
    same(second.lease, first.lease, 'lease');
    same(await store.renew(first.lease, 0), undefined, 'renewal');
  },

  'after its time a lease can be taken, with a higher epoch': async ({ store, wait, id }) => {
    const first = await opened(store, id, 'a');
    await wait(SETTINGS.leaseMs + 50);
    const second = await opened(store, id, 'b');
    check(second.lease.epoch > first.lease.epoch, 'the epoch is not higher');
  },

  'a lease that is renewed is not taken': async ({ store, wait, id }) => {
    const { lease } = await opened(store, id, 'a');
    for (let times = 0; times < 3; times += 1) {
      await wait(SETTINGS.leaseMs / 2);
      same(await store.renew(lease, 0), undefined, 'renewal');
    }
    check('heldMs' in (await store.open(id, { holder: 'b', description: DESCRIPTION })), 'it was taken');
  },

  'a confirmation renews the lease': async ({ store, wait, id }) => {
    const { lease } = await opened(store, id, 'a');
    for (let times = 0; times < 3; times += 1) {
      await wait(SETTINGS.leaseMs / 2);
      await store.confirm(lease, { number: times + 1, position: 0, finals: [], state: null });
    }
    check('heldMs' in (await store.open(id, { holder: 'b', description: DESCRIPTION })), 'it was taken');
  },

  'an expired lease stays valid until there is a newer one': async ({ store, wait, id }) => {
    const { lease } = await opened(store, id, 'a');
    await wait(SETTINGS.leaseMs + 50);
    same(
      await store.confirm(lease, { number: 1, position: 0, finals: [final(0, 10)], state: null }),
      { previous: 0, seqs: [1] },
      'confirmation',
    );
    check('heldMs' in (await store.open(id, { holder: 'b', description: DESCRIPTION })), 'it was taken');
  },

  'an owner that was replaced is fenced from every write': async ({ store, wait, id }) => {
    const { lease } = await opened(store, id, 'a');
    await wait(SETTINGS.leaseMs + 50);
    const later = await opened(store, id, 'b');
    const confirmation = { number: 1, position: 100, finals: [final(0, 100)], state: 'a' };
    same(await store.confirm(lease, confirmation), 'fenced', 'confirmation');
    same(await store.renew(lease, 5), 'fenced', 'renewal');
    await store.release(lease, true);
    await store.show(lease, 'a');
    check('heldMs' in (await store.open(id, { holder: 'c', description: DESCRIPTION })), 'it was released');
    same(await store.published(id, 0, 10), { finals: [], shown: undefined, isEnded: false }, 'publications');
    const { session } = await opened(store, id, later.lease.holder);
    same([session.confirmed, session.state, session.doneRequest], [0, undefined, 0], 'session');
  },

  'a released lease can be taken at once, and is no longer valid': async ({ store, id }) => {
    const { lease } = await opened(store, id, 'a');
    await store.release(lease, false);
    await store.release(lease, false);
    same(await store.renew(lease, 0), 'fenced', 'renewal of the released lease');
    const later = await opened(store, id, 'b');
    check(later.lease.epoch > lease.epoch, 'the epoch is not higher');
    await store.release(lease, true);
    same(await store.renew(later.lease, 0), undefined, 'renewal of the new lease');
  },

  'a lease that the store does not know is forgotten, and replaced by a higher one': async ({
    store,
    id,
  }) => {
    const lost: Lease = { id, holder: 'a', epoch: 7 };
    same(
      await store.confirm(lost, { number: 1, position: 0, finals: [], state: null }),
      'forgotten',
      'confirmation',
    );
    same(await store.renew(lost, 0), 'forgotten', 'renewal');
    same(await store.append(lost, block(0, 10)), 'forgotten', 'append');
    const first = await opened(store, id, 'a');
    same(await store.renew(lost, 0), 'forgotten', 'renewal after an older lease');
    const after = { afterEpoch: 7, afterFinal: 30 };
    const again = await store.open(id, { holder: 'a', description: DESCRIPTION, ...after });
    check('lease' in again && again.lease.epoch > 7, 'the epoch is not higher than that of the lost lease');
    same(
      await store.confirm(again.lease, { number: 1, position: 0, finals: [final(0, 10)], state: null }),
      { previous: 0, seqs: [31] },
      'confirmation behind the finals that were lost',
    );
    same((await store.published(id, 29, 1)).finals, [{ ...final(0, 10), seq: 31 }], 'finals');
    same(await store.renew(first.lease, 0), 'fenced', 'renewal of the lease before');
  },

  'a new writer fences the one before at once': async ({ store, id }) => {
    const first = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    await store.append(first.lease, block(0, 100));
    const second = await store.openWriter(id, { holder: 'b', description: DESCRIPTION });
    same(second.session.end, 100, 'end of the audio');
    same(await store.append(first.lease, block(100, 200)), 'fenced', 'append');
    same(await store.request(first.lease, { seq: 1, position: 100, data: 'end' }), 'fenced', 'request');
    same(
      await store.append(second.lease, block(100, 200)),
      { previousEnd: 100, end: 200, confirmed: 0 },
      'append',
    );
  },

  'an openWriter whose answer was lost can be repeated': async ({ store, id }) => {
    const first = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    const second = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    same(second.lease, first.lease, 'lease');
  },

  'writer and owner do not fence each other': async ({ store, id }) => {
    const { lease } = await opened(store, id, 'a');
    const writer = await store.openWriter(id, { holder: 'a', description: DESCRIPTION });
    await store.append(writer.lease, block(0, 10));
    same(await store.renew(lease, 0), undefined, 'renewal');
    same((await store.openWriter(id, { holder: 'w', description: DESCRIPTION })).session.end, 10, 'end');
    same(await store.renew(lease, 0), undefined, 'renewal');
  },
};
