/** Checks the audio: format, loudness and gaps. */
import {
  type AudioFacts,
  audioFacts,
  CLIPPED_SHARE,
  type DeclaredFormat,
  FAINT_RMS,
} from '../../../diagnosis/audio/facts.ts';
import { decibels, type Level } from '../../../diagnosis/audio/level.ts';
import { bytesPerSecondOf, type RawFormat, rivalFormats } from '../../../diagnosis/audio/plausibility.ts';
import { isSampleEncoding } from '../../../diagnosis/audio/samples.ts';
import { readWav } from '../../sources/wav.ts';
import type { Arrival, AudioSource, Capture } from './audio-source.ts';
import { type CheckId, fail, type Finding, inMs, pass, skipped, warn } from './finding.ts';

/** Samples that can be played to the server. */
export interface Playable extends RawFormat {
  data: Uint8Array;
}

export interface AudioReport {
  findings: Finding[];
  /** Undefined if the bytes are not plain samples. */
  playable?: Playable;
}

const AUDIO_CHECKS = ['source', 'format', 'rate', 'level', 'gaps'] as const satisfies CheckId[];

/** Frames of live audio come every 20 to 250 ms; users notice a longer gap. */
const GAP_MS = 500;
/** Digital silence within a recording: lost samples, or a muted microphone. */
const SILENT_GAP_SECONDS = 2;
/** Shorter live audio does not show the rate. */
const RATE_MS = 1_500;
/** A faster source is a file in a pipe. */
const FILE_PACE = 3;
const RAW_ADVICE = 'Pass --encoding and --sample-rate, such as --encoding linear16 --sample-rate 16000.';

/** Findings without audio: all skipped. */
export function noAudio(why: string): AudioReport {
  return { findings: AUDIO_CHECKS.map((id) => skipped(id, why)) };
}

/** Findings for a source that failed. */
export function unheardAudio(problem: string): AudioReport {
  const source = fail(
    'source',
    problem,
    'Check the path, the program, and the permission to read or record.',
  );
  return { findings: [source, ...noAudio('there is no audio').findings.slice(1)] };
}

export function examineAudio(
  source: AudioSource,
  { bytes, arrival }: Capture,
  declared: DeclaredFormat,
): AudioReport {
  if (bytes.byteLength === 0) {
    const nothing =
      source.kind === 'file'
        ? fail('source', `${describe(source)} is empty`, 'Pass a file with audio in it, or record it again.')
        : fail(
            'source',
            `${describe(source)} delivers no audio`,
            'Check that it is the right device, and that no other program uses it.',
          );
    return { findings: [nothing, ...noAudio('there is no audio').findings.slice(1)] };
  }
  const live = isLive(bytes, arrival, declared) ? arrival : undefined;
  const size = `${describe(source)}: ${Math.round(bytes.byteLength / 1000)} kB${live ? ` in ${(live.lastedMs / 1000).toFixed(1)} s, in ${live.chunks} chunks` : ''}`;
  const heard = pass('source', size, { bytes: bytes.byteLength });
  const facts = audioFacts(bytes, declared);
  const { container } = facts;
  const { format, playable } =
    container === undefined
      ? examineRaw(facts, bytes, declared)
      : examineContainer(container, bytes, declared);
  if (!playable) {
    const why = format.verdict === 'fail' ? 'the format is wrong' : 'compressed audio is not decoded';
    return {
      findings: [heard, format, ...(['rate', 'level', 'gaps'] as const).map((id) => skipped(id, why))],
    };
  }
  const { level } = audioFacts(playable.data, playable, false);
  return {
    findings: [
      heard,
      format,
      examineRate(playable, live),
      examineLevel(level as Level),
      examineGaps(playable, level as Level, live),
    ],
    playable,
  };
}

interface Examined {
  format: Finding;
  playable?: Playable;
}

function examineRaw({ doubt }: AudioFacts, bytes: Uint8Array, declared: DeclaredFormat): Examined {
  const { encoding, sampleRate, channels = 1 } = declared;
  if (encoding === undefined || sampleRate === undefined) {
    return { format: fail('format', 'an unknown container, and no encoding is declared', RAW_ADVICE) };
  }
  if (!isSampleEncoding(encoding)) {
    return { format: pass('format', `${encoding}, as declared; not decoded`) };
  }
  if (!doubt) {
    const format = { encoding, sampleRate, channels };
    return { format: pass('format', inWords(format), format), playable: { data: bytes, ...format } };
  }
  const { rather } = doubt;
  return {
    format: fail(
      'format',
      `declared as ${encoding}, but sounds like ${rather ?? 'noise'}`,
      rather === undefined
        ? 'It is compressed, or cut in mid-sample: check it with ffprobe, and declare the true format.'
        : 'Declare the true encoding, or convert it. Samples must be whole and little-endian.',
      { declared: encoding, ...(rather !== undefined && { rather }) },
    ),
  };
}

function examineContainer(container: string, bytes: Uint8Array, { encoding }: DeclaredFormat): Examined {
  const name = CONTAINER_NAMES[container] ?? container;
  if (encoding !== undefined) {
    const remedy = 'Leave --encoding and --sample-rate out for a container, or send only its samples.';
    const evidence = { container, declared: encoding };
    return { format: fail('format', `declared as raw ${encoding}, but is ${name}`, remedy, evidence) };
  }
  if (container !== 'wav') {
    return { format: pass('format', `${name}: send it as it is, without encoding`, { container }) };
  }
  try {
    const { data, encoding: samples, sampleRate, channels } = readWav(bytes);
    const format = { encoding: samples, sampleRate, channels };
    return {
      format: pass('format', `WAV: ${inWords(format)}`, { container, ...format }),
      playable: { data, ...format },
    };
  } catch (error) {
    const { message, remedy } = error as Error & { remedy?: string };
    return { format: fail('format', 'an unreadable WAV file', remedy ?? message, { container }) };
  }
}

const CONTAINER_NAMES: Record<string, string> = {
  wav: 'WAV',
  ogg: 'Ogg',
  webm: 'WebM',
  mp4: 'MP4',
  flac: 'FLAC',
  mp3: 'MP3',
  adts: 'AAC (ADTS)',
};

/** A live source shows its true rate; a file only the declared one. */
function examineRate(format: Playable, arrival: Arrival | undefined): Finding {
  const { sampleRate, channels } = format;
  if (!arrival || arrival.lastedMs < RATE_MS) {
    if (sampleRate < 8_000)
      return warn('rate', `${sampleRate} Hz is less than telephone quality`, 'Record at 16000 Hz.', {
        sampleRate,
      });
    const seconds = format.data.byteLength / bytesPerSecondOf(format);
    // A wrong rate is not visible in a file, but its owner knows the length.
    return pass('rate', `${sampleRate} Hz, if the file lasts ${seconds.toFixed(1)} s`, {
      sampleRate,
      channels,
      seconds,
    });
  }
  const measured = (arrival.bytesMeanwhile * 1000) / arrival.lastedMs;
  const declared = bytesPerSecondOf(format);
  const pace = measured / declared;
  const evidence = { bytesPerSecond: Math.round(measured), declaredBytesPerSecond: declared };
  const [rival] = rivalFormats(measured, format);
  if (rival) {
    const found = inWords(rival);
    return fail(
      'rate',
      `comes at ${pace.toFixed(2)} × the declared rate, as ${found} would`,
      `Declare ${found}, if that is what the source delivers.`,
      evidence,
    );
  }
  if (Math.abs(pace - 1) > 0.1) {
    return fail(
      'rate',
      `comes at ${pace.toFixed(2)} × real time`,
      'Check whether the source drops samples, and its true format.',
      evidence,
    );
  }
  return pass('rate', `${sampleRate} Hz, comes at ${pace.toFixed(2)} × real time`, evidence);
}

function examineLevel({ rms, peak, clipped, silent }: Level): Finding {
  const evidence = { peakDb: inDb(peak), loudnessDb: inDb(rms), clipped, silent };
  if (silent === 1)
    return fail(
      'level',
      'digital silence only',
      'Unmute the microphone, choose another input, and check the permission to record.',
      evidence,
    );
  const shown = `loudness ${inDb(rms)} dBFS, peak ${inDb(peak)} dBFS`;
  if (clipped > CLIPPED_SHARE)
    return warn(
      'level',
      `${shown}; ${(clipped * 100).toFixed(1)} % is clipped at full scale`,
      'Lower the gain.',
      evidence,
    );
  if (rms < FAINT_RMS)
    return warn(
      'level',
      `${shown}: too quiet`,
      'Raise the gain, or move closer to the microphone.',
      evidence,
    );
  return pass('level', shown, evidence);
}

function examineGaps(
  format: Playable,
  { longestSilence, silent }: Level,
  arrival: Arrival | undefined,
): Finding {
  const silentSeconds = longestSilence / format.sampleRate;
  const evidence = {
    longestDigitalSilenceSeconds: silentSeconds,
    ...(arrival && { longestGapMs: arrival.longestGapMs }),
  };
  if (arrival && arrival.longestGapMs > GAP_MS) {
    return warn(
      'gaps',
      `no audio for ${inMs(arrival.longestGapMs)}`,
      'Check what delays the source. KeepAlives hold the connection, but words come late.',
      evidence,
    );
  }
  if (silent < 1 && silentSeconds > SILENT_GAP_SECONDS) {
    return warn(
      'gaps',
      `${silentSeconds.toFixed(1)} s in a row are digital silence`,
      'Check for lost samples or a muted microphone.',
      evidence,
    );
  }
  return pass(
    'gaps',
    arrival ? `at most ${inMs(arrival.longestGapMs)} between two chunks` : 'none',
    evidence,
  );
}

/** A piped file comes as fast as it can be read. */
function isLive(
  bytes: Uint8Array,
  arrival: Arrival | undefined,
  { encoding, sampleRate = 16_000, channels = 1 }: DeclaredFormat,
): boolean {
  if (!arrival) return false;
  const perSecond = isSampleEncoding(encoding) ? bytesPerSecondOf({ encoding, sampleRate, channels }) : 2_000;
  return arrival.lastedMs * FILE_PACE > (bytes.byteLength * 1000) / perSecond;
}

function inWords({ encoding, sampleRate, channels }: RawFormat): string {
  return `${encoding}, ${sampleRate} Hz, ${channels === 1 ? 'mono' : `${channels} channels`}`;
}

function describe(source: AudioSource): string {
  if (source.kind === 'file') return source.path;
  return source.kind === 'stdin' ? 'standard input' : source.command[0];
}

function inDb(amplitude: number): number {
  return Math.round(Math.max(-120, decibels(amplitude)));
}
