import { bytesOf } from './voice.ts';
import { describe, expect, test } from 'vitest';
import { interleave, speakNumbered } from '../../src/testing/index.ts';
import { RATE, type Story, tell } from './story.ts';

describe('finalize()', () => {
  test('is answered as soon as the server has decided, behind the audio it follows [G4]', async () => {
    const story = await tell();
    await story.speak(5.4);
    await story.finishWord();
    const askedAt = story.clock.now();
    const sent = story.link.frames.filter(({ kind }) => kind === 'audio').length;
    const answer = story.live.finalize();
    await story.wait(0.2);
    expect(await answer).toBe(true);
    expect(story.finals.at(-1)).toMatchObject({ fromFinalize: true });
    expect(story.link.frames[sent]).toMatchObject({ text: '{"type":"Finalize"}', atMs: askedAt });
    expect(story.live.ledger.pending).toBe(0);
    await story.speak(6);
    await story.close();
    story.expectEveryWordOnce();
  });

  test('resolves to true at once where no audio was sent', async () => {
    const story = await tell();
    expect(await story.live.finalize()).toBe(true);
    story.live.abort();
  });

  test('settles in time though no answer comes [G9]', async () => {
    const story = await tell();
    await story.speak(5.3);
    story.server.stallResults();
    let answer: boolean | undefined;
    void story.live.finalize().then((isFinal) => (answer = isFinal));
    await story.wait(1.4);
    expect(answer).toBe(undefined);
    await story.wait(0.2);
    expect(answer).toBe(false);
    story.live.abort();
    await story.expectNothingLeft();
  });

  test('that has settled is not repeated on the next connection [G4]', async () => {
    const story = await tell();
    await story.speak(5.3);
    story.server.stallResults();
    void story.live.finalize();
    await story.speak(3);
    story.network.cut();
    await story.speak(6);
    expect(story.link.frames.filter(({ text }) => text?.includes('Finalize'))).toEqual([]);
    story.live.abort();
  });

  test('during an outage waits for the connection, at most for its time [G4]', async () => {
    const story = await tell();
    await story.speak(5.3);
    story.network.offline = true;
    story.network.cut();
    const answer = story.live.finalize();
    await story.wait(30);
    expect(await answer).toBe(false);
    story.network.offline = false;
    await story.speak(6);
    await story.wait(30);
    expect(story.link.frames.filter(({ text }) => text?.includes('Finalize'))).toEqual([]);
    story.live.abort();
    await story.expectNothingLeft();
  });

  test('is settled by abort(), for any number of requests [G5]', async () => {
    const story = await tell();
    await story.speak(5.3);
    story.server.stallResults();
    const answers = [story.live.finalize(), story.live.finalize(), story.live.finalize()];
    story.live.abort();
    expect(await Promise.all(answers)).toEqual([false, false, false]);
    await story.expectNothingLeft();
  });
});

describe('finalizeAfterMs', () => {
  const finalizes = (story: Story) => story.link.frames.filter(({ text }) => text?.includes('Finalize'));

  test('gives the last words before a pause as final, when the source has been silent for so long [G4]', async () => {
    const story = await tell({ finalizeAfterMs: 700 });
    await story.speak(5.4);
    await story.finishWord();
    const pausedAt = story.clock.now();
    await story.pause(60);
    expect(finalizes(story).map(({ atMs }) => atMs - pausedAt)).toEqual([700]);
    expect(story.heardText).toBe(story.spokenText);
    expect(story.utterances.map(({ text }) => text)).toEqual([story.spokenText]);
    await story.speak(5.4);
    await story.pause(5);
    expect(finalizes(story).length).toBe(2);
    await story.close();
    expect(story.heardText.split(' ').length).toBeGreaterThanOrEqual(story.spoken.length - 1);
  });

  test('without it they stay interim through the pause', async () => {
    const story = await tell();
    await story.speak(5.4);
    await story.pause(60);
    expect(story.transcripts.at(-1)?.final).toBe(false);
    story.live.abort();
  });

  test('gives nothing where everything is final, and nothing while audio flows', async () => {
    const story = await tell({ finalizeAfterMs: 700 });
    await story.speak(30);
    await story.finishWord();
    void story.live.finalize();
    await story.pause(30);
    expect(finalizes(story).length).toBe(1);
    await story.close();
    story.expectEveryWordOnce();
  });

  test('requests again on the next connection, behind the replay, where the link was lost in the pause', async () => {
    const story = await tell({ finalizeAfterMs: 700 });
    await story.speak(5.4);
    await story.finishWord();
    story.network.offline = true;
    story.network.cut();
    await story.pause(20);
    story.network.offline = false;
    await story.pause(40);
    expect(story.heardText).toBe(story.spokenText);
    expect(finalizes(story).length).toBe(1);
    await story.close();
    story.expectEveryWordOnce();
  });

  test('leaves no timer when the session ends in the pause [G5]', async () => {
    for (const end of ['close', 'abort'] as const) {
      const story = await tell({ finalizeAfterMs: 5_000 });
      await story.speak(5.4);
      if (end === 'close') await story.close();
      else story.live.abort();
      await story.expectNothingLeft();
    }
  });
});

describe('control messages', () => {
  test('of the old connection are not sent on the new one [G4]', async () => {
    const story = await tell({ weather: { uplinkBytesPerSecond: 500 } });
    await story.speak(20);
    const closing = story.live.close();
    story.network.cut();
    story.network.conditions.uplinkBytesPerSecond = Infinity;
    await story.wait(40);
    expect((await closing).outcome).toBe('drained');
    for (const link of story.network.links) {
      const texts = link.frames.flatMap(({ text }, index) => (text?.includes('CloseStream') ? [index] : []));
      expect(texts.length).toBeLessThanOrEqual(1);
      for (const index of texts) expect(index).toBe(link.frames.length - 1);
    }
    story.expectEveryWordOnce();
  });
});

describe('utterances', () => {
  test('finalize() at a pause ends one, and both sides of the pause stay apart [G6]', async () => {
    const story = await tell();
    await story.speak(5.4);
    await story.finishWord();
    const before = story.spokenText;
    void story.live.finalize();
    await story.pause(12);
    expect(story.utterances.map(({ text, endedBy }) => [text, endedBy])).toEqual([[before, 'finalize']]);
    await story.speak(6);
    await story.close();
    expect(story.utterances.map(({ endedBy }) => endedBy)).toEqual(['finalize', 'close']);
    expect(story.utterances.map(({ text }) => text).join(' ')).toBe(story.spokenText);
  });

  test('finalize() ends one though all of it is final already, or no answer comes', async () => {
    for (const server of [{ finalizeReply: 'when-speech' }, { finalizeReply: 'always' }] as const) {
      const story = await tell({ server, listen: { endpointing: false } });
      await story.speak(5.4);
      await story.finishWord();
      void story.live.finalize();
      await story.hush(2);
      expect(story.utterances).toEqual([]);
      void story.live.finalize();
      await story.wait(2);
      expect(story.utterances.map(({ text, endedBy }) => [text, endedBy])).toEqual([
        [story.spokenText, 'finalize'],
      ]);
      story.live.abort();
    }
  });

  test('finalize() while the speaker goes on ends none', async () => {
    const story = await tell();
    await story.speak(5.4);
    await story.finishWord();
    const answer = story.live.finalize();
    await story.speak(0.6);
    expect(await answer).toBe(true);
    await story.speak(3);
    await story.close();
    expect(story.utterances.map(({ text, endedBy }) => [text, endedBy])).toEqual([
      [story.spokenText, 'close'],
    ]);
  });

  test('a Finalize delayed by an outage beyond the pause ends the utterance before it', async () => {
    const story = await tell({ finalizeMs: 30_000 });
    await story.speak(5.4);
    await story.finishWord();
    const before = story.spokenText;
    story.network.offline = true;
    story.network.cut();
    const answer = story.live.finalize();
    await story.pause(12);
    await story.speak(2);
    story.network.offline = false;
    await story.speak(20);
    await story.finishWord();
    expect(await answer).toBe(true);
    await story.close();
    expect(story.utterances[0]).toMatchObject({ text: before, endedBy: 'finalize' });
    expect(story.utterances.map(({ text }) => text).join(' ')).toBe(story.spokenText);
  });

  test('an utterance is never emitted before its last transcript, however long it is [G6]', async () => {
    const story = await tell({ listen: { endpointing: false } });
    const order: string[] = [];
    story.live.transcripts$.subscribe(({ final, text }) => final && text && order.push(text));
    story.live.utterances$.subscribe(({ text }) => order.push(`utterance: ${text}`));
    while (!order.at(-1)?.startsWith('utterance')) await story.speak(2);
    const utterance = order.pop();
    expect(order.length).toBe(100);
    expect(utterance).toBe(`utterance: ${order.join(' ')}`);
    story.live.abort();
  });

  test('join finals until the speaker pauses', async () => {
    const story = await tell();
    await story.speak(9);
    await story.hush(1);
    await story.speak(3);
    await story.close();
    expect(story.utterances.map(({ endedBy }) => endedBy)).toEqual(['speech-final', 'close']);
    expect(story.utterances.map(({ text }) => text).join(' ')).toBe(story.spokenText);
  });

  test('have every word once, for any cuts', async () => {
    const story = await tell({ listen: { utterance_end_ms: 1_000 } });
    for (let turn = 0; turn < 5; turn += 1) {
      await story.speak(6);
      if (turn % 2 === 0) story.network.cut();
      await story.hush(2);
    }
    await story.close();
    expect(story.utterances.map(({ text }) => text).join(' ')).toBe(story.spokenText);
    story.expectEveryWordOnce();
  });
});

describe('several channels', () => {
  const word = (number: number, gapMs: number) => speakNumbered([number], { sampleRate: RATE, gapMs });

  /** Two speakers at once; the second says fewer words with longer gaps, so that its finals fall elsewhere. */
  async function speakBoth(
    story: Story,
    seconds: number,
    from: { first: number; second: number },
  ): Promise<void> {
    const first = Array.from({ length: Math.ceil(seconds / 0.6) }, (_, i) => word(from.first + i, 100));
    const second = Array.from({ length: Math.ceil(seconds / 1.1) }, (_, i) => word(from.second + i, 600));
    const join = (parts: Int16Array[]) =>
      Int16Array.from(parts.flatMap((part) => [...part])).subarray(0, seconds * RATE);
    const both = interleave(join(first), join(second));
    for (let at = 0; at < both.length; at += 40) {
      await story.wait(0.02);
      story.live.send(bytesOf(both.subarray(at, at + 40)));
    }
  }

  test('no word of the faster channel is doubled after a replay, none of the slower lost [G3]', async () => {
    for (const cutAt of [6.6, 7.26, 9.9, 12.1]) {
      const story = await tell({ listen: { channels: 2, multichannel: true } });
      const whole = Math.round(cutAt / 6.6) * 6.6;
      await speakBoth(story, whole, { first: 1, second: 5_001 });
      story.network.cut();
      await speakBoth(story, 13.2, { first: 1 + whole / 0.6, second: 5_001 + whole / 1.1 });
      await story.close();
      for (const channel of [0, 1]) {
        const heard = story.finals
          .filter((transcript) => transcript.channel === channel)
          .flatMap(({ words }) => words.map((each) => Number(each.word)));
        const first = channel === 0 ? 1 : 5_001;
        const total = (whole + 13.2) / (channel === 0 ? 0.6 : 1.1);
        expect(heard).toEqual(Array.from({ length: Math.round(total) }, (_, i) => first + i));
      }
    }
  });

  test('confirmed is what is final on every channel [G2]', async () => {
    const story = await tell({ listen: { channels: 2, multichannel: true } });
    const frontiers = new Map([
      [0, 0],
      [1, 0],
    ]);
    let checked = 0;
    story.live.transcripts$.subscribe(({ final, channel, end }) => {
      if (final) frontiers.set(channel, end);
    });
    story.live.messages$.subscribe(() => {
      expect(story.live.ledger.confirmed / RATE).toBeLessThanOrEqual(Math.max(...frontiers.values()) + 4);
      checked += 1;
    });
    await speakBoth(story, 13.2, { first: 1, second: 5_001 });
    expect(checked).toBeGreaterThan(5);
    const slowest = Math.min(...frontiers.values());
    expect(story.live.ledger.confirmed / RATE).toBeLessThanOrEqual(slowest + 1e-6);
    story.live.abort();
  });
});

describe('times', () => {
  test('are on one session clock through cuts, pauses and dropped stretches [G3]', async () => {
    const story = await tell({ log: { maxSeconds: 15 } });
    await story.speak(6);
    await story.pause(17);
    await story.speak(4.7);
    story.network.cut();
    await story.speak(9);
    await story.pause(65);
    story.network.offline = true;
    story.network.cut();
    await story.speak(40);
    story.network.offline = false;
    await story.speak(12);
    await story.finishWord();
    await story.hush(3);
    await story.speak(6);
    await story.close();
    expect(story.live.ledger.dropped).toBeGreaterThan(10_000);
    story.expectOnlyAnnouncedLost();
  });

  test('transcripts never go backwards on one channel [G3]', async () => {
    const story = await tell();
    for (let cut = 0; cut < 5; cut += 1) {
      await story.speak(5.13);
      story.network.cut();
    }
    await story.close();
    const ends = story.finals.map(({ end }) => end);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    for (const { words, start, end } of story.finals) {
      for (const each of words) {
        expect(each.start).toBeGreaterThanOrEqual(start - 1e-6);
        expect(each.end).toBeLessThanOrEqual(end + 1e-6);
      }
    }
  });

  test('a wall clock that is set does not move the times of earlier words', async () => {
    const story = await tell();
    await story.speak(6);
    story.clock.jumpWallTime(3_600_000);
    await story.wait(0);
    await story.pause(2);
    await story.speak(6);
    await story.close();
    const gap = (story.heard.at(-1)?.capturedAt ?? 0) - (story.heard[0]?.capturedAt ?? 0);
    expect(gap).toBeGreaterThan(3_600_000);
  });
});
