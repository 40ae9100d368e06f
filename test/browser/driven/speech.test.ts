/** The whole way: a microphone, the audio thread, the session, a real socket, a server with faults, and back to words. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWav } from '../../../src/tools/sources/wav.ts';
import { count, speak, startEmulator, startVosk } from '../../../src/testing/index.ts';
import { wordErrors } from '../../speech/word-errors.ts';
import { launchChromium } from '../chromium.ts';
import { fakeMicrophone, RECORDING_RATE, soundFile } from './recordings.ts';
import { startSite } from './site.ts';

const recordings = join(import.meta.dirname, '..', '..', '..', 'recordings');

/** In the page: transcribes the microphone until somebody says so, and tells the final words, and how often it had to connect. */
async function transcribeMicrophone([baseUrl, seconds]: readonly [string, number]) {
  const { lastValueFrom, takeUntil, timer, toArray } = app.rxjs;
  let live: Parameters<NonNullable<Parameters<typeof app.transcribe>[1]>>[0] | undefined;
  const options = {
    auth: { apiKey: 'any-key-will-do' },
    baseUrl,
    listen: { model: 'nova-3', encoding: 'linear16', sample_rate: 16_000, interim_results: true },
    // A recogniser on a busy machine may say nothing for long, which is another matter than a cut.
    stallMs: 60_000,
    drainMs: 60_000,
  } as const;
  const transcripts = await lastValueFrom(
    app.microphone({ constraints: app.RAW }).pipe(
      takeUntil(timer(seconds * 1_000)),
      app.transcribe(options, (started) => (live = started)),
      toArray(),
    ),
  );
  const words = transcripts.flatMap(({ final, words }) => (final ? words.map(({ word }) => word) : []));
  return { words, ledger: live?.ledger };
}

/** A device takes a moment to begin, and on a busy machine longer: the recording starts with silence, and is listened to beyond its end. */
const LEAD_SECONDS = 2;
const TAIL_SECONDS = 3;

function withLead(speech: Int16Array, rate: number): Int16Array {
  const samples = new Int16Array(speech.length + LEAD_SECONDS * rate);
  samples.set(speech, LEAD_SECONDS * rate);
  return samples;
}

/** Plays speech into the microphone of a page, while its connections are broken; cuts are counted from its first word. */
async function hear(
  speech: Int16Array,
  rate: number,
  recogniser: Parameters<typeof startEmulator>[0],
  cutsAtSeconds: readonly number[],
) {
  const samples = withLead(speech, rate);
  using recording = soundFile(samples, rate);
  await using emulator = await startEmulator(recogniser);
  await using site = await startSite();
  const browser = await launchChromium(...fakeMicrophone(`${recording.path}%noloop`));
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    const seconds = samples.length / rate + TAIL_SECONDS;
    const hearing = page.evaluate(transcribeMicrophone, [emulator.url, seconds] as const);
    const cuts = cutsAtSeconds.map((at) => setTimeout(() => emulator.cut(), (LEAD_SECONDS + at) * 1_000));
    const heard = await hearing;
    for (const cut of cuts) clearTimeout(cut);
    return { ...heard, connections: emulator.connections.length };
  } finally {
    await browser.close();
  }
}

test('every word that the microphone hears comes once and in order, through two cuts [G2 G3]', async () => {
  const numbers = count(1, 16);
  const speech = speak(numbers, { sampleRate: RECORDING_RATE });
  const heard = await hear(speech, RECORDING_RATE, {}, [3, 6]);
  expect(heard.connections).toBe(3);
  expect(heard.ledger).toMatchObject({ pending: 0, dropped: 0 });
  expect(heard.words.map(Number)).toEqual(numbers);
});

test('a recording of real speech is understood, through a cut', async () => {
  const spoken = 'he might even have been made amiable himself'.split(' ');
  const { data, sampleRate } = readWav(await readFile(join(recordings, 'austen-0930.wav')));
  const speech = new Int16Array(data.slice().buffer);
  const vosk = await startVosk();
  try {
    const heard = await hear(speech, sampleRate, { recogniser: vosk.recogniser }, [1.2]);
    expect(heard.connections).toBe(2);
    // What a recogniser makes of words around a cut is its own affair: two of the eight may go wrong.
    expect(wordErrors(heard.words, spoken), heard.words.join(' ')).toBeLessThanOrEqual(2);
  } finally {
    await vosk.close();
  }
});
