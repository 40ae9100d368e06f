/** Live captions: each component is rendered again for what it reads, and for nothing else. */
import { Fragment, type ReactNode, useEffect, useRef, useState } from 'react';
import type { AudioChunk, LiveTranscriptionOptions } from 'rx-deepgram';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { toText, toWebVTT } from 'rx-deepgram/captions';
import { type Caption, LiveTranscriptionProvider, useLiveTranscription } from 'rx-deepgram/react';
import type { Observable } from 'rxjs';
import { linesOf, type Paragraph, paragraphsOf, save } from './paragraphs.ts';
import { adviceFrom, adviceOn, nextAttempt, secondsBehind, TROUBLES } from './troubles.ts';

interface Props {
  options: LiveTranscriptionOptions;
  /** What to transcribe: a microphone, which is opened by listening to it, and then says how it fares. */
  microphone: (onStatus: (status: CaptureStatus) => void) => Observable<AudioChunk>;
  /** Cuts the network, where that can be done. */
  cut?: (() => unknown) | undefined;
}

export function App({ options, ...props }: Props): ReactNode {
  return (
    <LiveTranscriptionProvider options={options}>
      <Page {...props} />
    </LiveTranscriptionProvider>
  );
}

/** Text that stays when a new session begins. */
interface Kept {
  paragraphs: readonly Paragraph[];
  /** The present session began so many seconds after the first one. */
  startsAt: number;
  /** So many finals of the present session were cleared. */
  cleared: number;
}

function Page({ microphone, cut }: Omit<Props, 'options'>): ReactNode {
  const [capture, setCapture] = useState<CaptureStatus>('live');
  const [audio$] = useState(() => microphone(setCapture));
  const [kept, setKept] = useState<Kept>({ paragraphs: [], startsAt: 0, cleared: 0 });
  return (
    <>
      <header>
        <h1>Live captions</h1>
        <Status capture={capture} />
      </header>
      <main>
        <Captions capture={capture} kept={kept} />
        <TextTools kept={kept} setKept={setKept} />
      </main>
      <footer>
        <Advice capture={capture} />
        <Ledger />
        <Controls audio$={audio$} cut={cut} kept={kept} setKept={setKept} />
      </footer>
    </>
  );
}

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

/** How the microphone fares. */
interface Capture {
  capture: CaptureStatus;
}

function Status({ capture }: Capture): ReactNode {
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

function Captions({ capture, kept }: Capture & { kept: Kept }): ReactNode {
  const { isListening, finals, interims } = useLiveTranscription();
  const [isAway, setAway] = useState(false);
  const scroller = useRef<HTMLElement>(null);
  const lines = [...finals.slice(kept.cleared), ...interims];
  const paragraphs = [...kept.paragraphs, ...paragraphsOf(lines, kept.startsAt)];
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

interface KeptProps {
  kept: Kept;
  setKept: (kept: Kept) => void;
}

function TextTools({ kept, setKept }: KeptProps): ReactNode {
  const { finals, phase } = useLiveTranscription();
  const [message, setMessage] = useState('');
  const paragraphs = [...kept.paragraphs, ...paragraphsOf(finals.slice(kept.cleared), kept.startsAt)];
  const isEmpty = paragraphs.length === 0;
  useAskBeforeLeaving(!isEmpty || !isOff(phase));
  const copy = () =>
    navigator.clipboard.writeText(toText(linesOf(paragraphs))).then(
      () => setMessage('Copied.'),
      () => setMessage('The browser does not allow copying. Save the text instead.'),
    );
  const clear = () => {
    if (confirm('Clear all text?')) setKept({ ...kept, paragraphs: [], cleared: finals.length });
  };
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
      <Button isOff={isEmpty} onClick={clear}>
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

function Advice({ capture }: Capture): ReactNode {
  const { isListening, notices, error } = useLiveTranscription();
  const trouble = isListening ? TROUBLES[capture] : undefined;
  const advice = [...(trouble ? [trouble.advice] : []), ...adviceFrom(notices)];
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

function Ledger(): ReactNode {
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

const isOff = (phase: string) => phase === 'closed' || phase === 'failed';

function Controls({
  audio$,
  cut,
  kept,
  setKept,
}: Pick<Props, 'cut'> & KeptProps & { audio$: Observable<AudioChunk> }): ReactNode {
  const { phase, isListening, finals, ledger, live, start, pause, stop } = useLiveTranscription();
  const isClosing = phase === 'closing';
  const begin = () => {
    const { paragraphs, startsAt, cleared } = kept;
    setKept({
      paragraphs: [...paragraphs, ...paragraphsOf(finals.slice(cleared), startsAt)],
      startsAt: startsAt + (ledger ? ledger.accepted / ledger.sampleRate : 0),
      cleared: 0,
    });
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

/** Unlike a disabled one, a button that is off keeps the focus. */
function Button(props: {
  children: ReactNode;
  className?: string;
  isOff?: boolean;
  onClick: () => void;
}): ReactNode {
  const { children, className, isOff = false, onClick } = props;
  return (
    <button type="button" className={className} aria-disabled={isOff} onClick={isOff ? undefined : onClick}>
      {children}
    </button>
  );
}
