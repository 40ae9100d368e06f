import type { ReactNode } from 'react';
import type { AudioChunk } from 'rx-deepgram';
import { useLiveTranscription } from 'rx-deepgram/react';
import type { Observable } from 'rxjs';
import { Button } from './button.tsx';
import { useText } from './text.tsx';
import { isOff } from './troubles.ts';

interface Props {
  audio$: Observable<AudioChunk>;
  cut: (() => unknown) | undefined;
}

export function Controls({ audio$, cut }: Props): ReactNode {
  const { phase, isListening, ledger, live, start, pause, stop } = useLiveTranscription();
  const { keep } = useText();
  const isClosing = phase === 'closing';
  const begin = () => {
    keep(ledger ? ledger.accepted / ledger.sampleRate : 0);
    start(audio$);
  };
  // The same two buttons in every phase: a button that goes takes the focus along.
  return (
    <div className="controls">
      <Button className="primary" isOff={isClosing} onClick={() => (isOff(phase) ? begin() : void stop())}>
        {isOff(phase) ? 'Start' : 'Stop'}
      </Button>
      {isClosing ? (
        <Button onClick={() => live?.abort()}>Discard the rest</Button>
      ) : (
        <Button isOff={isOff(phase)} onClick={() => (isListening ? pause() : start(audio$))}>
          {isListening || isOff(phase) ? 'Pause' : 'Resume'}
        </Button>
      )}
      {cut && (
        <Button className="danger" isOff={isOff(phase)} onClick={() => void cut()}>
          Cut the network
        </Button>
      )}
    </div>
  );
}
