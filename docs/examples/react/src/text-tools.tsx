import { type ReactNode, useEffect, useState } from 'react';
import { toText, toWebVTT } from 'rx-deepgram/captions';
import { useLiveTranscription } from 'rx-deepgram/react';
import { Button } from './button.tsx';
import { linesOf, save } from './paragraphs.ts';
import { useText } from './text.tsx';
import { isOff } from './troubles.ts';

/** Copies, saves and clears the text. */
export function TextTools(): ReactNode {
  const { phase } = useLiveTranscription();
  const { paragraphs, clear } = useText();
  const [message, setMessage] = useState('');
  const isEmpty = paragraphs.length === 0;
  useAskBeforeLeaving(!isEmpty || !isOff(phase));
  const copy = () =>
    navigator.clipboard.writeText(toText(linesOf(paragraphs))).then(
      () => setMessage('Copied.'),
      () => setMessage('The browser does not allow copying. Save the text instead.'),
    );
  return (
    <div className="tools" role="group" aria-label="Text">
      <label>
        Size <input type="range" min={1} max={3} step={0.25} defaultValue={1.25} onInput={resizeText} />
      </label>
      <Button isOff={isEmpty} onClick={() => void copy()}>
        Copy
      </Button>
      <Button isOff={isEmpty} onClick={() => save('captions.txt', toText(linesOf(paragraphs)))}>
        Save text
      </Button>
      <Button isOff={isEmpty} onClick={() => save('captions.vtt', toWebVTT(linesOf(paragraphs)))}>
        Save WebVTT
      </Button>
      <Button isOff={isEmpty} onClick={() => confirm('Clear all text?') && clear()}>
        Clear
      </Button>
      <span aria-live="polite">{message}</span>
    </div>
  );
}

function resizeText({ currentTarget }: { currentTarget: HTMLInputElement }): void {
  document.documentElement.style.setProperty('--size', `${currentTarget.value}rem`);
}

/** The browser asks, in its own words. */
function useAskBeforeLeaving(isLoss: boolean): void {
  useEffect(() => {
    if (!isLoss) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isLoss]);
}
