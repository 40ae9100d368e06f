import { type ReactNode, useState } from 'react';
import { useLiveTranscription } from 'rx-deepgram/react';
import { isOff } from './troubles.ts';

/** How much was said, and how much of it is written. */
export function Ledger(): ReactNode {
  const { ledger, phase } = useLiveTranscription();
  const seconds = (samples = 0) => samples / (ledger?.sampleRate ?? 1);
  const pending = seconds(ledger?.pending);
  return (
    <div className="ledger">
      <dl>
        <div>
          <dt>transcribed</dt>
          <dd>{seconds(ledger?.confirmed).toFixed(1)} s</dd>
        </div>
        <div>
          <dt>{isOff(phase) && pending > 0 ? 'not answered' : 'on its way'}</dt>
          <dd>{pending.toFixed(1)} s</dd>
        </div>
        <div>
          <dt>lost</dt>
          <dd>{seconds(ledger?.dropped).toFixed(1)} s</dd>
        </div>
      </dl>
      {phase === 'closing' ? (
        <Finishing pending={pending} />
      ) : (
        <meter min={0} max={10} high={3} optimum={0} value={pending} aria-label="Seconds on their way" />
      )}
    </div>
  );
}

/** How much of what was on its way at Stop has been written. */
function Finishing({ pending }: { pending: number }): ReactNode {
  const [all] = useState(pending);
  return <progress max={Math.max(all, 0.1)} value={all - pending} aria-label="Last words written" />;
}
