import { TestBed } from '@angular/core/testing';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { Emulator, speak, VirtualClock, VirtualNetwork } from 'rx-deepgram/testing';
import { concat, NEVER, of } from 'rxjs';
import { expect, test } from 'vitest';
import { App, SETTING } from './app.ts';

test('who speaks into a muted microphone is told so, until it is on again or not listened to', async () => {
  const clock = new VirtualClock();
  const { transport } = new VirtualNetwork(new Emulator({ clock }));
  const listen = { encoding: 'linear16', sample_rate: 16_000 };
  const options = { auth: { apiKey: 'any' }, clock, transport, listen };
  let tell: (status: CaptureStatus) => void = () => undefined;
  const microphone = (onStatus: typeof tell) => {
    tell = onStatus;
    return concat(of(speak([1], { sampleRate: 16_000 })), NEVER);
  };
  TestBed.configureTestingModule({
    providers: [{ provide: SETTING, useValue: { options, microphone } }],
  });
  const fixture = TestBed.createComponent(App);
  const page = fixture.nativeElement as HTMLElement;
  const shown = async () => {
    await fixture.whenStable();
    const [status, advice] = ['status', 'alert'].map((role) => page.querySelector(`[role=${role}]`));
    return [status?.textContent.trim(), advice?.textContent.trim()];
  };
  const { captions, audio$ } = fixture.componentInstance;

  captions.start(audio$);
  tell('starting');
  await fixture.whenStable();
  expect(page.textContent).toContain('Allow the microphone, and say something.');
  tell('live');
  await clock.advanceAsync(1_000);
  expect(await shown()).toEqual(['Listening', undefined]);

  tell('muted');
  expect(await shown()).toEqual(['Muted', expect.stringContaining('microphone is muted')]);
  tell('silent');
  expect(await shown()).toEqual(['No sound', expect.stringContaining('only silence')]);
  tell('live');
  expect(await shown()).toEqual(['Listening', undefined]);

  tell('muted');
  captions.pause();
  expect(await shown()).toEqual(['Paused', undefined]);
});
