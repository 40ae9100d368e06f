/** From a microphone to words: the audio thread, the session, a real socket and a server with faults. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWav } from '../../../src/tools/sources/wav.ts';
import {
  count,
  type EmulatorServer,
  speak,
  startEmulator,
  startVosk,
  toneRecogniser,
} from '../../../src/testing/index.ts';
import { wordErrors } from '../../speech/word-errors.ts';
import { launchChromium } from '../chromium.ts';
import { fakeMicrophone, RECORDING_RATE, soundFile } from './recordings.ts';
import { startSite } from './site.ts';

const recordings = join(import.meta.dirname, '..', '..', '..', 'recordings');

/** In the page: transcribes a number of chunks of the microphone, and returns the final words and the ledger. */
async function transcribeMicrophone([baseUrl, chunkCount]: readonly [string, number]) {
  const { lastValueFrom, take, tap, toArray } = app.rxjs;
  const captured: number[] = [];
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
      take(chunkCount),
      tap((chunk) => captured.push(...new Int16Array(chunk.slice().buffer))),
      app.transcribe(options, (started) => (live = started)),
      toArray(),
    ),
  );
  const words = transcripts.flatMap(({ final, words }) => (final ? words.map(({ word }) => word) : []));
  return { captured, words, ledger: live?.ledger };
}

/** A device takes a moment to begin, and on a busy machine longer: the recording starts with silence, and is listened to beyond its end. */
const LEAD_SECONDS = 2;
const TAIL_SECONDS = 3;
const CHUNKS_PER_SECOND = 20;

function withLead(speech: Int16Array, rate: number): Int16Array {
  const samples = new Int16Array(speech.length + LEAD_SECONDS * rate);
  samples.set(speech, LEAD_SECONDS * rate);
  return samples;
}

/** What the emulator's recogniser hears in it, without any network. */
function wordsIn(samples: readonly number[]): string[] {
  const words: string[] = [];
  const final = (heard: readonly { word: string }[]) => words.push(...heard.map(({ word }) => word));
  const recogniser = toneRecogniser(
    { sampleRate: 16_000, endpointingMs: 10 },
    { interim: () => undefined, final },
  );
  recogniser.accept(Int16Array.from(samples));
  recogniser.flush(() => undefined);
  return words;
}

/** Breaks each connection when so much of the speech has come. */
async function cutAt(emulator: EmulatorServer, seconds: readonly number[]): Promise<void> {
  const audioMs = () => emulator.connections.reduce((sum, { receivedAudioMs }) => sum + receivedAudioMs, 0);
  for (const [index, at] of seconds.entries()) {
    await expect.poll(() => emulator.connections.length).toBe(index + 1);
    await expect.poll(audioMs).toBeGreaterThan((LEAD_SECONDS + at) * 1_000);
    emulator.cut();
  }
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
    const chunkCount = Math.ceil((samples.length / rate + TAIL_SECONDS) * CHUNKS_PER_SECOND);
    const hearing = page.evaluate(transcribeMicrophone, [emulator.url, chunkCount] as const);
    const [heard] = await Promise.all([hearing, cutAt(emulator, cutsAtSeconds)]);
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
  // A busy machine may tear holes into what its microphone gives; none of that may be lost.
  const captured = wordsIn(heard.captured);
  expect(heard.words).toEqual(captured);
  expect(numbers.filter((number) => captured.map(Number).includes(number)).length).toBeGreaterThan(12);
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
