import { describe, expect, test } from 'vitest';
import { transcribeFile } from '../../../src/tools/cli/transcribe-file.ts';
import {
  count,
  Emulator,
  type EmulatorOptions,
  muxWav,
  speak,
  VirtualClock,
  VirtualNetwork,
} from '../../../src/testing/index.ts';

function wavFile(): Uint8Array {
  const { header, chunks } = muxWav(speak(count(1, 20), { sampleRate: 8_000 }), { sampleRate: 8_000 });
  return new Uint8Array(Buffer.concat([header, ...chunks]));
}

function start(options: EmulatorOptions = {}) {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(new Emulator({ clock, ...options }));
  const controller = new AbortController();
  const written = { out: '', err: '' };
  const ended = transcribeFile(
    wavFile(),
    {
      session: { auth: { apiKey: 'any' }, clock, transport: network.transport },
      model: 'nova-3',
      language: 'en',
    },
    { out: (text) => (written.out += text), err: (text) => (written.err += text) },
    controller.signal,
  );
  return { clock, network, controller, written, ended };
}

describe('transcribeFile', () => {
  test('writes what is decided, all of it, through a cut, and nothing else', async () => {
    const { clock, network, written, ended } = start();
    await clock.advanceAsync(3_000);
    network.cut();
    await clock.advanceAsync(60_000);
    expect(await ended).toBe(0);
    expect(written.out.split(/\s+/).filter(Boolean).map(Number)).toEqual(count(1, 20));
    expect(clock.pendingTimers).toBe(0);
  });

  test('a refused key ends it at once, with the reason', async () => {
    const { clock, written, ended } = start({ authorise: () => false });
    await clock.advanceAsync(1_000);
    expect(await ended).toBe(1);
    expect(written.out).toBe('');
    expect(written.err).toContain('unauthorized');
    expect(clock.pendingTimers).toBe(0);
  });

  test('an interruption leaves no timer', async () => {
    const { clock, controller, ended } = start();
    await clock.advanceAsync(1_000);
    controller.abort();
    expect(await ended).toBeUndefined();
    await clock.advanceAsync(5_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a file that is no WAV is refused with advice', async () => {
    const options = { session: { auth: { apiKey: 'any' } }, model: 'nova-3', language: 'en' };
    const output = { out: () => undefined, err: () => undefined };
    const ended = transcribeFile(new Uint8Array(4), options, output, new AbortController().signal);
    await expect(ended).rejects.toThrow('ffmpeg');
  });
});
