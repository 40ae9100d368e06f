/**
 * Detects a container in bytes that were declared as raw audio. Stricter than the detection in undeclared bytes: any two
 * samples may look like the sync word of MP3 or AAC, so a second frame must follow at the end of the first.
 */
import { type ContainerName, sniffContainer } from '../../audio/containers/sniff.ts';

export type { ContainerName };

/** The container that these bytes begin with, if any. Twelve bytes are enough for most; MP3 and ADTS need a frame. */
export function containerAtStart(bytes: Uint8Array): Exclude<ContainerName, 'unknown'> | undefined {
  const name = sniffContainer(bytes.subarray(0, 16));
  if (name === undefined || name === 'unknown') return undefined;
  const isTagged = bytes[0] === 0x49;
  if (name === 'adts') return hasNext(bytes, adtsFrameBytes(bytes)) ? name : undefined;
  if (name === 'mp3' && !isTagged) return hasNext(bytes, mpegFrameBytes(bytes)) ? name : undefined;
  return name;
}

/** Another frame with the same sync word, version and layer begins there. */
function hasNext(bytes: Uint8Array, frameBytes: number): boolean {
  return frameBytes > 7 && bytes[frameBytes] === 0xff && bytes[frameBytes + 1] === bytes[1];
}

/** ISO/IEC 13818-7: thirteen bits across three bytes. */
function adtsFrameBytes(bytes: Uint8Array): number {
  return ((byte(bytes, 3) & 3) << 11) | (byte(bytes, 4) << 3) | (byte(bytes, 5) >> 5);
}

/** Kilobits a second of layer III, by index: MPEG 1, and MPEG 2 and 2.5. */
const KILOBITS = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;
const SAMPLE_RATES = [44_100, 48_000, 32_000] as const;

/** ISO/IEC 11172-3, layer III: 1152 samples in a frame, half as many in MPEG 2. */
function mpegFrameBytes(bytes: Uint8Array): number {
  const version = (byte(bytes, 1) >> 3) & 3;
  const isFirst = version === 3;
  const kilobits = KILOBITS[isFirst ? 0 : 1][byte(bytes, 2) >> 4] ?? 0;
  const rate = (SAMPLE_RATES[(byte(bytes, 2) >> 2) & 3] ?? Infinity) / (isFirst ? 1 : version === 2 ? 2 : 4);
  const padding = (byte(bytes, 2) >> 1) & 1;
  return Math.floor(((isFirst ? 144 : 72) * kilobits * 1000) / rate) + padding;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
