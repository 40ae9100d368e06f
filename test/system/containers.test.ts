import { breathe, settle } from './clocks.ts';
import { expect, test, vi } from 'vitest';
import { createLiveTranscription, type Notice, type Transcript } from '../../src/index.ts';
import {
  count,
  Emulator,
  type MuxedStream,
  muxOgg,
  muxWav,
  muxWebm,
  speak,
  VirtualClock,
  VirtualNetwork,
} from '../../src/testing/index.ts';
import { recut } from '../recut.ts';

const RATE = 8_000;
const WORDS = count(1, 40);
const audio = speak(WORDS, { sampleRate: RATE, gapMs: 180 });
const SECONDS = audio.length / RATE;

const MUXERS: Record<string, () => MuxedStream> = {
  wav: () => muxWav(audio, { sampleRate: RATE }),
  ogg: () => muxOgg(audio, { sampleRate: RATE }),
  webm: () => muxWebm(audio, { sampleRate: RATE }),
};

async function tellAll(stream: MuxedStream, chunks: number, cutsAt: readonly number[]) {
  const length = stream.header.length + stream.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const pieces = recut(stream, () => Math.ceil(length / chunks));
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
  // Containers are read by code that is loaded when the first is declared.
  await vi.dynamicImportSettled();
  await breathe();
  for (const [chunk, piece] of pieces.entries()) {
    live.send(piece);
    await wait((SECONDS * 1000) / chunks);
    if (cutsAt.includes(chunk)) network.cut();
  }
  const closing = live.close();
  await breathe();
  for (let second = 0; second < 60 && clock.pendingTimers > 0; second += 1) await wait(1_000);
  const heard = transcripts.flatMap(({ words }) => words);
  return {
    clock,
    server,
    network,
    heard,
    notices,
    live,
    report: await closing,
  };
}

const spelled = WORDS.map((word) => String(word).padStart(4, '0')).join(' ');

async function expectHeardWhole(name: string, chunks: number, cutsAt: readonly number[] = []): Promise<void> {
  const { heard, report } = await tellAll(MUXERS[name]!(), chunks, cutsAt);
  expect(heard.map(({ word }) => word).join(' ')).toBe(spelled);
  expect(report.outcome).toBe('drained');
}

test.each([
  ['wav', 1],
  ['wav', 1_819],
  ['ogg', 137],
  ['webm', 20],
  ['webm', 137],
  ['webm', 999],
])('%s in %i chunks is transcribed whole [G3]', (name, chunks) => expectHeardWhole(name, chunks));

test('wav whose first chunk ends in mid-sample is transcribed whole [G3]', () =>
  expectHeardWhole('wav', 137));

test('ogg of unknown codec, many pages to a chunk, is transcribed whole [G3]', () =>
  expectHeardWhole('ogg', 20));

test.each(Object.keys(MUXERS))(
  '%s: every connection begins with the header, and the server can read each [G4]',
  async (name) => {
    const stream = MUXERS[name]!();
    const { server, report, notices } = await tellAll(stream, 100, [30, 55, 80]);
    expect(server.connections.length).toBe(4);
    expect(server.connections.map(({ end }) => end?.code)).toEqual([1006, 1006, 1006, 1000]);
    expect(report).toMatchObject({ outcome: 'drained', ledger: { dropped: 0 } });
    expect(notices.map(({ code }) => code)).not.toContain('audio-unreadable');
  },
);

test('wav is exact: cuts lose and double nothing, wherever its chunks end [G3]', () =>
  expectHeardWhole('wav', 100, [30, 55, 80]));

test('wav is exact: cuts lose and double nothing [G3]', () =>
  expectHeardWhole('wav', 1_819, [500, 900, 1_400]));

test.each(['ogg', 'webm'])('%s: replayed from a boundary, no word is lost or doubled [G3]', async (name) => {
  const stream = MUXERS[name]!();
  const { heard } = await tellAll(stream, 100, [30, 55, 80]);
  expect(
    [...new Set(heard.map(({ word }) => word))].join(' ').replaceAll('~', '').replaceAll('  ', ' '),
  ).toBe(spelled);
});
