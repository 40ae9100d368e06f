/** Final transcripts as files: WebVTT, SubRip, and plain text. */
import { type CaptionOptions, type CaptionSource, type Cue, cuesOf } from './cues.ts';

/**
 * A WebVTT file of the final transcripts; interim ones are left out. Names become voices (`<v Caller>`).
 *
 * @example
 * ```ts
 * const finals = await lastValueFrom(live.transcripts$.pipe(filter(({ final }) => final), toArray()));
 * await writeFile('call.vtt', toWebVTT(finals, { nameOf: ({ channel }) => ['Caller', 'Agent'][channel] }));
 * ```
 */
export function toWebVTT(transcripts: readonly CaptionSource[], options: CaptionOptions = {}): string {
  const blocks = cuesOf(transcripts, options).map((cue) => {
    const voice = cue.name === undefined ? '' : `<v ${escape(cue.name.replaceAll(/\s+/g, ' '))}>`;
    return `${times(cue, '.')}\n${voice}${escape(cue.text)}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}

/** A SubRip file of the final transcripts; interim ones are left out. A name stands before its text, with a colon. */
export function toSrt(transcripts: readonly CaptionSource[], options: CaptionOptions = {}): string {
  return cuesOf(transcripts, options)
    .map((cue, index) => `${index + 1}\n${times(cue, ',')}\n${named(cue)}\n`)
    .join('\n');
}

/** The final transcripts to read: one line for each turn; interim ones are left out. */
export function toText(
  transcripts: readonly CaptionSource[],
  options: Pick<CaptionOptions, 'nameOf'> = {},
): string {
  const turns: Cue[] = [];
  for (const cue of cuesOf(transcripts, { ...options, maxCharacters: Infinity, maxSeconds: Infinity })) {
    const last = turns.at(-1);
    if (last !== undefined && cue.name !== undefined && last.name === cue.name) last.text += ` ${cue.text}`;
    else turns.push(cue);
  }
  return turns.map((turn) => `${named(turn)}\n`).join('');
}

function named({ name, text }: Cue): string {
  return name === undefined ? text : `${name}: ${text}`;
}

/** Players refuse a cue that does not end after its begin. */
function times({ start, end }: Cue, decimalMark: string): string {
  const startMs = Math.max(0, Math.round(start * 1000));
  const endMs = Math.max(startMs + 1, Math.round(end * 1000));
  return `${timestamp(startMs, decimalMark)} --> ${timestamp(endMs, decimalMark)}`;
}

function timestamp(ms: number, decimalMark: string): string {
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map((value) =>
    String(Math.floor(value)).padStart(2, '0'),
  );
  return `${hours}:${minutes}:${seconds}${decimalMark}${String(ms % 1000).padStart(3, '0')}`;
}

/** Escapes the characters that begin markup in WebVTT. This also breaks up `-->`. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
