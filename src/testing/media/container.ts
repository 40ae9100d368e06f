/**
 * Tells containers apart by their first bytes and takes the payload out of them, strictly: a stream that starts
 * in the middle, which is what a reconnect without the header sends, is an error and not silence.
 */
import { append } from './bytes.ts';
import type { ContainerDemuxer } from './container-demuxer.ts';
import { OggDemuxer } from './ogg.ts';
import { UndecodableAudio } from './undecodable-audio.ts';
import { WavDemuxer } from './wav.ts';
import { WebmDemuxer } from './webm.ts';

const LONGEST_SIGNATURE = 4;

/** A demuxer that waits for the first bytes and then becomes the one they ask for. */
export function createDemuxer(): ContainerDemuxer {
  let inner: ContainerDemuxer | undefined;
  let opening = new Uint8Array(0);
  return {
    push(bytes) {
      if (inner) return inner.push(bytes);
      opening = append(opening, bytes);
      if (opening.length < LONGEST_SIGNATURE) return [];
      inner = demuxerFor(opening);
      return inner.push(opening);
    },
  };
}

function demuxerFor(opening: Uint8Array): ContainerDemuxer {
  if (startsWith(opening, [0x52, 0x49, 0x46, 0x46])) return new WavDemuxer();
  if (startsWith(opening, [0x4f, 0x67, 0x67, 0x53])) return new OggDemuxer();
  if (startsWith(opening, [0x1a, 0x45, 0xdf, 0xa3])) return new WebmDemuxer();
  throw new UndecodableAudio('no container header at the start of the stream');
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}
