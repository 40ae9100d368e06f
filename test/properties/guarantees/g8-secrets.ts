import { SECRET } from '../world/platform.ts';
import type { Guarantee } from './guarantee.ts';

/** As text, with what JSON does not show of an error. */
function everythingOf(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (!(each instanceof Error)) return each;
    const { name, message, stack, cause } = each;
    return { name, message, stack, cause, details: Object.entries(each) };
  });
}

export const G8: Guarantee = {
  id: 'G8',
  promise:
    'No key or token appears in an address, notice, status, error, report, or in the machine’s context and snapshots.',
  assuming: 'The app’s own errors contain none: `credentials-failed` passes its cause on unchanged.',
  watch(world) {
    const look = (where: string, value: unknown): void => {
      if (everythingOf(value).includes(SECRET)) world.breach('G8', `a secret is in ${where}`);
    };
    return {
      attempted({ url }) {
        if (url.includes(SECRET)) world.breach('G8', 'a secret is in the address');
        look('the machine’s context', world.live.actor.getSnapshot().context);
      },
      notice: (notice) => look(`the notice ${notice.code}`, notice),
      status: (status) => look('the status', status),
      over(report) {
        look('the report', report);
        look('the machine’s snapshot', world.live.actor.getPersistedSnapshot());
      },
    };
  },
};
