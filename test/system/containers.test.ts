import { expect, test } from 'vitest';
import { createLiveTranscription, type Notice, type Transcript } from '../../src/index.ts';
import {
  count,
  Emulator,
  type MuxedStream,
  muxOgg,
  muxWav,
  muxWebm,
  recut,
  speak,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';
import { breathe, settle } from './story.ts';

const RATE = 8_000;
const WORDS = count(1, 40);
const audio = speak(WORDS, { sampleRate: RATE, gapMs: 180 });
const SECONDS = audio.length / RATE;

const MUXERS: Record<string, () => MuxedStream> = {
  wav: () => muxWav(audio, { sampleRate: RATE }),
  ogg: () => muxOgg(audio, { sampleRate: RATE }),
  webm: () => muxWebm(audio, { sampleRate: RATE }),
};

async function stream(bytes: Uint8Array, chunks: number, cutsAt: readonly number[]) {
  const clock = new VirtualClock();
  const server = new Emulator({ clock });
  const network = new VirtualNetwork(server);
  const transcripts: Transcript[] = [];
  const notices: Notice[] = [];
  const live = createLiveTranscription({
    auth: { apiKey: 'key' },
    seed: 1,
    listen: { interim_results: true, endpointing: 300 },
    clock,
    transport: network.transport,
  });
  live.transcripts$.subscribe((transcript) => transcript.final && transcripts.push(transcript));
  live.notices$.subscribe((notice) => notices.push(notice));
  const wait = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 20) {
      clock.advance(20);
      await settle();
    }
  };
  const size = Math.ceil(bytes.length / chunks);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    live.send(bytes.subarray(chunk * size, (chunk + 1) * size));
    // Containers are read by code that is loaded when the first is declared.
    if (chunk < 3) await breathe();
    await wait((SECONDS * 1000) / chunks);
    if (cutsAt.includes(chunk)) network.cut();
  }
  let done: unknown;
  void live.close().then((report) => (done = report));
  await breathe();
  for (let second = 0; second < 60 && !done; second += 1) await wait(1_000);
  const heard = transcripts.flatMap(({ words }) => words);
  return { clock, server, network, heard, notices, live, report: done as Awaited<ReturnType<typeof live.close>> };
}

const spelled = WORDS.map((word) => String(word).padStart(4, '0')).join(' ');

test.each(Object.keys(MUXERS))('%s: what is not cut is heard whole, cut anywhere into chunks [G3]', async (name) => {
  for (const chunks of [20, 137]) {
    const { bytes } = asStream(MUXERS[name]!());
    const { heard, report } = await stream(bytes, chunks, []);
    expect(heard.map(({ word }) => word).join(' ')).toBe(spelled);
    expect(report).toMatchObject({ outcome: 'drained', ledger: { pending: 0, dropped: 0 } });
  }
});

test.each(Object.keys(MUXERS))('%s: every connection begins with the header, and the server can read each [G4]', async (name) => {
  const { bytes } = asStream(MUXERS[name]!());
  const { server, report, notices } = await stream(bytes, 100, [30, 55, 80]);
  expect(server.connections.length).toBe(4);
  expect(server.connections.map(({ end }) => end?.code)).toEqual([1006, 1006, 1006, 1000]);
  expect(report).toMatchObject({ outcome: 'drained', ledger: { dropped: 0 } });
  expect(notices.map(({ code }) => code)).not.toContain('audio-unreadable');
});

test('wav: raw audio inside is exact: no word is lost or doubled by cuts [G3]', async () => {
  const { bytes } = asStream(MUXERS['wav']!());
  const { heard } = await stream(bytes, 100, [30, 55, 80]);
  expect(heard.map(({ word }) => word).join(' ')).toBe(spelled);
});

test.each(['ogg', 'webm'])('%s: replayed from a place to begin, no word is lost or doubled [G3]', async (name) => {
  const { bytes } = asStream(MUXERS[name]!());
  const { heard } = await stream(bytes, 100, [30, 55, 80]);
  expect([...new Set(heard.map(({ word }) => word))].join(' ').replaceAll('~', '').replaceAll('  ', ' ')).toBe(spelled);
});

function asStream(muxed: MuxedStream): { bytes: Uint8Array } {
  const parts = recut(muxed as never, 1 << 20) as unknown as Uint8Array[];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes };
}
