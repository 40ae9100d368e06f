import type { Transcript } from 'rx-deepgram';

/** What is said without a pause. */
export interface Paragraph {
  /** The `id` of its first line. */
  id: string;
  /** Minutes and seconds since the start. */
  time: string;
  lines: Transcript[];
  /** It is the first that came by a new connection. */
  isAfterReconnect: boolean;
}

/** A paragraph ends where Deepgram hears the speaker pause, and where a connection ends. */
export function paragraphsOf(lines: readonly Transcript[]): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let last: Transcript | undefined;
  for (const line of lines) {
    const isAfterReconnect = last !== undefined && last.connection !== line.connection;
    if (!last || last.speechFinal || isAfterReconnect) {
      paragraphs.push({ id: line.id, time: timeOf(line.start), lines: [], isAfterReconnect });
    }
    paragraphs.at(-1)?.lines.push(line);
    last = line;
  }
  return paragraphs;
}

function timeOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}
