/** The types of `rx-deepgram/devtools`, which development and production share. */
import type { Observable } from 'rxjs';
import type { LiveTranscription } from '../../index.ts';
import type { Viewer, ViewerOptions } from './mount.ts';

/** Options of {@link mountDevtools}. */
export interface DevtoolsOptions extends ViewerOptions {
  /** Shown in the list of sessions. @defaultValue `Session 1`, and so on */
  name?: string;
}

/** One session, or each that an app begins. */
export type DevtoolsSessions = LiveTranscription | Observable<LiveTranscription | undefined>;

/** What {@link mountDevtools} returns: {@link Viewer.note} and {@link Viewer.unmount} of its viewer. */
export interface Devtools extends Viewer {}
