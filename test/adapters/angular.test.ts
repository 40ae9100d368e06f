// @vitest-environment jsdom
import '@angular/compiler';
import {
  Component,
  createEnvironmentInjector,
  effect,
  EnvironmentInjector,
  provideZonelessChangeDetection,
  runInInjectionContext,
  signal,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { BrowserTestingModule, platformBrowserTesting } from '@angular/platform-browser/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { injectLiveTranscription } from '../../src/adapters/angular.ts';
import { Stage, textOf, wordsTo } from './stage.ts';

beforeAll(() => {
  TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting());
});

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
  TestBed.configureTestingModule({ providers: [provideZonelessChangeDetection()] });
});
afterEach(() => TestBed.resetTestingModule());

/** A decorator is a function: called as one, it needs no compiler for decorators. */
const App = Component({
  selector: 'test-app',
  template: `
    <button (click)="captions.start(stage.microphone$)">start</button>
    <button (click)="captions.pause()">pause</button>
    <button (click)="captions.stop()">stop</button>
    <p role="status">{{ captions.phase() }} {{ captions.isListening() ? 'on' : 'off' }}</p>
    <ol>
      @for (line of captions.finals(); track line.id) { <li>{{ line.text }}</li> }
    </ol>
    @if (captions.error(); as error) { <p role="alert">{{ error.message }}</p> }
  `,
})(
  class App {
    readonly stage = stage;
    readonly captions = injectLiveTranscription(stage.options);
  },
);

function mount() {
  const fixture = TestBed.createComponent(App);
  const element = fixture.nativeElement as HTMLElement;
  const click = (name: string) => {
    const buttons = [...element.querySelectorAll('button')];
    buttons.find(({ textContent }) => textContent === name)?.click();
  };
  return {
    fixture,
    element,
    click,
    captions: fixture.componentInstance.captions,
    status: () => element.querySelector('[role=status]')?.textContent,
    wait: async (seconds: number) => {
      await stage.wait(seconds);
      await fixture.whenStable();
    },
    text: () => textOf([...element.querySelectorAll('li')].map((each) => ({ text: each.textContent }))),
  };
}

describe('injectLiveTranscription', () => {
  test('shows the words, from start to stop, without a zone', async () => {
    expect('Zone' in globalThis).toBe(false);
    const { captions, click, status, text, wait } = mount();
    await wait(0);
    expect(status()).toBe('closed off');
    click('start');
    await wait(10);
    expect(status()).toBe('open on');
    click('stop');
    await wait(10);
    expect(status()).toBe('closed off');
    expect(text()).toBe(wordsTo(text().split(' ').length));
    expect(text().split(' ').length).toBeGreaterThan(8);
    expect(captions.ledger()).toMatchObject({ pending: 0, dropped: 0 });
  });

  test('shows a cut, and no word is missing afterwards', async () => {
    const { click, status, text, wait } = mount();
    click('start');
    await wait(5);
    stage.network.cut();
    await wait(0);
    expect(status()).toBe('recovering on');
    await wait(10);
    click('stop');
    await wait(10);
    expect(text()).toBe(wordsTo(text().split(' ').length));
    expect(stage.network.links).toHaveLength(2);
  });

  test('a failure is shown', async () => {
    const { click, element, status, wait } = mount();
    stage.server.refuse(402);
    click('start');
    await wait(5);
    expect(status()).toBe('failed off');
    expect(element.querySelector('[role=alert]')?.textContent).toContain('payment-required');
  });

  test('destroying the component closes the socket, the microphone and every timer', async () => {
    const { click, fixture, wait } = mount();
    click('start');
    await wait(5);
    expect(stage.socketsOpen).toBe(1);
    fixture.destroy();
    expect(stage.microphonesOn).toBe(0);
    await stage.wait(5);
    expect(stage.socketsOpen).toBe(0);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('its observables complete when the component is destroyed', () => {
    const { captions, fixture } = mount();
    let isComplete = false;
    captions.transcripts$.subscribe({ complete: () => (isComplete = true) });
    fixture.destroy();
    expect(isComplete).toBe(true);
  });

  test('lives as long as its injector, so that a service shares it', async () => {
    const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    const captions = runInInjectionContext(injector, () => injectLiveTranscription(stage.options));
    captions.start(stage.microphone$);
    await stage.wait(5);
    expect(captions.phase()).toBe('open');
    injector.destroy();
    expect(captions.phase()).toBe('closed');
    expect(stage.microphonesOn).toBe(0);
  });

  test('throws the error of Angular outside an injection context', () => {
    expect(() => injectLiveTranscription(stage.options)).toThrow(/NG0203.*injectLiveTranscription/);
  });

  test('a function for options is called at each start, and may read signals', async () => {
    const language = signal('en');
    const captions = TestBed.runInInjectionContext(() =>
      injectLiveTranscription(() => ({
        ...stage.options,
        listen: { ...stage.options.listen, language: language() },
      })),
    );
    let effects = 0;
    TestBed.runInInjectionContext(() =>
      effect(() => {
        effects += 1;
        captions.start(stage.microphone$);
      }),
    );
    TestBed.tick();
    await stage.wait(2);
    void captions.stop();
    await stage.wait(10);
    language.set('de');
    TestBed.tick();
    expect(effects).toBe(1);
    captions.start(stage.microphone$);
    await stage.wait(2);
    const asked = stage.network.links.map(({ url }) => new URL(url).searchParams.get('language'));
    expect(asked).toEqual(['en', 'de']);
  });

  test('options that cannot work are refused when they are given', () => {
    const inject = () => injectLiveTranscription({ ...stage.options, keepAliveMs: 9_000 });
    expect(() => TestBed.runInInjectionContext(inject)).toThrow(/keepAliveMs is 9000/);
  });
});
