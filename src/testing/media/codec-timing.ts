/**
 * The duration of packets of codecs that are not decoded here. The first bytes or the length show it, so a stream's clock is
 * exact although its sound is not decoded.
 */
import { UndecodableAudio } from './undecodable-audio.ts';

/** Codecs whose packets show their duration. */
export type TimedCodec = 'opus' | 'amr-nb' | 'amr-wb' | 'g729';

const AMR_FRAME_MS = 20;
/** Bytes after the head of a frame, by its type (3GPP TS 26.101 and 26.201). The types between these and 14 are reserved. */
const AMR_BYTES: Record<'amr-nb' | 'amr-wb', readonly number[]> = {
  'amr-nb': [12, 13, 15, 17, 19, 20, 26, 31, 5],
  'amr-wb': [17, 23, 32, 36, 40, 46, 50, 58, 60, 5],
};
/** The types from here on mean that there is no data. */
const FIRST_EMPTY_AMR_TYPE = 14;
const AMR_FILE_HEAD = /^#!AMR(-WB)?\n/;
const G729_FRAME_BYTES = 10;
const G729_FRAME_MS = 10;
/** RFC 6716, 3.2: no packet lasts longer. */
const LONGEST_OPUS_PACKET_MS = 120;

/** Milliseconds of audio in one message; throws {@link UndecodableAudio}. */
export function durationMsOf(codec: TimedCodec, bytes: Uint8Array): number {
  switch (codec) {
    case 'opus':
      return opusPacketMs(bytes);
    case 'amr-nb':
    case 'amr-wb':
      return amrMs(bytes, AMR_BYTES[codec]);
    case 'g729':
      return Math.floor(bytes.length / G729_FRAME_BYTES) * G729_FRAME_MS;
    default:
      return codec satisfies never;
  }
}

/** One Opus packet, by its table of contents (RFC 6716, 3.1). */
export function opusPacketMs(packet: Uint8Array): number {
  const contents = packet[0];
  if (contents === undefined) return 0;
  const configuration = contents >> 3;
  const frames = (contents & 3) === 3 ? (packet[1] ?? 0) & 0x3f : (contents & 3) === 0 ? 1 : 2;
  const durationMs = frames * opusFrameMs(configuration);
  if (durationMs === 0 || durationMs > LONGEST_OPUS_PACKET_MS) {
    throw new UndecodableAudio('bytes that are no Opus packet');
  }
  return durationMs;
}

function opusFrameMs(configuration: number): number {
  if (configuration < 12) return [10, 20, 40, 60][configuration & 3]!;
  if (configuration < 16) return [10, 20][configuration & 1]!;
  return [2.5, 5, 10, 20][configuration & 3]!;
}

function amrMs(bytes: Uint8Array, lengths: readonly number[]): number {
  const head = AMR_FILE_HEAD.exec(String.fromCharCode(...bytes.subarray(0, 9)));
  let frames = 0;
  for (let at = head?.[0].length ?? 0; at < bytes.length; ) {
    const type = (bytes[at]! >> 3) & 0x0f;
    const length = type >= FIRST_EMPTY_AMR_TYPE ? 0 : lengths[type];
    if (length === undefined) throw new UndecodableAudio('bytes that are no AMR frame');
    at += 1 + length;
    frames += 1;
  }
  return frames * AMR_FRAME_MS;
}
