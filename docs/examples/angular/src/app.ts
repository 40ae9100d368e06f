/** Live captions: signals for what is shown, and no zone. */
import { DecimalPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, InjectionToken, inject, signal } from '@angular/core';
import type { AudioChunk, LiveTranscriptionOptions } from 'rx-deepgram';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { injectLiveTranscription } from 'rx-deepgram/angular';
import type { Observable } from 'rxjs';
import { paragraphsOf } from './paragraphs.ts';
import { adviceOn, nextAttempt, TROUBLES } from './troubles.ts';

/** What the app works with, so that a test can give it another. */
export const SETTING = new InjectionToken<{
  options: LiveTranscriptionOptions;
  /** What to transcribe: a microphone, which is opened by listening to it, and then says how it fares. */
  microphone: (onStatus: (status: CaptureStatus) => void) => Observable<AudioChunk>;
  /** Cuts the network, where that can be done. */
  cut?: (() => unknown) | undefined;
}>('setting');

const STATUS = {
  closed: 'Off',
  waiting: 'Waiting for sound',
  connecting: 'Connecting',
  open: 'Listening',
  recovering: 'Reconnecting',
  closing: 'Finishing',
  failed: 'Failed',
} as const;

@Component({
  selector: 'app-root',
  imports: [DecimalPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <header>
      <h1>Live captions</h1>
      <p class="status" role="status" [attr.data-phase]="tone()">
        {{ status() }}
      </p>
    </header>

    <main>
      <section class="captions" aria-label="Captions" tabindex="0">
        <div role="log">
          @for (paragraph of paragraphs(); track paragraph.id) {
            @if (paragraph.isAfterReconnect) {
              <p class="seam">reconnected</p>
            }
            <p class="paragraph">
              <time>{{ paragraph.time }}</time>&ngsp;
              <span>
                @for (line of paragraph.lines; track line) {
                  <span [class.interim]="!line.final" [attr.aria-hidden]="line.final ? null : true">{{
                    line.text + ' '
                  }}</span>
                }
              </span>
            </p>
          } @empty {
            <p class="hint">{{ hint() }}</p>
          }
        </div>
      </section>
    </main>

    <footer>
      @if (trouble(); as trouble) {
        <p class="advice" role="alert">{{ trouble.advice }}</p>
      }
      @if (captions.error(); as error) {
        <p class="failure" role="alert">{{ adviceOn(error) }}</p>
      }
      <dl class="ledger">
        <div><dt>transcribed</dt><dd>{{ seconds().confirmed | number: '1.1-1' }} s</dd></div>
        <div><dt>{{ isOff() && seconds().pending > 0 ? 'not answered' : 'on its way' }}</dt><dd>{{ seconds().pending | number: '1.1-1' }} s</dd></div>
        <div><dt>lost</dt><dd>{{ seconds().dropped | number: '1.1-1' }} s</dd></div>
        <meter
          min="0"
          max="10"
          high="3"
          optimum="0"
          [value]="seconds().pending"
          aria-label="Audio on its way, in seconds"
        ></meter>
      </dl>
      <div class="controls">
        @if (isOff() || captions.phase() === 'closing') {
          <button type="button" class="primary" [disabled]="!isOff()" (click)="captions.start(audio$)">
            Start
          </button>
        } @else {
          <button type="button" class="primary" (click)="captions.stop()">Stop</button>
          @if (captions.isListening()) {
            <button type="button" (click)="captions.pause()">Pause</button>
          } @else {
            <button type="button" (click)="captions.start(audio$)">Resume</button>
          }
        }
        @if (setting.cut; as cut) {
          <button type="button" class="danger" [disabled]="isOff()" (click)="cut()">Cut the network</button>
        }
      </div>
    </footer>
  `,
})
export class App {
  readonly adviceOn = adviceOn;
  readonly setting = inject(SETTING);
  readonly captions = injectLiveTranscription(this.setting.options);
  /** How the microphone fares. */
  readonly capture = signal<CaptureStatus>('live');
  readonly audio$ = this.setting.microphone((status) => this.capture.set(status));

  readonly isOff = computed(() => ['closed', 'failed'].includes(this.captions.phase()));
  readonly isPaused = computed(() => this.captions.phase() === 'open' && !this.captions.isListening());
  readonly trouble = computed(() => (this.captions.isListening() ? TROUBLES[this.capture()] : undefined));
  /** While there is a connection to be heard by, whether anybody can be heard matters more. */
  readonly isUnheard = computed(() => this.trouble() && ['open', 'waiting'].includes(this.captions.phase()));
  readonly tone = computed(() =>
    this.isUnheard() ? 'unheard' : this.isPaused() ? 'paused' : this.captions.phase(),
  );
  readonly status = computed(() => {
    if (this.isUnheard()) return this.trouble()?.status;
    if (this.isPaused()) return 'Paused';
    const status = this.captions.status();
    return STATUS[this.captions.phase()] + (status?.phase === 'recovering' ? nextAttempt(status) : '');
  });
  readonly hint = computed(() => {
    if (!this.captions.isListening()) return 'Press Start and say something.';
    return this.capture() === 'starting' ? 'Allow the microphone, and say something.' : 'Say something.';
  });

  readonly paragraphs = computed(() =>
    paragraphsOf([...this.captions.finals(), ...this.captions.interims()]),
  );

  readonly seconds = computed(() => {
    const { confirmed = 0, pending = 0, dropped = 0, sampleRate = 1 } = this.captions.ledger() ?? {};
    return {
      confirmed: confirmed / sampleRate,
      pending: pending / sampleRate,
      dropped: dropped / sampleRate,
    };
  });
}
