import { SECRET } from '../world/platform.ts';
import type { Guarantee } from './guarantee.ts';

/** Searches the JSON of a value, and the fields of an error that JSON omits. */
function holdsSecret(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(SECRET);
  if (typeof value !== 'object' || value === null) return false;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return holdsSecret(toJSON.call(value));
  if (value instanceof Error && [value.name, value.message, value.stack, value.cause].some(holdsSecret))
    return true;
  // Not `Object.entries`: every status is searched.
  for (const name of Object.keys(value))
    if (name.includes(SECRET) || holdsSecret(value[name as keyof typeof value])) return true;
  return false;
}

export const G8: Guarantee = {
  id: 'G8',
  promise:
    'No key or token appears in an address, notice, status, error, report, or in the machine’s context and snapshots.',
  assuming: 'The app’s own errors contain none: `credentials-failed` passes its cause on unchanged.',
  watch(world) {
    const look = (where: string, value: unknown): void => {
      if (holdsSecret(value)) world.breach('G8', `a secret is in ${where}`);
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
