/** Audio sources that can be held: a recording stops, a microphone is ignored. */
import {
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  endWith,
  filter,
  NEVER,
  type Observable,
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
}

/** Plays a recording in real time; completes at its end. */
export function recordingFeed(samples: Uint8Array, bytesPerSecond: number, clock: Clock): Feed {
  const isHeld$ = new BehaviorSubject(false);
  const END = new Uint8Array();
  let played = 0;
  const rest = () =>
    paced(samples.subarray(played), { bytesPerSecond, clock }).pipe(
      tap((frame) => (played += frame.byteLength)),
      endWith(END),
    );
  const audio$ = defer(() => {
    played = 0;
    return isHeld$.pipe(
      distinctUntilChanged(),
      switchMap((isHeld) => (isHeld ? NEVER : rest())),
      takeWhile((frame) => frame !== END),
    );
  });
  return withHand(audio$, isHeld$);
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
