import { computed, type Signal } from '@angular/core';
import type { LiveCaptions } from 'rx-deepgram/angular';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { adviceFrom, isOff, nextAttempt, secondsBehind, TROUBLES } from './troubles.ts';

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

/** What is said of the session and its microphone. */
export class SessionState {
  readonly #captions: LiveCaptions;
  readonly #capture: Signal<CaptureStatus>;

  readonly isOff = computed(() => isOff(this.#captions.phase()));
  readonly isClosing = computed(() => this.#captions.phase() === 'closing');
  readonly isPaused = computed(() => this.#captions.phase() === 'open' && !this.#captions.isListening());
  readonly trouble = computed(() => (this.#captions.isListening() ? TROUBLES[this.#capture()] : undefined));
  /** While there is a connection to be heard by, whether anybody can be heard matters more. */
  readonly isUnheard = computed(() => this.trouble() && ['open', 'waiting'].includes(this.#captions.phase()));
  readonly behind = computed(() => {
    const { phase, notices, ledger, interims } = this.#captions;
    return secondsBehind({ phase: phase(), notices: notices(), ledger: ledger(), interims: interims() });
  });
  readonly isLate = computed(() => this.#captions.phase() === 'open' && this.behind() > 0);
  readonly tone = computed(() => {
    if (this.isUnheard()) return 'unheard';
    return this.isLate() ? 'late' : this.isPaused() ? 'paused' : this.#captions.phase();
  });
  /** Screen readers are told that the text is late, and not every second by how much. */
  readonly status = computed(() => {
    if (this.isUnheard()) return this.trouble()?.status;
    if (this.isLate()) return 'Late';
    if (this.isPaused()) return 'Paused';
    const status = this.#captions.status();
    return STATUS[this.#captions.phase()] + (status?.phase === 'recovering' ? nextAttempt(status) : '');
  });
  readonly advice = computed(() => {
    const trouble = this.trouble();
    return [
      ...(trouble ? [trouble.advice] : []),
      ...(this.isOff() ? [] : adviceFrom(this.#captions.notices())),
    ];
  });
  readonly hint = computed(() => {
    if (!this.#captions.isListening()) return 'Press Start and say something.';
    return this.#capture() === 'starting' ? 'Allow the microphone, and say something.' : 'Say something.';
  });

  constructor(captions: LiveCaptions, capture: Signal<CaptureStatus>) {
    this.#captions = captions;
    this.#capture = capture;
  }
}
