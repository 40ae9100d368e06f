/** The object `app` in the pages of these tests. */
import { type Observable, tap } from 'rxjs';
import {
  type Clock,
  createLiveTranscription,
  type LiveTranscription,
  TranscriptionError,
} from '../../../src/index.ts';

export * as rxjs from 'rxjs';
export * from '../../../src/index.ts';
export * from '../../../src/browser/index.ts';

/** Turns off the browser's processing of speech. */
export const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** The chunks and the end of a source of sound. */
export interface Heard {
  samples: number[];
  /** Sizes of the chunks, in bytes. */
  sizes: number[];
  end: 'complete' | 'unsubscribed' | { reason: string; message: string };
}

/** Listens until there are enough chunks, or the sound ends by itself. */
export function hear(source: Observable<Uint8Array>, chunkCount = Infinity): Promise<Heard> {
  return new Promise((resolve) => {
    const heard: Heard = { samples: [], sizes: [], end: 'unsubscribed' };
    const ends = (end: Heard['end']) => resolve({ ...heard, end });
    const subscription = source.subscribe({
      next: (chunk) => {
        heard.sizes.push(chunk.byteLength);
        heard.samples.push(...new Int16Array(chunk.buffer, chunk.byteOffset, chunk.byteLength / 2));
        if (heard.sizes.length < chunkCount) return;
        subscription.unsubscribe();
        ends('unsubscribed');
      },
      complete: () => ends('complete'),
      error: (error: unknown) => {
        if (!(error instanceof TranscriptionError)) throw error;
        ends({ reason: error.reason, message: error.message });
      },
    });
  });
}

/** Listens to the end, and calls `then` when so many chunks have come, however long that takes on a busy machine. */
export function hearThen(
  source: Observable<Uint8Array>,
  chunkCount: number,
  then: () => void,
): Promise<Heard> {
  let left = chunkCount;
  return hear(
    source.pipe(
      tap(() => {
        left -= 1;
        // Behind the chunk, as an event of the platform would come.
        if (left === 0) setTimeout(then);
      }),
    ),
  );
}

export interface Resources {
  tracks: MediaStreamTrack[];
  contexts: AudioContext[];
}

/** How they stand when all are let go, among them so many tracks; or after a while, if they are not. */
export async function released(made: Resources, trackCount = 1) {
  const states = () => ({
    tracks: made.tracks.map(({ readyState }) => readyState),
    contexts: made.contexts.map(({ state }) => state),
  });
  const isReleased = ({ tracks, contexts }: ReturnType<typeof states>) =>
    tracks.length >= trackCount && !tracks.includes('live') && !contexts.some((state) => state !== 'closed');
  for (let turn = 0; turn < 200 && !isReleased(states()); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return states();
}

/** Every microphone track and audio context that the page has made from now on: for seeing whether they are let go. */
export function watchResources(): Resources {
  const made: Resources = { tracks: [], contexts: [] };
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    made.tracks.push(...stream.getTracks());
    return stream;
  };
  globalThis.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      made.contexts.push(this);
    }
  };
  return made;
}

/** A session of this page, and what it has told so far. */
export interface Session {
  live: LiveTranscription;
  words: string[];
  /** How connections were lost. */
  ends: unknown[];
  states: string[];
}

/** Begins a session with an emulator. */
export function begin(baseUrl: string, clock?: Clock): Session {
  const live = createLiveTranscription({
    auth: { apiKey: 'any-key-will-do' },
    baseUrl,
    listen: { model: 'nova-3', encoding: 'linear16', sample_rate: 16_000, interim_results: true },
    ...(clock && { clock }),
  });
  const session: Session = { live, words: [], ends: [], states: [] };
  live.transcripts$.subscribe(({ final, words }) => {
    if (final) session.words.push(...words.map(({ word }) => word));
  });
  live.notices$.subscribe(({ code, evidence }) => {
    if (code === 'connection-lost') session.ends.push(evidence['kind']);
  });
  live.status$.subscribe(({ state }) => session.states.push(state));
  return session;
}
