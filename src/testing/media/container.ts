/**
 * Recognises containers by their first bytes and extracts the payload, strictly: a stream that starts in the middle, as after a
 * reconnect without the header, is an error.
 */
import { append, ascii } from './bytes.ts';
import type { ContainerDemuxer } from './container-demuxer.ts';
import { OggDemuxer } from './ogg.ts';
import { UndecodableAudio } from './undecodable-audio.ts';
import { WavDemuxer } from './wav.ts';
import { WebmDemuxer } from './webm.ts';

const LONGEST_SIGNATURE = 8;
/** Formats the service knows, and for which there is no demuxer here. */
const UNDECODED: readonly [name: string, at: number, signature: Uint8Array][] = [
  ['FLAC', 0, ascii('fLaC')],
  ['MP3', 0, ascii('ID3')],
  ['MP4', 4, ascii('ftyp')],
];

/** A demuxer that waits for the first bytes, and then becomes the demuxer of their container. */
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
  throw new UndecodableAudio('no container header at the start of the stream', undecodedFormatOf(opening));
}

/** Whether a stream that begins so is not raw audio. WAV does not count: as raw audio its header is only a click. */
export function isForeignToRawAudio(opening: Uint8Array): boolean {
  return (
    startsWith(opening, [0x4f, 0x67, 0x67, 0x53]) ||
    startsWith(opening, [0x1a, 0x45, 0xdf, 0xa3]) ||
    undecodedFormatOf(opening) !== undefined
  );
}

function undecodedFormatOf(opening: Uint8Array): string | undefined {
  return UNDECODED.find(([, at, signature]) => startsWith(opening, signature, at))?.[0];
}

function startsWith(bytes: Uint8Array, signature: ArrayLike<number>, at = 0): boolean {
  return Array.from(signature).every((byte, i) => bytes[at + i] === byte);
}
