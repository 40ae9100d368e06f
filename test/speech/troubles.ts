/**
 * The faults of the sessions: every fault of the emulator, as on its command line, and pauses and outages. Most strike three
 * times, in mid-speech, and always at the same places: so the last final before them is the same as well, and with it what is
 * replayed.
 */
import type { Incident } from './session.ts';

export interface Trouble {
  /** As the table names it. */
  name: string;
  /** Whether it ends a connection. */
  reconnects: boolean;
  incidents: readonly Incident[];
}

/** Seconds of audio; in the middle of words, in both speeches. */
const FIRST = 4.3;
const SECOND = 12.9;
const THIRD = 21.4;
/** Close to the end of both, so that there is something left to drain. */
const LAST = 23.5;

const NET_0000 =
  'Deepgram did not provide a response message within the timeout window. See https://dpgr.am/net0000';
const NET_0001 =
  'Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001';
const NET_0002 = 'Session closed: no_audio_timeout. See https://dpgr.am/net0002';

interface Reconnecting {
  reconnects: boolean;
}

const HOLDS: Reconnecting = { reconnects: false };
const BREAKS: Reconnecting = { reconnects: true };

function once(name: string, { reconnects }: Reconnecting, what: Omit<Incident, 'at'>, at = FIRST): Trouble {
  return { name, reconnects, incidents: [{ at, ...what }] };
}

function thrice(name: string, { reconnects }: Reconnecting, what: Omit<Incident, 'at'>): Trouble {
  return { name, reconnects, incidents: [FIRST, SECOND, THIRD].map((at) => ({ at, ...what })) };
}

const orders = (...orders: string[]) => ({ orders });

export const TROUBLES: readonly Trouble[] = [
  thrice('pauses of 12 s', HOLDS, { pauseSeconds: 12 }),
  once('pause of 5 min (NET-0002)', BREAKS, { pauseSeconds: 300 }, SECOND),
  thrice('cut', BREAKS, orders('cut')),
  once('half-open', BREAKS, orders('halfOpen')),
  once('blackhole for 15 s', BREAKS, orders('blackhole for 15s')),
  once('slow, by 2 s', HOLDS, orders('slow 2s')),
  thrice('close 1011 NET-0000', BREAKS, orders(`close 1011 "${NET_0000}"`)),
  thrice('close 1011 NET-0001', BREAKS, orders(`close 1011 "${NET_0001}"`)),
  thrice('close 1011 NET-0002', BREAKS, orders(`close 1011 "${NET_0002}"`)),
  thrice('close 1011', BREAKS, orders('close 1011')),
  thrice('close 1011 ping timeout', BREAKS, orders('close 1011 "keepalive ping timeout"')),
  thrice('close 1012', BREAKS, orders('close 1012 "service restart"')),
  thrice('refuse 503, twice', BREAKS, orders('refuse 503 x2', 'cut')),
  once('refuse 429, 4 times', BREAKS, orders('refuse 429 x4', 'cut'), SECOND),
  thrice('handshake hangs', BREAKS, orders('hang', 'cut')),
  thrice('handshake dropped', BREAKS, orders('drop', 'cut')),
  thrice('flap, 3 times', BREAKS, orders('flap x3', 'cut')),
  thrice('stall results for 5 s', HOLDS, orders('stallResults for 5s')),
  once('stall results for good', BREAKS, orders('stallResults')),
  once('mute', BREAKS, orders('mute')),
  once('throttle to half the pace', HOLDS, orders('throttle 0.5 for 20s')),
  once('drop connections 1 to 5', BREAKS, {
    orders: ['cut', ...[2, 3, 4, 5].map((connection) => `cut after 2.5s of audio on ${connection}`)],
  }),
  once('duplicate results', HOLDS, orders('duplicateResults')),
  once('reorder results', HOLDS, orders('reorderResults')),
  thrice('malformed messages', HOLDS, orders('malformed')),
  once('outage of 5 s', BREAKS, { outageSeconds: 5 }, SECOND),
  once('outage of 40 s', BREAKS, { outageSeconds: 40 }, SECOND),
  once('drain cut before results', BREAKS, orders('stallResults', 'dropOnCloseStream results'), LAST),
  once('drain cut before Metadata', BREAKS, orders('dropOnCloseStream metadata'), LAST),
];
