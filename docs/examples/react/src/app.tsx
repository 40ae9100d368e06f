/** Live captions: each component is rendered again for what it reads, and for nothing else. */
import { type ReactNode, useState } from 'react';
import type { AudioChunk, LiveTranscriptionOptions } from 'rx-deepgram';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { LiveTranscriptionProvider } from 'rx-deepgram/react';
import type { Observable } from 'rxjs';
import { Advice } from './advice.tsx';
import { Captions } from './captions.tsx';
import { Controls } from './controls.tsx';
import { Ledger } from './ledger.tsx';
import { SessionStatus } from './session-status.tsx';
import { TextProvider } from './text.tsx';
import { TextTools } from './text-tools.tsx';

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
      <TextProvider>
        <header>
          <h1>Live captions</h1>
          <SessionStatus capture={capture} />
        </header>
        <main>
          <Captions capture={capture} />
          <TextTools />
        </main>
        <footer>
          <Advice capture={capture} />
          <Ledger />
          <Controls audio$={audio$} cut={cut} />
        </footer>
      </TextProvider>
    </LiveTranscriptionProvider>
  );
}
