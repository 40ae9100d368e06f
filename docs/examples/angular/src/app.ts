/** Live captions: signals for what is shown, and no zone. */
import { DecimalPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, InjectionToken, inject, signal } from '@angular/core';
import type { AudioChunk, LiveTranscriptionOptions } from 'rx-deepgram';
import { type Caption, injectLiveTranscription } from 'rx-deepgram/angular';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { toText, toWebVTT } from 'rx-deepgram/captions';
import type { Observable } from 'rxjs';
import { linesOf, type Paragraph, paragraphsOf, save } from './paragraphs.ts';
import { adviceFrom, adviceOn, nextAttempt, secondsBehind, TROUBLES } from './troubles.ts';

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
  queued: 'Waiting in line',
  open: 'Listening',
  recovering: 'Reconnecting',
  closing: 'Finishing',
  failed: 'Failed',
} as const;

@Component({
  selector: 'app-root',
  imports: [DecimalPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(window:beforeunload)': 'askBeforeLeaving($event)' },
  template: `
    <header>
      <h1>Live captions</h1>
      <p class="status" [attr.data-phase]="tone()">
        <span role="status">{{ status() }}</span>
        @if (behind() > 0) {
          <strong>{{ behind() }} s behind</strong>
        }
      </p>
    </header>

    <main>
      <section #scroller class="captions" aria-label="Captions" tabindex="0" (scroll)="isAway.set(scroller.scrollTop < -40)">
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
      @if (isAway()) {
        <button type="button" class="newest" (click)="goToEnd(scroller)">
          Scrolling is paused. Go to the newest words
        </button>
      }
      <div class="tools" role="group" aria-label="Text">
        <label>
          Size <input type="range" min="1" max="3" step="0.25" value="1.25" #size (input)="resize(size.value)" />
        </label>
        <button type="button" [attr.aria-disabled]="isEmpty()" (click)="copy()">Copy</button>
        <button type="button" [attr.aria-disabled]="isEmpty()" (click)="saveText()">Save text</button>
        <button type="button" [attr.aria-disabled]="isEmpty()" (click)="saveWebVTT()">Save WebVTT</button>
        <button type="button" [attr.aria-disabled]="isEmpty()" (click)="clear()">Clear</button>
        <span aria-live="polite">{{ message() }}</span>
      </div>
    </main>

    <footer>
      <div class="advices">
        @for (text of advice(); track text) {
          <p class="advice" role="alert">{{ text }}</p>
        }
        @if (captions.error(); as error) {
          <p class="failure" role="alert">{{ adviceOn(error) }}</p>
        }
      </div>
      <div class="ledger">
        <dl>
          <div><dt>transcribed</dt><dd>{{ seconds().confirmed | number: '1.1-1' }} s</dd></div>
          <div><dt>{{ isOff() && seconds().pending > 0 ? 'not answered' : 'on its way' }}</dt><dd>{{ seconds().pending | number: '1.1-1' }} s</dd></div>
          <div><dt>lost</dt><dd>{{ seconds().dropped | number: '1.1-1' }} s</dd></div>
        </dl>
        @if (isClosing()) {
          <progress [max]="pendingAtStop" [value]="pendingAtStop - seconds().pending" aria-label="Last words written"></progress>
        } @else {
          <meter min="0" max="10" high="3" optimum="0" [value]="seconds().pending" aria-label="Seconds on their way"></meter>
        }
      </div>
      <!-- The same two buttons in every phase: a button that goes, or is disabled, takes the focus along. -->
      <div class="controls">
        <button type="button" class="primary" [attr.aria-disabled]="isClosing()" (click)="startOrStop()">
          {{ isOff() ? 'Start' : 'Stop' }}
        </button>
        <button type="button" [attr.aria-disabled]="isOff()" (click)="pauseOrDiscard()">
          {{ isClosing() ? 'Discard the rest' : captions.isListening() || isOff() ? 'Pause' : 'Resume' }}
        </button>
        @if (setting.cut; as cut) {
          <button type="button" class="danger" [attr.aria-disabled]="isOff()" (click)="isOff() || cut()">Cut the network</button>
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
  readonly isClosing = computed(() => this.captions.phase() === 'closing');
  readonly isPaused = computed(() => this.captions.phase() === 'open' && !this.captions.isListening());
  readonly trouble = computed(() => (this.captions.isListening() ? TROUBLES[this.capture()] : undefined));
  /** While there is a connection to be heard by, whether anybody can be heard matters more. */
  readonly isUnheard = computed(() => this.trouble() && ['open', 'waiting'].includes(this.captions.phase()));
  readonly behind = computed(() => {
    const { phase, notices, ledger, interims } = this.captions;
    return secondsBehind({ phase: phase(), notices: notices(), ledger: ledger(), interims: interims() });
  });
  readonly isLate = computed(() => this.captions.phase() === 'open' && this.behind() > 0);
  readonly tone = computed(() => {
    if (this.isUnheard()) return 'unheard';
    return this.isLate() ? 'late' : this.isPaused() ? 'paused' : this.captions.phase();
  });
  /** Screen readers are told that the text is late, and not every second by how much. */
  readonly status = computed(() => {
    if (this.isUnheard()) return this.trouble()?.status;
    if (this.isLate()) return 'Late';
    if (this.isPaused()) return 'Paused';
    const status = this.captions.status();
    return STATUS[this.captions.phase()] + (status?.phase === 'recovering' ? nextAttempt(status) : '');
  });
  readonly advice = computed(() => {
    const trouble = this.trouble();
    return [...(trouble ? [trouble.advice] : []), ...adviceFrom(this.captions.notices())];
  });
  readonly hint = computed(() => {
    if (!this.captions.isListening()) return 'Press Start and say something.';
    return this.capture() === 'starting' ? 'Allow the microphone, and say something.' : 'Say something.';
  });
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

  /** Text that stays when a new session begins. The present one began so many seconds after the first; some of it was cleared. */
  readonly kept = signal({ paragraphs: [] as readonly Paragraph[], startsAt: 0, cleared: 0 });
  readonly written = computed(() => this.#upTo(this.captions.finals()));
  readonly paragraphs = computed(() => this.#upTo(this.captions.finals(), this.captions.interims()));
  readonly isEmpty = computed(() => this.written().length === 0);
  readonly message = signal('');

  readonly isAway = signal(false);

  #upTo(finals: readonly Caption[], interims: readonly Caption[] = []): Paragraph[] {
    const { paragraphs, startsAt, cleared } = this.kept();
    return [...paragraphs, ...paragraphsOf([...finals.slice(cleared), ...interims], startsAt)];
  }

  startOrStop(): void {
    if (this.isClosing()) return;
    if (this.isOff()) {
      const startsAt = this.kept().startsAt + this.seconds().accepted;
      this.kept.set({ paragraphs: this.written(), startsAt, cleared: 0 });
      this.captions.start(this.audio$);
    } else {
      this.pendingAtStop = Math.max(this.seconds().pending, 0.1);
      void this.captions.stop();
    }
  }

  pauseOrDiscard(): void {
    if (this.isClosing()) this.captions.live()?.abort();
    else if (this.captions.isListening()) this.captions.pause();
    else if (!this.isOff()) this.captions.start(this.audio$);
  }

  goToEnd(scroller: HTMLElement): void {
    scroller.focus();
    scroller.scrollTo({ top: 0 });
  }

  resize(size: string): void {
    document.documentElement.style.setProperty('--size', `${size}rem`);
  }

  async copy(): Promise<void> {
    if (this.isEmpty()) return;
    try {
      await navigator.clipboard.writeText(toText(linesOf(this.written())));
      this.message.set('Copied.');
    } catch {
      this.message.set('The browser does not allow copying. Save the text instead.');
    }
  }

  saveText(): void {
    if (!this.isEmpty()) save('captions.txt', toText(linesOf(this.written())));
  }

  saveWebVTT(): void {
    if (!this.isEmpty()) save('captions.vtt', toWebVTT(linesOf(this.written())));
  }

  clear(): void {
    if (this.isEmpty() || !confirm('Clear all text?')) return;
    this.kept.update((kept) => ({ ...kept, paragraphs: [], cleared: this.captions.finals().length }));
  }

  /** The browser asks, in its own words. */
  askBeforeLeaving(event: Event): void {
    if (!this.isEmpty() || !this.isOff()) event.preventDefault();
  }
}
