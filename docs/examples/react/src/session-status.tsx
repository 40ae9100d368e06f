import type { ReactNode } from 'react';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { useLiveTranscription } from 'rx-deepgram/react';
import { nextAttempt, secondsBehind, TROUBLES } from './troubles.ts';

const STATUS = {
  closed: 'Off',
  waiting: 'Waiting for sound',
  connecting: 'Connecting',
  queued: 'Waiting in line',
  open: 'Listening',
  recovering: 'Reconnecting',
  closing: 'Finishing',
  failed: 'Failed',
} as const;

/** What the session does, and how late its text is: the first thing that a reader must see. */
export function SessionStatus({ capture }: { capture: CaptureStatus }): ReactNode {
  const { phase, status, isListening, notices, ledger, interims } = useLiveTranscription();
  const behind = secondsBehind({ phase, notices, ledger, interims });
  const trouble = isListening && (phase === 'open' || phase === 'waiting') ? TROUBLES[capture] : undefined;
  const isPaused = phase === 'open' && !isListening;
  const isLate = phase === 'open' && behind > 0;
  const tone = trouble ? 'unheard' : isLate ? 'late' : isPaused ? 'paused' : phase;
  // Screen readers are told that the text is late, and not every second by how much.
  return (
    <p className="status" data-phase={tone}>
      <span role="status">
        {trouble?.status ?? (isLate ? 'Late' : isPaused ? 'Paused' : STATUS[phase])}
        {status?.phase === 'recovering' && nextAttempt(status)}
      </span>
      {behind > 0 && <strong>{behind} s behind</strong>}
    </p>
  );
}
