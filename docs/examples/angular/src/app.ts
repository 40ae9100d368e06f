/** Live captions: signals for what is shown, and no zone. */
import { DecimalPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, InjectionToken, inject, signal } from '@angular/core';
import type { AudioChunk, LiveTranscriptionOptions } from 'rx-deepgram';
import { injectLiveTranscription } from 'rx-deepgram/angular';
import type { CaptureStatus } from 'rx-deepgram/browser';
import type { Observable } from 'rxjs';
import { SessionState } from './session-state.ts';
import { PageText } from './text.ts';
import { adviceOn } from './troubles.ts';

/** What the app works with, so that a test can give it another. */
export const SETTING = new InjectionToken<{
  options: LiveTranscriptionOptions;
  /** What to transcribe: a microphone, which is opened by listening to it, and then says how it fares. */
  microphone: (onStatus: (status: CaptureStatus) => void) => Observable<AudioChunk>;
  /** Cuts the network, where that can be done. */
  cut?: (() => unknown) | undefined;
}>('setting');

@Component({
  selector: 'app-root',
  imports: [DecimalPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(window:beforeunload)': 'askBeforeLeaving($event)' },
  template: `
    <header>
      <h1>Live captions</h1>
      <p class="status" [attr.data-phase]="state.tone()">
        <span role="status">{{ state.status() }}</span>
        @if (state.behind() > 0) {
          <strong>{{ state.behind() }} s behind</strong>
        }
      </p>
    </header>

    <main>
      <section #scroller class="captions" aria-label="Captions" tabindex="0" (scroll)="isAway.set(scroller.scrollTop < -40)">
        <div role="log">
          @for (paragraph of text.paragraphs(); track paragraph.id) {
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
            <p class="hint">{{ state.hint() }}</p>
          }
        </div>
      </section>
      @if (isAway()) {
        <button type="button" class="newest" (click)="goToEnd(scroller)">
          Scrolling is paused. Go to the newest words
        </button>
      }
      <div class="tools" role="group" aria-label="Text">
        <label>
          Size <input type="range" min="1" max="3" step="0.25" value="1.25" #size (input)="resize(size.value)" />
        </label>
        <button type="button" [attr.aria-disabled]="text.isEmpty()" (click)="text.copy()">Copy</button>
        <button type="button" [attr.aria-disabled]="text.isEmpty()" (click)="text.saveText()">Save text</button>
        <button type="button" [attr.aria-disabled]="text.isEmpty()" (click)="text.saveWebVTT()">Save WebVTT</button>
        <button type="button" [attr.aria-disabled]="text.isEmpty()" (click)="text.clear()">Clear</button>
        <span aria-live="polite">{{ text.message() }}</span>
      </div>
    </main>

    <footer>
      <div class="advices">
        @for (each of state.advice(); track each) {
          <p class="advice" role="alert">{{ each }}</p>
        }
        @if (captions.error(); as error) {
          <p class="failure" role="alert">{{ adviceOn(error) }}</p>
        }
      </div>
      <div class="ledger">
        <dl>
          <div><dt>transcribed</dt><dd>{{ seconds().confirmed | number: '1.1-1' }} s</dd></div>
          <div><dt>{{ state.isOff() && seconds().pending > 0 ? 'not answered' : 'on its way' }}</dt><dd>{{ seconds().pending | number: '1.1-1' }} s</dd></div>
          <div><dt>lost</dt><dd>{{ seconds().dropped | number: '1.1-1' }} s</dd></div>
        </dl>
        @if (state.isClosing()) {
          <progress [max]="pendingAtStop" [value]="pendingAtStop - seconds().pending" aria-label="Last words written"></progress>
        } @else {
          <meter min="0" max="10" high="3" optimum="0" [value]="seconds().pending" aria-label="Seconds on their way"></meter>
        }
      </div>
      <!-- The same two buttons in every phase: a button that goes, or is disabled, takes the focus along. -->
      <div class="controls">
        <button type="button" class="primary" [attr.aria-disabled]="state.isClosing()" (click)="startOrStop()">
          {{ state.isOff() ? 'Start' : 'Stop' }}
        </button>
        <button type="button" [attr.aria-disabled]="state.isOff()" (click)="pauseOrDiscard()">
          {{ state.isClosing() ? 'Discard the rest' : captions.isListening() || state.isOff() ? 'Pause' : 'Resume' }}
        </button>
        @if (setting.cut; as cut) {
          <button type="button" class="danger" [attr.aria-disabled]="state.isOff()" (click)="state.isOff() || cut()">Cut the network</button>
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

  readonly state = new SessionState(this.captions, this.capture);
  readonly text = new PageText(this.captions);
  readonly seconds = computed(() => {
    const {
      confirmed = 0,
      pending = 0,
      dropped = 0,
      accepted = 0,
      sampleRate = 1,
    } = this.captions.ledger() ?? {};
    return {
      confirmed: confirmed / sampleRate,
      pending: pending / sampleRate,
      dropped: dropped / sampleRate,
      accepted: accepted / sampleRate,
    };
  });
  pendingAtStop = 0;

  readonly isAway = signal(false);

  startOrStop(): void {
    if (this.state.isClosing()) return;
    if (this.state.isOff()) {
      this.text.keep(this.seconds().accepted);
      this.captions.start(this.audio$);
    } else {
      this.pendingAtStop = Math.max(this.seconds().pending, 0.1);
      void this.captions.stop();
    }
  }

  pauseOrDiscard(): void {
    if (this.state.isClosing()) this.captions.live()?.abort();
    else if (this.captions.isListening()) this.captions.pause();
    else if (!this.state.isOff()) this.captions.start(this.audio$);
  }

  goToEnd(scroller: HTMLElement): void {
    scroller.focus();
    scroller.scrollTo({ top: 0 });
  }

  resize(size: string): void {
    document.documentElement.style.setProperty('--size', `${size}rem`);
  }

  /** The browser asks, in its own words. */
  askBeforeLeaving(event: Event): void {
    if (!this.text.isEmpty() || !this.state.isOff()) event.preventDefault();
  }
}
