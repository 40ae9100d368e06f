import type { Guarantee } from './guarantee.ts';

export const G5: Guarantee = {
  id: 'G5',
  promise:
    'At most one socket is live. No socket, timer, listener or subscriber survives close, unsubscribe or failure. An event of an old socket changes nothing.',
  assuming:
    'Nothing: sockets may call back after their end, twice and in any order. With a `connectionLimit` the end of a connection frees its place.',
  watch(world) {
    let endedAt: string | undefined;
    /** All values that a late event could change. */
    const trace = (): string => {
      const { accepted, confirmed, dropped } = world.ledger;
      const { links } = world.wire;
      let frames = 0;
      for (const link of links) frames += link.frames;
      return `${accepted} accepted, ${confirmed} confirmed, ${dropped} dropped; ${world.transcripts} transcripts, ${world.notices.length} notices, ${world.statuses} statuses; ${links.length} links, ${frames} frames, ${world.loop.pendingTimers} timers`;
    };
    return {
      attempted(link) {
        for (const other of world.wire.links) {
          if (other !== link && (other.state === 'open' || other.state === 'connecting')) {
            world.breach('G5', `link ${link.number} is opened while link ${other.number} is ${other.state}`);
          }
        }
        if (endedAt !== undefined) world.breach('G5', `link ${link.number} is opened after the end`);
      },
      sending(link) {
        if (link.state !== 'open')
          world.breach('G5', `a frame is sent on link ${link.number}, which is ${link.state}`);
      },
      haunted(link, event) {
        // It gives its place to the next connection, which may be one of this session.
        if (event === 'ended' && world.status.state === 'queued') return () => undefined;
        const before = trace();
        return () => {
          const after = trace();
          if (after !== before)
            world.breach(
              'G5',
              `'${event}' of link ${link.number}, which is gone, changed: ${before} → ${after}`,
            );
        };
      },
      finished() {
        const left = world.wire.links.filter(({ state }) => state === 'open' || state === 'connecting');
        if (left.length > 0)
          world.breach('G5', `link ${left[0]?.number} is still ${left[0]?.state} at the end`);
        if (world.loop.pendingTimers > 0)
          world.breach('G5', `${world.loop.pendingTimers} timers are left at the end`);
        if (world.page.listenerCount > 0)
          world.breach('G5', 'somebody still listens to the platform at the end');
        endedAt = trace();
      },
      over() {
        if (endedAt === undefined) return world.breach('G5', 'the status never said that it is over');
        if (trace() !== endedAt) world.breach('G5', `after the end: ${endedAt} → ${trace()}`);
        const waiting = ['status', 'transcripts', 'notices'].filter((name) => !world.completed.has(name));
        if (waiting.length > 0) world.breach('G5', `${waiting.join(', ')} never completed`);
        const links = world.network.liveLinks.length;
        if (links > 0) world.breach('G5', `${links} links are left, long after the end`);
        return undefined;
      },
    };
  },
};
