/** A story with one of each event, for tests of the views. */
import { type News, Story } from '../../../src/tools/cli/demo/story.ts';
import type { Transcript } from '../../../src/index.ts';

export const PROGRAMME = {
  place: 'local emulator',
  sound: 'human speech' as const,
  audioSeconds: 27.2,
  lengthMs: 42_700,
};

/** The time at which the story stops. */
export const NOW_MS = 33_500;

/** Words a third of a second apart. */
export function said(text: string, start: number, rest: Partial<Transcript> = {}): Transcript {
  const words = text.split(' ').map((word, i) => ({
    word,
    text: word,
    start: start + i / 3,
    end: start + i / 3 + 0.3,
    confidence: 1,
    speaker: undefined,
    language: undefined,
    capturedAt: undefined,
  }));
  return {
    id: `0-${start}`,
    final: true,
    text,
    words,
    start,
    end: start + words.length / 3,
    capturedAt: undefined,
    confidence: 1,
    channel: 0,
    speechFinal: true,
    fromFinalize: false,
    connection: 1,
    raw: {} as Transcript['raw'],
    ...rest,
  };
}

export function storyOfARun(tell?: (news: News) => void): Story {
  const story = new Story(tell);
  const seconds = (accepted: number, confirmed: number) => ({
    accepted,
    confirmed,
    pending: accepted - confirmed,
    dropped: 0,
  });
  const play = (fromMs: number, toMs: number) => {
    for (let atMs = fromMs; atMs < toMs; atMs += 50) {
      story.hear(0.02 + 0.06 * Math.abs(Math.sin(atMs / 700)), atMs);
      story.sent('audio', atMs);
    }
  };
  story.enter('connecting', 5);
  story.opened(seconds(0, 0), 20);
  story.enter('streaming', 20);
  play(50, 9_200);
  story.receive(said('and mister john dashwood had then leisure to consider', 0.2, { final: false }), 4_000);
  story.receive(
    said('and mister john dashwood had then leisure to consider how much there might be prudently', 0.2),
    8_000,
  );
  story.count(seconds(9.2, 7.1));
  story.pause(12, 9_200);
  story.sent('keep-alive', 12_200);
  story.enter('idle-keepalive', 12_200);
  story.sent('keep-alive', 15_200);
  story.sent('keep-alive', 18_200);
  story.sent('keep-alive', 21_190);
  story.resume(21_200);
  story.enter('streaming', 21_200);
  play(21_200, 25_000);
  story.receive(said('he was not an ill disposed young man', 7.3), 23_000);
  story.strike('cut');
  story.lost({ kind: 'network-lost', code: 1006 }, 25_000);
  story.enter('backoff', 25_000);
  story.enter('reconnecting', 25_040);
  story.opened(seconds(13, 10.8), 25_084);
  story.enter('streaming', 25_084);
  play(25_100, 33_000);
  story.receive(said('unless to be rather cold hearted', 11, { connection: 2, end: 16.8 }), 30_000);
  story.lost({ kind: 'server-silent', code: 1011, serverMessage: 'See https://dpgr.am/net0000' }, 33_000);
  story.enter('closed-1011', 33_000);
  story.enter('reconnecting', 33_001);
  story.opened(seconds(21.4, 16.8), 33_090);
  story.enter('streaming', 33_090);
  story.receive(said('had he married', 17, { final: false, connection: 3 }), 33_400);
  return story;
}
