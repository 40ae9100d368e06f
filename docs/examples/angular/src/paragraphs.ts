import type { Transcript } from 'rx-deepgram';

/** A transcript without the message of the server. */
export type Caption = Omit<Transcript, 'raw'>;

/** What is said without a pause. */
export interface Paragraph {
  /** Unique on the page. */
  id: string;
  /** Minutes and seconds since the page's first word could be said. */
  time: string;
  lines: Caption[];
  /** Its session began so many seconds after the first one. */
  startsAt: number;
  /** It is the first that came by a new connection. */
  isAfterReconnect: boolean;
}

/** A paragraph ends where Deepgram hears the speaker pause, and where a connection ends. */
export function paragraphsOf(lines: readonly Caption[], startsAt: number): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let last: Caption | undefined;
  for (const line of lines) {
    const isAfterReconnect = last !== undefined && last.connection !== line.connection;
    if (!last || last.speechFinal || isAfterReconnect) {
      const id = `${startsAt} ${line.id}`;
      const time = timeOf(startsAt + line.start);
      paragraphs.push({ id, time, lines: [], startsAt, isAfterReconnect });
    }
    paragraphs.at(-1)?.lines.push(line);
    last = line;
  }
  return paragraphs;
}

/** Lines for a file. Each session counts from 0; the file does so once. */
export function linesOf(paragraphs: readonly Paragraph[]): Caption[] {
  return paragraphs.flatMap(({ lines, startsAt }) =>
    lines.map((line) => ({
      ...moved(line, startsAt),
      words: line.words.map((word) => moved(word, startsAt)),
    })),
  );
}

function moved<Timed extends { start: number; end: number }>(timed: Timed, seconds: number): Timed {
  return { ...timed, start: timed.start + seconds, end: timed.end + seconds };
}

function timeOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

/** Lets the browser save a text as a file. */
export function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
