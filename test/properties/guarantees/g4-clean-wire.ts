import type { WireLink } from '../world/wire.ts';
import type { Guarantee } from './guarantee.ts';

const KNOWN = /^\{"type":"(KeepAlive|CloseStream|Finalize)"\}$/;
/** Flux closes a connection with any other text, and not every server knows ForceEndTurn. */
const KNOWN_TO_FLUX = /^\{"type":"(CloseStream)"\}$/;
const KNOWN_TO_NEW_FLUX = /^\{"type":"(CloseStream|ForceEndTurn)"\}$/;

export const G4: Guarantee = {
  id: 'G4',
  promise:
    'No empty binary frame and no half sample is sent. Control messages are text, follow the audio they belong to, and are never stale. CloseStream is sent once, last. A container’s header is first on every connection.',
  assuming: 'Nothing.',
  watch(world) {
    const { format, flux } = world.setting;
    const isWav = format === 'wav';
    const known = !flux ? KNOWN : flux.forceEndTurn ? KNOWN_TO_NEW_FLUX : KNOWN_TO_FLUX;
    /** The accepted samples at each `finalize()`. */
    const asked: number[] = [];
    let finalizes = 0;
    let primed: WireLink | undefined;

    const binary = (link: WireLink, bytes: Uint8Array): string | undefined => {
      if (bytes.byteLength === 0) return 'an empty binary frame, which would end the stream';
      if (bytes.byteLength % 2 !== 0) return `half a sample, in a frame of ${bytes.byteLength} bytes`;
      if (isWav && primed !== link) {
        primed = link;
        if (String.fromCharCode(...bytes.subarray(0, 4)) !== 'RIFF')
          return 'audio before the header of the container';
      }
      return undefined;
    };
    const isStale = (link: WireLink): boolean => {
      // Everything accepted before the oldest request must be on this link, or settled.
      const { pending } = world.live.ledger;
      const later = world.speaker.accepted - (asked[0] ?? 0);
      return asked.length === 0 || (pending - later) * 2 > link.audioBytes;
    };
    const text = (link: WireLink, message: string): string | undefined => {
      const type = known.exec(message)?.[1];
      if (!type) return `the text ${message}`;
      if (type === 'Finalize') {
        finalizes += 1;
        if (isStale(link)) return `a Finalize before the audio that it is to finalize (${finalizes} so far)`;
      }
      if (type === 'CloseStream' && world.isDraining && world.live.ledger.pending * 2 > link.audioBytes) {
        return 'CloseStream before the rest of the audio';
      }
      return undefined;
    };
    return {
      act(what) {
        if (what === 'finalize') asked.push(world.speaker.accepted);
      },
      sending(link, message) {
        const problem = link.hasClosedStream
          ? `something after CloseStream (${typeof message === 'string' ? message : 'audio'})`
          : typeof message === 'string'
            ? text(link, message)
            : binary(link, message);
        if (problem) world.breach('G4', `sent on link ${link.number}: ${problem}`);
      },
    };
  },
};
