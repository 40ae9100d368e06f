import type { ReactNode } from 'react';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { useLiveTranscription } from 'rx-deepgram/react';
import { adviceFrom, adviceOn, isOff, TROUBLES } from './troubles.ts';

/** What the speaker can do about what goes wrong. */
export function Advice({ capture }: { capture: CaptureStatus }): ReactNode {
  const { isListening, phase, notices, error } = useLiveTranscription();
  const trouble = isListening ? TROUBLES[capture] : undefined;
  const advice = [...(trouble ? [trouble.advice] : []), ...(isOff(phase) ? [] : adviceFrom(notices))];
  return (
    <div className="advices">
      {advice.map((text) => (
        <p key={text} className="advice" role="alert">
          {text}
        </p>
      ))}
      {error && (
        <p className="failure" role="alert">
          {adviceOn(error)}
        </p>
      )}
    </div>
  );
}
