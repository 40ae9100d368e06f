/** Sessions that wait for an owner. */
import type { Opened } from '../../store/audio-store.ts';
import { type Clauses, DESCRIPTION, SETTINGS, block, check, claimOf, opened, same } from './contract-room.ts';

export const CLAIMS: Clauses = {
  'a session that has audio and no owner is claimed by one': async ({ store, wait, id }) => {
    const writer = await store.openWriter(id, { holder: 'w', description: DESCRIPTION });
    await store.append(writer.lease, block(0, 100));
    const answers = await Promise.all(['a', 'b', 'c'].map((holder) => claimOf(store, id, `${id}${holder}`)));
    same(answers.filter(Boolean).length, 1, 'owners');
    const { lease, session } = answers.find(Boolean) as Opened;
    same([session.description, session.end], [DESCRIPTION, 100], 'description and end');
    same(await claimOf(store, id, `${id}d`), undefined, 'a claim while it is owned');
    await wait(SETTINGS.leaseMs + 50);
    const later = await claimOf(store, id, `${id}e`);
    check(later !== undefined && later.lease.epoch > lease.epoch, 'it was not claimed after its lease');
  },

  'a session without audio, or that has ended, is not claimed': async ({ store, id }) => {
    const writer = await store.openWriter(id, { holder: 'w', description: DESCRIPTION });
    same(await claimOf(store, id, `${id}a`), undefined, 'claim without audio');
    await store.append(writer.lease, block(0, 100));
    const { lease } = await opened(store, id, 'a');
    await store.confirm(lease, { number: 1, position: 100, finals: [], state: null });
    await store.release(lease, false);
    same(await claimOf(store, id, `${id}b`), undefined, 'claim when all is confirmed');
    await store.append(writer.lease, block(100, 200));
    const claimed = await claimOf(store, id, `${id}c`);
    check(claimed !== undefined, 'it was not claimed when audio came');
    await store.release(claimed.lease, true);
    same(await claimOf(store, id, `${id}d`), undefined, 'claim after its end');
    same((await store.published(id, 0, 1)).isEnded, true, 'end');
  },

  'a session with an open request is claimed': async ({ store, id }) => {
    const writer = await store.openWriter(id, { holder: 'w', description: DESCRIPTION });
    await store.request(writer.lease, { seq: 1, position: 0, data: 'end' });
    const claimed = await claimOf(store, id, `${id}a`);
    check(claimed !== undefined, 'it was not claimed');
    await store.renew(claimed.lease, 1);
    await store.release(claimed.lease, false);
    same(await claimOf(store, id, `${id}b`), undefined, 'claim when the request is done');
    same((await opened(store, id, 'a')).session.doneRequest, 1, 'number of the request that was done');
  },
};
