import type { Guarantee } from './guarantee.ts';

/** Timers have a grain, and what remains to be sent is paced with a margin. */
const SLACK_MS = 50;

export const G9: Guarantee = {
  id: 'G9',
  promise:
    '`close()` settles within its deadline in any network, with a true report. A slow server that still answers has time to finish. On a healthy connection everything is drained, also after one drop during the drain.',
  assuming:
    'The deadline is 3 × `drainMs` plus the time to send the remaining audio. Time in which the event loop is blocked does not count.',
  watch(world) {
    let isClosing = false;
    let blockedBeforeMs = 0;
    /** Whether the connection was healthy at the close, and its troubles since. */
    let isHealthy = false;
    let troubles = 0;
    let ailments = 0;
    return {
      act(what) {
        if (what === 'close') {
          isClosing = true;
          blockedBeforeMs = world.blockedMs;
          isHealthy = world.isHealthy;
          ailments = world.ailments;
        } else if (isClosing) troubles += 2;
      },
      ended(link) {
        // A second trouble, or anything but a broken connection, is more than is promised.
        const clean = world.setting.flux ? 1005 : 1000;
        if (isClosing && link.end?.code !== clean) troubles += link.end?.code === 1006 ? 1 : 2;
      },
      step() {
        const { deadlineMs } = world;
        if (
          world.now > deadlineMs + SLACK_MS + world.blockedMs - blockedBeforeMs &&
          !world.hasEnded &&
          !world.loop.isBlocked
        ) {
          world.breach(
            'G9',
            `close() has not settled ${Math.round(world.now - deadlineMs)} ms after its deadline`,
          );
        }
      },
      over(report) {
        const { outcome, connections, attempts, ledger } = report;
        const { flux } = world.setting;
        const opened = world.wire.links.filter(({ openedAtMs, hasHeard }) =>
          flux ? hasHeard : !Number.isNaN(openedAtMs),
        ).length;
        if (connections !== opened)
          world.breach('G9', `the report says ${connections} connections; ${opened} were opened`);
        if (attempts < world.wire.links.length)
          world.breach('G9', `the report says ${attempts} attempts; there were ${world.wire.links.length}`);
        if (outcome === 'failed' && !report.error) world.breach('G9', 'failed, and nobody says why');
        if (outcome === 'drained' && ledger.pending > 0)
          world.breach('G9', `drained, with ${ledger.pending} samples pending`);
        if (world.ailments > ailments) isHealthy = false;
        if (isHealthy && troubles <= 1 && (outcome !== 'drained' || ledger.pending > 0)) {
          world.breach(
            'G9',
            `closed on a healthy connection, ${troubles} drops since: '${outcome}' with ${ledger.pending} samples pending`,
          );
        }
      },
    };
  },
};
