/**
 * The binding for Angular: signals for values, observables for events. It needs no zone.
 * @module rx-deepgram/angular
 */
import {
  assertInInjectionContext,
  computed,
  DestroyRef,
  inject,
  type Signal,
  signal,
  untracked,
} from '@angular/core';
import {
  type Caption,
  Captions,
  type CaptionsActions,
  type CaptionsOptions,
  type CaptionsSessionOptions,
  type CaptionsState,
} from './captions.ts';

export type { Caption, CaptionsActions, CaptionsOptions, CaptionsSessionOptions, CaptionsState };

/** What {@link injectLiveTranscription} returns: a signal for each value of the state. */
export type LiveCaptions = CaptionsActions & {
  readonly [Key in keyof CaptionsState]: Signal<CaptionsState[Key]>;
};

/**
 * Live captions for a component, or for all users of a service. Nothing opens before `start()`. When the component or service is
 * destroyed, the session ends at once, without waiting for the last words.
 *
 * @param options A function runs at the start of each session, and may read inputs and other signals.
 * @throws TranscriptionError `invalid-option`, at once; from `start()` where `options` is a function.
 * @throws NG0203 outside of an injection context.
 *
 * @example
 * ```ts
 * @Component({
 *   selector: 'app-captions',
 *   template: `
 *     <button (click)="toggle()">{{ captions.isListening() ? 'Stop' : 'Start' }}</button>
 *     @for (line of captions.finals(); track line.id) { <p>{{ line.text }}</p> }
 *     @for (line of captions.interims(); track line.id) { <p class="interim">{{ line.text }}</p> }
 *   `,
 * })
 * export class CaptionsComponent {
 *   readonly captions = injectLiveTranscription({ auth, listen });
 *   toggle() {
 *     if (this.captions.isListening()) void this.captions.stop();
 *     else this.captions.start(microphone());
 *   }
 * }
 * ```
 */
export function injectLiveTranscription(options: CaptionsOptions): LiveCaptions {
  assertInInjectionContext(injectLiveTranscription);
  const captions = new Captions(typeof options === 'function' ? () => untracked(options) : options);
  const state = signal(captions.state);
  captions.subscribe(() => state.set(captions.state));
  const letGo = captions.hold();
  inject(DestroyRef).onDestroy(() => {
    letGo();
    captions.complete();
  });
  const { start, pause, stop, transcripts$, utterances$, notices$ } = captions;
  return {
    phase: computed(() => state().phase),
    status: computed(() => state().status),
    isListening: computed(() => state().isListening),
    finals: computed(() => state().finals),
    interims: computed(() => state().interims),
    notices: computed(() => state().notices),
    ledger: computed(() => state().ledger),
    error: computed(() => state().error),
    live: computed(() => state().live),
    start,
    pause,
    stop,
    transcripts$,
    utterances$,
    notices$,
  };
}
