// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { count, Emulator, speak, VirtualClock, VirtualNetwork } from 'rx-deepgram/testing';
import { concat, NEVER, of } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { App } from './app.tsx';

afterEach(cleanup);

test('captions go on after the network was cut', async () => {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(new Emulator({ clock }));
  const listen = { encoding: 'linear16', sample_rate: 16_000, interim_results: true };
  const options = { auth: { apiKey: 'any' }, clock, transport: network.transport, listen };
  const microphone$ = concat(of(speak(count(1, 20), { sampleRate: 16_000 })), NEVER);
  const wait = (ms: number) => act(() => clock.advanceAsync(ms));

  render(<App options={options} microphone={() => microphone$} />);
  fireEvent.click(screen.getByText('Start'));
  await wait(3_000);
  network.cut();
  await wait(20_000);
  fireEvent.click(screen.getByText('Stop'));
  await wait(10_000);

  const words = screen.getByRole('log').textContent.match(/\b\d{4}\b/g);
  expect(words?.map(Number)).toEqual(count(1, 20));
  expect(screen.getByRole('status').textContent).toBe('Off');
});
