import type { WireLink } from '../world/wire.ts';
import type { Guarantee } from './guarantee.ts';

/** Twenty failures in a row, and the useful connection before them. */
const ATTEMPTS = 21;
const PROBE_MS = 30_000;
/** A closing session does not wait for a probe: until the deadline there are backoffs of 5 s on average. */
const CLOSING_RETRY_MS = 2_000;
/** Speech after such a silence is a new beginning. */
const PAUSE_MS = 900;
const FATAL_STATUSES = new Set([400, 402, 403, 404, 422]);
const FATAL_CODES = new Set([1002, 1003, 1007, 1008, 1009, 1010]);
const GENTLE_MS = 1_000;

export const G7: Guarantee = {
  id: 'G7',
  promise:
    'Attempts are bounded: fatal ends are never retried; 401 is retried once, with a new token; other ends are retried with backoff, twenty times in a row, then every 30 s. Only a result that confirms new audio refills this budget.',
  assuming:
    'One more attempt is allowed for each `connect()` or `close()`, each `online` event (at most one a second), and speech after a pause.',
  watch(world) {
    let attempts = 0;
    let sinceMs = 0;
    let excuses = 0;
    let confirmed = 0;
    let lastSentMs = -Infinity;
    let gentleUntilMs = -Infinity;
    let fatal: string | undefined;
    let unauthorised: WireLink | undefined;

    const isFatal = ({ end }: WireLink): boolean =>
      end !== undefined &&
      (end.status === undefined ? FATAL_CODES.has(end.code) : FATAL_STATUSES.has(end.status));
    return {
      act(what) {
        if (what === 'connect' || what === 'close' || what === 'online') {
          excuses += what === 'close' ? 1 + Math.ceil((world.deadlineMs - world.now) / CLOSING_RETRY_MS) : 1;
          gentleUntilMs = -Infinity;
        }
      },
      sent(_, { accepted }) {
        if (accepted && world.now - lastSentMs > PAUSE_MS) {
          excuses += 1;
          gentleUntilMs = -Infinity;
        }
        if (accepted) lastSentMs = world.now;
      },
      step() {
        const now = world.ledger.confirmed;
        if (now === confirmed) return;
        confirmed = now;
        attempts = 0;
        excuses = 0;
        sinceMs = world.now;
      },
      attempted(link) {
        attempts += 1;
        if (attempts === 1) sinceMs = world.now;
        const allowed = ATTEMPTS + excuses + Math.ceil((world.now - sinceMs) / PROBE_MS);
        if (attempts > allowed) {
          const seconds = ((world.now - sinceMs) / 1000).toFixed(1);
          world.breach(
            'G7',
            `attempt ${attempts} within ${seconds} s, and no result between them (${allowed} are allowed)`,
          );
        }
        if (fatal !== undefined) world.breach('G7', `link ${link.number} is attempted after ${fatal}`);
        if (world.now < gentleUntilMs)
          world.breach('G7', `link ${link.number} is attempted too soon after the server asked for patience`);
        if (unauthorised && link.secret === unauthorised.secret) {
          world.breach('G7', `link ${link.number} is attempted with the token that was refused`);
        }
      },
      opened() {
        unauthorised = undefined;
      },
      ended(link) {
        const { end } = link;
        if (isFatal(link)) fatal = `an end that no retry mends (${end?.status ?? end?.code})`;
        if (end?.status === 401) {
          if (unauthorised) fatal = 'a second 401';
          unauthorised = link;
        }
        if (end?.status === 429 || end?.code === 1013) gentleUntilMs = world.now + GENTLE_MS - 5;
      },
      over(report) {
        if (
          fatal !== undefined &&
          report.outcome !== 'failed' &&
          report.ledger.pending > 0 &&
          report.outcome !== 'aborted'
        ) {
          world.breach('G7', `after ${fatal} the session ended as '${report.outcome}'`);
        }
      },
    };
  },
};
