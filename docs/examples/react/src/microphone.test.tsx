// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { CaptureStatus } from 'rx-deepgram/browser';
import { Emulator, speak, VirtualClock, VirtualNetwork } from 'rx-deepgram/testing';
import { concat, NEVER, of } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { App } from './app.tsx';

afterEach(cleanup);

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
  const status = () => screen.getByRole('status').textContent;
  const advice = () => screen.queryByRole('alert')?.textContent;

  render(<App options={options} microphone={microphone} />);
  fireEvent.click(screen.getByText('Start'));
  act(() => tell('starting'));
  expect(screen.getByText('Allow the microphone, and say something.')).toBeTruthy();
  act(() => tell('live'));
  await act(() => clock.advanceAsync(1_000));
  expect([status(), advice()]).toEqual(['Listening', undefined]);

  act(() => tell('muted'));
  expect([status(), advice()]).toEqual(['Muted', expect.stringContaining('microphone is muted')]);
  act(() => tell('silent'));
  expect([status(), advice()]).toEqual(['No sound', expect.stringContaining('only silence')]);
  act(() => tell('live'));
  expect([status(), advice()]).toEqual(['Listening', undefined]);

  act(() => tell('muted'));
  fireEvent.click(screen.getByText('Pause'));
  expect([status(), advice()]).toEqual(['Paused', undefined]);
});
