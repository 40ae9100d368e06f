/** The part of a link that its keeper uses: silence and pings, besides the frames of the link. */
import type { KeptLink, LinkKeeper, Segment } from '../protocol/protocol.ts';
import type { Socket } from '../transports/transport.ts';
import { countSilence, type LinkClock } from './link-clock.ts';
import { noteOutbound, type SilentLink } from './outbound-silence.ts';
import type { Pace } from '../pace.ts';
import { markStalled, noteAudio } from './stall-watch.ts';

/** The fields of a link that are needed here. */
export interface KeepableLink extends LinkClock, Pace, SilentLink {
  rate: number;
  position: number;
  readonly sentSeconds: number;
  write(message: string | Uint8Array, now: number): void;
  goOn(): void;
}

/** Makes the keeper of a link. */
export type MakeKeeper = (
  link: KeepableLink,
  socket: Socket,
  take: (segment: Segment) => void,
) => LinkKeeper | undefined;

export function keptLink(link: KeepableLink, socket: Socket, take: (segment: Segment) => void): KeptLink {
  const { clock, session } = link;
  return {
    get sentSeconds() {
      return link.sentSeconds;
    },
    get isBehind() {
      return session.timeline.next(link) !== undefined;
    },
    sendSilence: (seconds) => sendSilence(link, seconds),
    ping: () => {
      if (!socket.ping) return false;
      link.run?.end();
      noteOutbound(link, clock.now());
      socket.ping();
      return true;
    },
    sendText: (text) => link.write(text, clock.now()),
    take,
    goOn: () => link.goOn(),
    withdrawTurn: () => session.transcript.withdrawTurn(),
    giveUp: () => markStalled(link),
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
    clearTimeout: (timer) => clock.clearTimeout(timer),
    report: (code, evidence, cause) => session.report(code, evidence, cause),
  };
}

function sendSilence(link: KeepableLink, seconds: number): boolean {
  const { silence, counts } = link.session;
  if (!silence) return false;
  const now = link.clock.now();
  link.run?.end();
  const samples = Math.round(seconds * silence.sampleRate);
  link.tokens -= samples;
  noteAudio(link, seconds * 1000, link.running.at(now));
  countSilence(link, samples);
  counts.silenceSeconds += seconds;
  link.write(new Uint8Array(samples * silence.frameBytes).fill(silence.silentByte), now);
  return true;
}
