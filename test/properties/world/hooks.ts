/** The hooks of all watches by name, in arrays, since most are called after every step. */
import type { Watch } from '../guarantees/guarantee.ts';
import type { WireListener } from './wire.ts';
import type { World } from './world.ts';

type Hooked = { [Name in keyof Watch]-?: NonNullable<Watch[Name]>[] };

export class Hooks implements Hooked {
  readonly step: Hooked['step'] = [];
  readonly attempted: Hooked['attempted'] = [];
  readonly opened: Hooked['opened'] = [];
  readonly sending: Hooked['sending'] = [];
  readonly heard: Hooked['heard'] = [];
  readonly ended: Hooked['ended'] = [];
  readonly released: Hooked['released'] = [];
  readonly haunted: Hooked['haunted'] = [];
  readonly sent: Hooked['sent'] = [];
  readonly transcript: Hooked['transcript'] = [];
  readonly turn: Hooked['turn'] = [];
  readonly notice: Hooked['notice'] = [];
  readonly status: Hooked['status'] = [];
  readonly act: Hooked['act'] = [];
  readonly finished: Hooked['finished'] = [];
  readonly over: Hooked['over'] = [];

  admit(watch: Watch): void {
    for (const [name, hook] of Object.entries(watch)) (this[name as keyof Watch] as unknown[]).push(hook);
  }
}

/** Reports the traffic to the watches, and in words. */
export function wireListener(world: World, hooks: Hooks): WireListener {
  return {
    attempted(link) {
      if (world.isNarrated) world.tell(`  attempt ${link.number}`);
      for (const look of hooks.attempted) look(link);
    },
    opened(link) {
      world.isProven = false;
      if (world.isNarrated) world.tell(`  link ${link.number} open`);
      for (const look of hooks.opened) look(link);
    },
    sending(link, message) {
      if (world.isNarrated) {
        const what = typeof message === 'string' ? message : `${message.byteLength} bytes`;
        world.tell(`  sends ${what} on link ${link.number}`);
      }
      for (const look of hooks.sending) look(link, message);
    },
    silent(awakeMs) {
      if (awakeMs > world.worstAwakeSilenceMs) world.worstAwakeSilenceMs = awakeMs;
    },
    heard(link, text) {
      for (const look of hooks.heard) look(link, text);
    },
    ended(link) {
      if (world.isNarrated) world.tell(`  link ${link.number} ended: ${JSON.stringify(link.end)}`);
      for (const look of hooks.ended) look(link);
    },
    released(link, how) {
      if (world.isNarrated) world.tell(`  link ${link.number} let go: ${how}`);
      for (const look of hooks.released) look(link);
    },
    haunted(link, event) {
      const compare = hooks.haunted.map((look) => look(link, event));
      return () => {
        for (const look of compare) look();
      };
    },
  };
}
