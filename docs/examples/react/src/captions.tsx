import { Fragment, type ReactNode, useRef, useState } from 'react';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { useLiveTranscription } from 'rx-deepgram/react';
import type { Caption } from './paragraphs.ts';
import { useTextSoFar } from './text.tsx';

/** The text, the newest at the end. Scrolling back holds it still. */
export function Captions({ capture }: { capture: CaptureStatus }): ReactNode {
  const { isListening } = useLiveTranscription();
  const paragraphs = useTextSoFar();
  const [isAway, setAway] = useState(false);
  const scroller = useRef<HTMLElement>(null);
  const goToEnd = () => {
    scroller.current?.focus();
    scroller.current?.scrollTo({ top: 0 });
  };
  return (
    <>
      <section
        ref={scroller}
        className="captions"
        aria-label="Captions"
        tabIndex={0}
        onScroll={({ currentTarget }) => setAway(currentTarget.scrollTop < -40)}
      >
        <div role="log">
          {paragraphs.length === 0 && <p className="hint">{hintFor(isListening, capture)}</p>}
          {paragraphs.map(({ id, time, lines, isAfterReconnect }) => (
            <Fragment key={id}>
              {isAfterReconnect && <p className="seam">reconnected</p>}
              <p className="paragraph">
                <time>{time}</time>{' '}
                <span>
                  {lines.map((line) => (
                    <Line key={`${line.id} ${line.final}`} line={line} />
                  ))}
                </span>
              </p>
            </Fragment>
          ))}
        </div>
      </section>
      {isAway && (
        <button type="button" className="newest" onClick={goToEnd}>
          Scrolling is paused. Go to the newest words
        </button>
      )}
    </>
  );
}

function hintFor(isListening: boolean, capture: CaptureStatus): string {
  if (!isListening) return 'Press Start and say something.';
  return capture === 'starting' ? 'Allow the microphone, and say something.' : 'Say something.';
}

/** Screen readers are given what is final: its key makes it a new element, which they read. */
function Line({ line }: { line: Caption }): ReactNode {
  return line.final ? `${line.text} ` : <span className="interim" aria-hidden>{`${line.text} `}</span>;
}
