/** Compressed audio given all at once, as a file is: paced, timed, replayed at its frames, and none of it lost. */
import { breathe, settle } from './clocks.ts';
import { expect, test, vi } from 'vitest';
import { createLiveTranscription, type Notice } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import {
  ADTS_FRAME_MS,
  adtsFrame,
  FLAC_FRAME_MS,
  flacFrame,
  flacHeader,
  MP3_FRAME_MS,
  mp3Frame,
  mp4FileHeader,
  mp4Fragment,
  mp4Header,
} from '../audio/containers/frame-muxers.ts';
import { box, concat } from '../audio/containers/muxers.ts';
import { FrameServer, mark } from './frame-server.ts';

interface Format {
  frameMs: number;
  header: Uint8Array;
  frame(number: number): Uint8Array;
}

const NOTHING = new Uint8Array();
const FORMATS: Record<string, Format> = {
  mp3: { frameMs: MP3_FRAME_MS, header: NOTHING, frame: (number) => mp3Frame(mark(number)) },
  ADTS: { frameMs: ADTS_FRAME_MS, header: NOTHING, frame: (number) => adtsFrame(mark(number)) },
  FLAC: {
    frameMs: FLAC_FRAME_MS,
    header: flacHeader(),
    frame: (number) => flacFrame(number, concat(mark(number), new Uint8Array(90))),
  },
  'fragmented MP4': {
    frameMs: 64,
    header: mp4Header(),
    frame: (number) => mp4Fragment(concat(mark(number), new Uint8Array(90)), 1),
  },
};
const SECONDS = 18;

async function play(
  format: Format,
  act: (bytes: Uint8Array, frames: Uint8Array[]) => Uint8Array[],
  cutAtMs?: number,
) {
  const { frameMs, header } = format;
  const numbers = Array.from({ length: Math.round((SECONDS * 1000) / frameMs) }, (_, number) => number);
  const frames = numbers.map((number) => format.frame(number));
  const clock = new VirtualClock();
  const server = new FrameServer(clock, frameMs);
  const live = createLiveTranscription({
    auth: { apiKey: 'key' },
    seed: 1,
    listen: { interim_results: true },
    clock,
    transport: server.transport,
  });
  const heard: string[] = [];
  const notices: Notice[] = [];
  live.transcripts$.subscribe(({ words }) => heard.push(...words.map(({ word }) => word)));
  live.notices$.subscribe((notice) => notices.push(notice));
  await vi.dynamicImportSettled();
  await breathe();
  const wait = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 20) {
      clock.advance(20);
      await settle();
    }
  };
  const results = act(concat(header, ...frames), [header, ...frames]).map((chunk) => live.send(chunk));
  if (cutAtMs !== undefined) {
    await wait(cutAtMs);
    server.cut();
  }
  const closing = live.close();
  await breathe();
  await wait(60_000);
  return {
    server,
    heard,
    notices,
    results,
    spoken: numbers.map((number) => String(number).padStart(4, '0')),
    report: await closing,
  };
}

const inOne = (bytes: Uint8Array) => [bytes];
const inFrames = (_: Uint8Array, frames: Uint8Array[]) => frames.filter((frame) => frame.length > 0);

test.each(Object.entries(FORMATS))(
  '%s in one burst, cut at 5 s: no word is lost or doubled, and each connection begins with the header [G3 G4]',
  async (_, format) => {
    for (const cutting of [inOne, inFrames]) {
      const { server, heard, spoken, report } = await play(format, cutting, 5_000);
      expect(heard).toEqual(spoken);
      expect(report).toMatchObject({
        outcome: 'drained',
        connections: 2,
        ledger: { pending: 0, dropped: 0, sampleRate: 1000 },
      });
      expect(Math.abs(report.ledger.accepted - SECONDS * 1000)).toBeLessThan(format.frameMs);
      for (const bytes of server.received)
        expect(bytes.startsWith(String.fromCharCode(...format.header))).toBe(true);
    }
  },
);

test.each(Object.entries(FORMATS))(
  '%s in one burst, then close(): no word is lost [G9]',
  async (_, format) => {
    const { heard, spoken, report, notices } = await play(format, inOne);
    expect(heard).toEqual(spoken);
    expect(report).toMatchObject({ outcome: 'drained', connections: 1, ledger: { pending: 0, dropped: 0 } });
    expect(notices.map(({ code }) => code)).not.toContain('format-doubtful');
  },
);

test('an MP4 file whose index comes first is replayed from its beginning, and no word is lost or doubled [G3]', async () => {
  const frameMs = 64;
  const media = (numbers: number) =>
    concat(...Array.from({ length: numbers }, (_, number) => concat(mark(number), new Uint8Array(90))));
  const frames = Math.round((SECONDS * 1000) / frameMs);
  const file = concat(mp4FileHeader(frames * 1_024), box('mdat', media(frames)));
  const { heard, spoken, report } = await play(
    { frameMs, header: NOTHING, frame: () => NOTHING },
    () => [file],
    5_000,
  );
  expect(heard).toEqual(spoken);
  expect(report).toMatchObject({ outcome: 'drained', connections: 2, ledger: { pending: 0, dropped: 0 } });
});

test('sends, counts and names a chunk of an unknown format, although it comes in one piece before close() [G2]', async () => {
  const file = concat(
    new TextEncoder().encode('what is this?'),
    ...Array.from({ length: 250 }, (_, number) => concat(mark(number), new Uint8Array(250))),
  );
  const { heard, report, notices, results } = await play({ ...FORMATS['ADTS']!, header: NOTHING }, () => [
    file,
  ]);
  expect(results).toMatchObject([{ accepted: true }]);
  expect(heard).toHaveLength(250);
  expect(report.ledger.accepted).toBe(Math.round(file.length / 8));
  expect(notices.map(({ code }) => code)).toContain('format-doubtful');
});
