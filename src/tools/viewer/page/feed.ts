/** Audio sources that can be held: a recording stops, a microphone is ignored. */
import {
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  endWith,
  filter,
  NEVER,
  type Observable,
  of,
  repeat,
  switchMap,
  takeWhile,
  tap,
} from 'rxjs';
import type { Clock } from '../../../clock.ts';
import { paced } from '../../sources/paced.ts';

/** Audio that can be held. */
export interface Feed {
  readonly audio$: Observable<Uint8Array>;
  readonly isHeld$: Observable<boolean>;
  hold(): void;
  /** Continues the audio. */
  release(): void;
  /** Of a recording: the part that was played, in milliseconds, in which round. */
  progress?(): { atMs: number; lengthMs: number; round: number };
}

/** Options of {@link recordingFeed}. */
export interface RecordingOptions {
  bytesPerSecond: number;
  clock: Clock;
  /** Begins anew at its end, instead of completing. */
  loops: boolean;
}

/** Plays a recording in real time. */
export function recordingFeed(samples: Uint8Array, { bytesPerSecond, clock, loops }: RecordingOptions): Feed {
  const isHeld$ = new BehaviorSubject(false);
  const END = new Uint8Array();
  let played = 0;
  let round = 1;
  const rewind = () => {
    played = 0;
    round += 1;
  };
  const rest = () =>
    paced(samples.subarray(played), { bytesPerSecond, clock }).pipe(
      tap((frame) => (played += frame.byteLength)),
      loops ? repeat({ delay: () => of(rewind()) }) : endWith(END),
    );
  const audio$ = defer(() => {
    played = 0;
    round = 1;
    return isHeld$.pipe(
      distinctUntilChanged(),
      switchMap((isHeld) => (isHeld ? NEVER : rest())),
      takeWhile((frame) => frame !== END),
    );
  });
  const inMs = (bytes: number) => (bytes * 1000) / bytesPerSecond;
  const progress = () => ({ atMs: inMs(played), lengthMs: inMs(samples.byteLength), round });
  return { ...withHand(audio$, isHeld$), progress };
}

/** Passes live audio on unless it is held. */
export function liveFeed(source$: Observable<Uint8Array>): Feed {
  const isHeld$ = new BehaviorSubject(false);
  return withHand(source$.pipe(filter(() => !isHeld$.value)), isHeld$);
}

function withHand(audio$: Observable<Uint8Array>, isHeld$: BehaviorSubject<boolean>): Feed {
  return {
    audio$,
    isHeld$: isHeld$.pipe(distinctUntilChanged()),
    hold: () => isHeld$.next(true),
    release: () => isHeld$.next(false),
  };
}
