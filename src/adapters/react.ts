/**
 * The binding for React: one hook, and a provider for components that share a transcription.
 * @module rx-deepgram/react
 */
'use client';
import {
  createContext,
  createElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import { TranscriptionError } from '../index.ts';
import {
  type Caption,
  Captions,
  type CaptionsActions,
  type CaptionsSessionOptions,
  type CaptionsState,
  NO_CAPTIONS,
} from './captions.ts';

export type { Caption, CaptionsActions, CaptionsSessionOptions, CaptionsState };

/** What {@link useLiveTranscription} returns. */
export interface LiveCaptions extends CaptionsState, CaptionsActions {}

const Shared = createContext<Captions | undefined>(undefined);

/**
 * Live captions. The component renders again only when a value changes that it has read. Nothing opens before `start()`. Unmounting
 * ends the session at once, without waiting for the last words.
 *
 * @param options Options of the component's own transcription; each session takes the values of its start. Without options the
 * component shares the transcription of the {@link LiveTranscriptionProvider} above.
 * @throws TranscriptionError `invalid-option`, while rendering, for invalid options, or without options and provider.
 *
 * @example
 * ```tsx
 * function Captions() {
 *   const { phase, isListening, finals, interims, start, stop } = useLiveTranscription({ auth, listen });
 *   return (
 *     <>
 *       <button onClick={() => (isListening ? stop() : start(microphone()))}>{isListening ? 'Stop' : 'Start'}</button>
 *       <p>{[...finals, ...interims].map(({ id, text }) => <span key={id}>{text} </span>)}</p>
 *       {phase === 'recovering' && <p role="status">Reconnecting …</p>}
 *     </>
 *   );
 * }
 * ```
 */
export function useLiveTranscription(options?: CaptionsSessionOptions): LiveCaptions {
  const shared = useContext(Shared);
  const captions = useCaptions(options) ?? shared;
  if (!captions) {
    throw new TranscriptionError('invalid-option', 'useLiveTranscription() has no options.', {
      remedy: 'Give it some, or put a <LiveTranscriptionProvider options={…}> above the component.',
    });
  }
  const getView = useMemo(() => trackReads(captions), [captions]);
  return useSyncExternalStore(captions.subscribe, getView, getView);
}

/**
 * Lets the components below share one transcription, by {@link useLiveTranscription} without options.
 *
 * @example
 * ```tsx
 * <LiveTranscriptionProvider options={{ auth, listen }}>
 *   <Microphone />
 *   <Captions />
 * </LiveTranscriptionProvider>
 * ```
 */
export function LiveTranscriptionProvider(props: {
  options: CaptionsSessionOptions;
  children?: ReactNode;
}): ReactNode {
  return createElement(Shared.Provider, { value: useCaptions(props.options) }, props.children);
}

/** Strict Mode creates two; neither opens anything. It mounts, unmounts and mounts the one it keeps. */
function useCaptions(options: CaptionsSessionOptions | undefined): Captions | undefined {
  const [captions] = useState(() => options && new Captions(options));
  useEffect(() => {
    if (captions && options) captions.options = options;
  }, [captions, options]);
  useEffect(() => captions?.hold(), [captions]);
  return captions;
}

/** A view notes the values that are read, and is replaced only when one of them changes. */
function trackReads(captions: Captions): () => LiveCaptions {
  const { start, pause, stop, transcripts$, utterances$, notices$ } = captions;
  const seen = new Map<keyof CaptionsState, unknown>();
  const view = (): LiveCaptions => {
    const values = {} as CaptionsState;
    for (const key of Object.keys(NO_CAPTIONS) as (keyof CaptionsState)[]) {
      const get = () => {
        if (!seen.has(key)) seen.set(key, captions.state[key]);
        return captions.state[key];
      };
      Object.defineProperty(values, key, { get, enumerable: true });
    }
    return Object.assign(values, { start, pause, stop, transcripts$, utterances$, notices$ });
  };
  let current = view();
  return () => {
    const changed = [...seen.keys()].filter((key) => seen.get(key) !== captions.state[key]);
    for (const key of changed) seen.set(key, captions.state[key]);
    if (changed.length > 0) current = view();
    return current;
  };
}
