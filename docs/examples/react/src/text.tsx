/** The text of all sessions: a session has its own, and the page keeps it until it is cleared. */
import { createContext, type ReactNode, useContext, useState } from 'react';
import { useLiveTranscription } from 'rx-deepgram/react';
import { type Caption, type Paragraph, paragraphsOf } from './paragraphs.ts';

interface Kept {
  /** Of sessions before the present one. */
  paragraphs: readonly Paragraph[];
  /** The present session began so many seconds after the first one. */
  startsAt: number;
  /** So many finals of the present session were cleared. */
  cleared: number;
}

const NONE: Kept = { paragraphs: [], startsAt: 0, cleared: 0 };
const KeptText = createContext<[kept: Kept, setKept: (kept: Kept) => void]>([NONE, () => undefined]);

export function TextProvider({ children }: { children: ReactNode }): ReactNode {
  return <KeptText value={useState(NONE)}>{children}</KeptText>;
}

/** Text that will not change, and what can be done with it. */
export function useText() {
  const { finals } = useLiveTranscription();
  const [kept, setKept] = useContext(KeptText);
  const paragraphs = joined(kept, finals);
  return {
    paragraphs,
    clear: () => setKept({ ...kept, paragraphs: [], cleared: finals.length }),
    /** To be called before another session begins; the present one took so many seconds. */
    keep: (seconds: number) => setKept({ paragraphs, startsAt: kept.startsAt + seconds, cleared: 0 }),
  };
}

/** The same with interim text. */
export function useTextSoFar(): Paragraph[] {
  const { finals, interims } = useLiveTranscription();
  const [kept] = useContext(KeptText);
  return joined(kept, finals, interims);
}

function joined(
  { paragraphs, startsAt, cleared }: Kept,
  finals: readonly Caption[],
  interims: readonly Caption[] = [],
): Paragraph[] {
  return [...paragraphs, ...paragraphsOf([...finals.slice(cleared), ...interims], startsAt)];
}
