/** Live captions: each component is rendered again for what it reads, and for nothing else. */
import { type ReactNode, useMemo, useState } from 'react';
import type { AudioChunk, LiveTranscriptionOptions, Transcript } from 'rx-deepgram';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { LiveTranscriptionProvider, useLiveTranscription } from 'rx-deepgram/react';
import type { Observable } from 'rxjs';
import { paragraphsOf } from './paragraphs.ts';
import { adviceOn, nextAttempt, TROUBLES } from './troubles.ts';

interface Props {
  options: LiveTranscriptionOptions;
  /** What to transcribe: a microphone, which is opened by listening to it, and then says how it fares. */
  microphone: (onStatus: (status: CaptureStatus) => void) => Observable<AudioChunk>;
  /** Cuts the network, where that can be done. */
  cut?: (() => unknown) | undefined;
}

export function App({ options, microphone, cut }: Props): ReactNode {
  const [capture, setCapture] = useState<CaptureStatus>('live');
  const [audio$] = useState(() => microphone(setCapture));
  return (
    <LiveTranscriptionProvider options={options}>
      <header>
        <h1>Live captions</h1>
        <Status capture={capture} />
      </header>
      <main>
        <Captions capture={capture} />
      </main>
      <footer>
        <Advice capture={capture} />
        <Failure />
        <Ledger />
        <Controls audio$={audio$} cut={cut} />
      </footer>
    </LiveTranscriptionProvider>
  );
}

const STATUS = {
  closed: 'Off',
  waiting: 'Waiting for sound',
  connecting: 'Connecting',
  open: 'Listening',
  recovering: 'Reconnecting',
  closing: 'Finishing',
  failed: 'Failed',
} as const;

/** How the microphone fares. */
interface Capture {
  capture: CaptureStatus;
}

function Status({ capture }: Capture): ReactNode {
  const { phase, status, isListening } = useLiveTranscription();
  const trouble = isListening && (phase === 'open' || phase === 'waiting') ? TROUBLES[capture] : undefined;
  const isPaused = phase === 'open' && !isListening;
  return (
    <p className="status" role="status" data-phase={trouble ? 'unheard' : isPaused ? 'paused' : phase}>
      {trouble?.status ?? (isPaused ? 'Paused' : STATUS[phase])}
      {status?.phase === 'recovering' && nextAttempt(status)}
    </p>
  );
}

function Captions({ capture }: Capture): ReactNode {
  const { isListening, finals, interims } = useLiveTranscription();
  const paragraphs = useMemo(() => paragraphsOf([...finals, ...interims]), [finals, interims]);
  return (
    <section className="captions" aria-label="Captions" tabIndex={0}>
      <div role="log">
        {paragraphs.length === 0 && <p className="hint">{hintFor(isListening, capture)}</p>}
        {paragraphs.map(({ id, time, lines, isAfterReconnect }) => (
          <div key={id}>
            {isAfterReconnect && <p className="seam">reconnected</p>}
            <p className="paragraph">
              <time>{time}</time>{' '}
              <span>
                {lines.map((line) => (
                  <Line key={`${line.id} ${line.final}`} line={line} />
                ))}
              </span>
            </p>
          </div>
        ))}
      </div>
    </section>
  );
}

function hintFor(isListening: boolean, capture: CaptureStatus): string {
  if (!isListening) return 'Press Start and say something.';
  return capture === 'starting' ? 'Allow the microphone, and say something.' : 'Say something.';
}

/** Screen readers are given what is final: its key makes it a new element, which they read. */
function Line({ line }: { line: Transcript }): ReactNode {
  return line.final ? `${line.text} ` : <span className="interim" aria-hidden>{`${line.text} `}</span>;
}

function Advice({ capture }: Capture): ReactNode {
  const { isListening } = useLiveTranscription();
  const trouble = isListening ? TROUBLES[capture] : undefined;
  return (
    trouble && (
      <p className="advice" role="alert">
        {trouble.advice}
      </p>
    )
  );
}

function Failure(): ReactNode {
  const { error } = useLiveTranscription();
  return (
    error && (
      <p className="failure" role="alert">
        {adviceOn(error)}
      </p>
    )
  );
}

function Ledger(): ReactNode {
  const { ledger, phase } = useLiveTranscription();
  const isOver = phase === 'closed' || phase === 'failed';
  const seconds = (samples = 0) => samples / (ledger?.sampleRate ?? 1);
  const pending = seconds(ledger?.pending);
  return (
    <dl className="ledger">
      <div>
        <dt>transcribed</dt>
        <dd>{seconds(ledger?.confirmed).toFixed(1)} s</dd>
      </div>
      <div>
        <dt>{isOver && pending > 0 ? 'not answered' : 'on its way'}</dt>
        <dd>{pending.toFixed(1)} s</dd>
      </div>
      <div>
        <dt>lost</dt>
        <dd>{seconds(ledger?.dropped).toFixed(1)} s</dd>
      </div>
      <meter
        min={0}
        max={10}
        high={3}
        optimum={0}
        value={pending}
        aria-label="Audio on its way, in seconds"
      />
    </dl>
  );
}

function Controls({ audio$, cut }: Pick<Props, 'cut'> & { audio$: Observable<AudioChunk> }): ReactNode {
  const { phase, isListening, start, pause, stop } = useLiveTranscription();
  const isOff = phase === 'closed' || phase === 'failed';
  return (
    <div className="controls">
      {isOff || phase === 'closing' ? (
        <button type="button" className="primary" disabled={!isOff} onClick={() => start(audio$)}>
          Start
        </button>
      ) : (
        <>
          <button type="button" className="primary" onClick={() => void stop()}>
            Stop
          </button>
          <button type="button" onClick={() => (isListening ? pause() : start(audio$))}>
            {isListening ? 'Pause' : 'Resume'}
          </button>
        </>
      )}
      {cut && (
        <button type="button" className="danger" disabled={isOff} onClick={() => void cut()}>
          Cut the network
        </button>
      )}
    </div>
  );
}
