import { TestBed } from '@angular/core/testing';
import { count, Emulator, speak, VirtualClock, VirtualNetwork } from 'rx-deepgram/testing';
import { concat, NEVER, of } from 'rxjs';
import { expect, test } from 'vitest';
import { App, SETTING } from './app.ts';

test('captions go on after the network was cut', async () => {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(new Emulator({ clock }));
  const listen = { encoding: 'linear16', sample_rate: 16_000, interim_results: true };
  const options = { auth: { apiKey: 'any' }, clock, transport: network.transport, listen };
  const audio$ = concat(of(speak(count(1, 20), { sampleRate: 16_000 })), NEVER);
  const setting = { options, microphone: () => audio$ };
  TestBed.configureTestingModule({ providers: [{ provide: SETTING, useValue: setting }] });
  const fixture = TestBed.createComponent(App);
  const { captions } = fixture.componentInstance;

  captions.start(audio$);
  await clock.advanceAsync(3_000);
  network.cut();
  await clock.advanceAsync(20_000);
  void captions.stop();
  await clock.advanceAsync(10_000);
  await fixture.whenStable();

  const words = (fixture.nativeElement as HTMLElement).textContent.match(/\b\d{4}\b/g);
  expect(words?.map(Number)).toEqual(count(1, 20));
  expect(captions.phase()).toBe('closed');
});
