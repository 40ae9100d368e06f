/**
 * Tells containers apart by their first bytes. Raw audio that happens to begin like a container would be mistaken for one, so it
 * is used only without a declared `encoding`.
 */
import { ascii } from './bytes.ts';

export type ContainerName = 'wav' | 'ogg' | 'webm' | 'mp4' | 'flac' | 'mp3' | 'adts' | 'aiff' | 'unknown';

/** The longest signature, that of WAV. */
const ENOUGH_BYTES = 12;

/**
 * Bytes as Latin-1. MPEG audio has no magic word but a sync word of 11 or 12 bits, followed by version and layer:
 * layer 0 is ADTS; the version and bit rate that the standard reserves are refused, since raw audio may well begin
 * with 0xFF. (EBML's first byte is 0x1A, which a linter forbids in a pattern: the other three are sign enough.)
 */
const SIGNATURES: readonly (readonly [RegExp, ContainerName])[] = [
  [/^(RIFF|RF64|BW64)....WAVE/s, 'wav'],
  [/^OggS/, 'ogg'],
  [/^.E\xdf\xa3/s, 'webm'],
  [/^....ftyp/s, 'mp4'],
  [/^fLaC/, 'flac'],
  [/^FORM....AIF[FC]/s, 'aiff'],
  [/^(ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][^\xf0-\xff])/, 'mp3'],
  [/^\xff[\xf0\xf1\xf8\xf9]/, 'adts'],
];

/** The container that begins with these bytes; `undefined` while they are fewer than twelve, which is enough. */
export function sniffContainer(firstBytes: Uint8Array): ContainerName | undefined {
  if (firstBytes.length < ENOUGH_BYTES) return undefined;
  const magic = ascii(firstBytes, 0, ENOUGH_BYTES);
  return SIGNATURES.find(([signature]) => signature.test(magic))?.[1] ?? 'unknown';
}
