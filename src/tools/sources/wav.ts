/**
 * Reads a whole WAV file: the place of its samples, and the parameters that declare them to Deepgram. It converts nothing; formats
 * that Deepgram does not support are refused with advice.
 */
import { TranscriptionError } from '../../index.ts';

/** The audio of a WAV file. */
export interface WavAudio {
  /** Value for `listen.encoding`. */
  encoding: 'linear16' | 'linear32' | 'mulaw' | 'alaw';
  /** Value for `listen.sample_rate`. */
  sampleRate: number;
  channels: number;
  bytesPerSecond: number;
  seconds: number;
  /** The samples, without any header: a view into the file. */
  data: Uint8Array;
}

/** By format tag and bits of a sample. Deepgram's `linear32` is floating point. */
const ENCODINGS: Partial<Record<string, WavAudio['encoding']>> = {
  '1/16': 'linear16',
  '3/32': 'linear32',
  '6/8': 'alaw',
  '7/8': 'mulaw',
};

/** Tag of the extensible format, whose true tag is in the sub-format. */
const EXTENSIBLE = 0xfffe;

/** Sizes written by programs that did not know the length of the recording. */
const UNTIL_THE_END: readonly number[] = [0, 0xffff_ffff];

const REMEDY = 'Convert it, for instance: ffmpeg -i INPUT -ac 1 -ar 16000 -c:a pcm_s16le OUTPUT.wav';

/**
 * Reads a WAV file.
 *
 * @throws TranscriptionError `invalid-audio` for anything else, and for compressed or unusual samples.
 */
export function readWav(file: Uint8Array): WavAudio {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const nameAt = (at: number) => String.fromCharCode(...file.subarray(at, at + 4));
  if (file.byteLength < 12 || nameAt(0) !== 'RIFF' || nameAt(8) !== 'WAVE') {
    throw unreadable('This is not a WAV file.');
  }
  let format: Omit<WavAudio, 'data' | 'seconds'> | undefined;
  for (let at = 12; at + 8 <= file.byteLength; ) {
    const name = nameAt(at);
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name === 'fmt ') format = readFormat(view, body, size);
    if (name === 'data') {
      if (!format) throw unreadable('This WAV file does not say what its samples are.');
      const end = UNTIL_THE_END.includes(size) ? file.byteLength : Math.min(body + size, file.byteLength);
      const data = file.subarray(body, end);
      return { ...format, data, seconds: data.byteLength / format.bytesPerSecond };
    }
    // A chunk of odd length is padded to an even one.
    at = body + size + (size % 2);
  }
  throw unreadable('This WAV file holds no samples.');
}

function readFormat(view: DataView, at: number, size: number): Omit<WavAudio, 'data' | 'seconds'> {
  if (size < 16 || at + size > view.byteLength) throw unreadable('The header of this WAV file is broken.');
  const isExtensible = view.getUint16(at, true) === EXTENSIBLE && size >= 26;
  const tag = view.getUint16(isExtensible ? at + 24 : at, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  const encoding = ENCODINGS[`${tag}/${bits}`];
  if (!encoding) throw unreadable(`The samples of this WAV file (format ${tag}, ${bits} bits) are unusual.`);
  if (channels === 0 || sampleRate === 0) throw unreadable('The header of this WAV file is broken.');
  return { encoding, sampleRate, channels, bytesPerSecond: (sampleRate * channels * bits) / 8 };
}

function unreadable(problem: string): TranscriptionError {
  return new TranscriptionError('invalid-audio', problem, { remedy: REMEDY });
}
