import { expect, test } from 'vitest';
import type { RecogniserFactory } from '../../../src/testing/recognisers/recogniser.ts';
import { count, interleave, speak, speakScript } from '../../../src/testing/recognisers/tone-speaker.ts';
import { toneRecogniser } from '../../../src/testing/recognisers/tone.ts';
import { BareClient, SAMPLE_RATE, silence, spelled, wordsOf } from './client.ts';

const sampleRate = SAMPLE_RATE;
const NET_0001 =
  'Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001';

test('finals have every word once, in order, and cover the audio without a gap', () => {
  const client = new BareClient('interim_results=true&endpointing=300');
  client.stream(
    speakScript([{ say: count(0, 40) }, { pauseMs: 2_000 }, { say: count(40, 10) }], { sampleRate }),
  );
  client.send({ type: 'CloseStream' });
  expect(client.words()).toEqual(spelled(count(0, 50)));
  let cursor = 0;
  for (const final of client.finals) {
    expect(final.start).toBeCloseTo(cursor, 6);
    cursor = (final.start ?? 0) + (final.duration ?? 0);
  }
  expect(cursor).toBeCloseTo(50 * 0.5 + 2, 5);
});

test('interims come about once a second, silence included, and only when requested', () => {
  const asked = new BareClient('interim_results=true&endpointing=300');
  asked.stream(silence(10));
  expect(asked.of('Results').length).toBeGreaterThanOrEqual(8);
  expect(asked.of('Results').length).toBeLessThanOrEqual(12);
  const unasked = new BareClient('endpointing=300');
  unasked.stream(speak(count(0, 20), { sampleRate }));
  expect(unasked.interims).toEqual([]);
  expect(unasked.finals.length).toBeGreaterThan(0);
});

test('a pause gives speech_final, and speech_final is always final', () => {
  const client = new BareClient('interim_results=true&endpointing=300');
  client.stream(
    speakScript([{ say: [1, 2] }, { pauseMs: 1_000 }, { say: [3] }, { pauseMs: 1_000 }], { sampleRate }),
  );
  const endpoints = client.of('Results').filter((message) => message.speech_final);
  expect(endpoints.map(wordsOf)).toEqual([['0001', '0002'], ['0003']]);
  expect(endpoints.every((message) => message.is_final)).toBe(true);
});

test('a client silent for ten seconds gets Metadata, and 25 ms later 1011 NET-0001', () => {
  const client = new BareClient();
  client.stream(silence(1));
  client.clock.advance(10_000 - 20 - 1);
  expect(client.of('Metadata')).toEqual([]);
  client.clock.advance(1);
  expect(client.of('Metadata')).toMatchObject([{ duration: 1, channels: 1, sha256: 'incomplete' }]);
  expect(client.closed).toBeUndefined();
  client.clock.advance(25);
  expect(client.closed).toEqual({ atMs: 980 + 10_025, code: 1011, reason: NET_0001 });
  expect(client.clock.pendingTimers).toBe(0);
});

test('Metadata has the seconds of processed audio, which may be less than received', () => {
  const client = new BareClient('', { maxPace: 1.25 });
  client.burst(silence(30));
  client.clock.advance(10_000);
  const [metadata] = client.of('Metadata');
  expect(metadata?.duration).toBeGreaterThan(10);
  expect(metadata?.duration).toBeLessThan(20);
});

test('idleTimeoutMs sets the idle timeout', () => {
  const client = new BareClient('', { idleTimeoutMs: 12_000 });
  client.clock.advance(11_999);
  expect(client.closed).toBeUndefined();
  client.clock.advance(26);
  expect(client.closed?.reason).toBe(NET_0001);
});

test('KeepAlive holds a connection that has carried audio, and does not move the audio clock', () => {
  const client = new BareClient('endpointing=300');
  client.stream(speak([1], { sampleRate, gapMs: 500 }));
  client.keepAlive(120_000);
  expect(client.closed).toBeUndefined();
  client.stream(speak([2], { sampleRate, gapMs: 500 }));
  const second = client.finals.find((final) => wordsOf(final).includes('0002'));
  expect(second?.channel?.alternatives[0]?.words[0]?.start).toBeCloseTo(0.82, 2);
  expect(client.connection.longestOutboundSilenceMs).toBeLessThanOrEqual(3_020);
});

test('KeepAlive alone does not hold a connection that never carried audio, by default', () => {
  const harsh = new BareClient();
  harsh.keepAlive(30_000);
  expect(harsh.closed).toMatchObject({ atMs: 10_025, code: 1011, reason: NET_0001 });
  const lenient = new BareClient('', { keepAliveHolds: 'always' });
  lenient.keepAlive(120_000);
  expect(lenient.closed).toBeUndefined();
});

test('with keepAliveHolds after-results a moment of audio is not enough: NET-0000', () => {
  const readings = (['after-results', 'after-audio'] as const).map((keepAliveHolds) => {
    const client = new BareClient('interim_results=true', { keepAliveHolds });
    client.stream(silence(0.2));
    client.keepAlive(120_000);
    return client.closed?.reason;
  });
  expect(readings).toEqual([expect.stringContaining('net0000'), undefined]);
});

test('KeepAlive in a binary frame is audio: it decodes to noise, and is no control message', () => {
  const client = new BareClient();
  client.connection.receiveBinary(new TextEncoder().encode('{"type":"KeepAlive"}'));
  expect(client.connection.controlMessages).toEqual([]);
  expect(client.connection.receivedAudioMs).toBeGreaterThan(0);
});

test('pings do not hold a connection', () => {
  const client = new BareClient();
  client.stream(silence(1));
  for (let i = 0; i < 5; i += 1) {
    client.connection.receivePing();
    client.clock.advance(2_500);
  }
  expect(client.closed?.reason).toBe(NET_0001);
});

test('a long pause held by KeepAlive is no failure of the server, with a little audio still undecided', () => {
  const client = new BareClient('endpointing=300');
  client.stream(speak(count(0, 60), { sampleRate, gapMs: 500 }));
  client.keepAlive(120_000);
  expect(client.closed).toBeUndefined();
});

test('stalled results end in NET-0000 after thirty seconds without a message', () => {
  const client = new BareClient('interim_results=true');
  client.stream(silence(20));
  client.connection.stallResults();
  client.stream(silence(40));
  // The last message answered the frame of 19.48 s; the count begins with the first frame left unanswered.
  expect(client.closed).toMatchObject({ atMs: 49_500, code: 1011 });
  expect(client.closed?.reason).toContain('net0000');
});

test('KeepAlive does not replace audio for ever: NET-0002 follows', () => {
  const client = new BareClient('', { noAudioTimeoutMs: 60_000 });
  client.stream(silence(1));
  client.keepAlive(120_000);
  expect(client.closed).toMatchObject({ atMs: 980 + 60_025, code: 1011 });
  expect(client.closed?.reason).toContain('no_audio_timeout');
});

test('CloseStream is answered by the last Results, then Metadata with the seconds processed, then 1000', () => {
  const client = new BareClient('endpointing=false');
  client.stream(speak([7, 8], { sampleRate }));
  client.send({ type: 'CloseStream' });
  expect(client.words()).toEqual(['0007', '0008']);
  expect(client.finals).toMatchObject([{ from_finalize: false }]);
  expect(client.messages.at(-1)).toMatchObject({
    type: 'Metadata',
    transaction_key: 'deprecated',
    request_id: client.connection.requestId,
    duration: 1,
    channels: 1,
  });
  expect(client.closed).toMatchObject({ code: 1000 });
  expect(client.clock.pendingTimers).toBe(0);
});

test('an empty binary message ends the stream as CloseStream does', () => {
  const client = new BareClient();
  client.stream(speak([7], { sampleRate }));
  client.connection.receiveBinary(new Uint8Array(0));
  expect(client.words()).toEqual(['0007']);
  expect(client.closed).toMatchObject({ code: 1000 });
});

test('CloseStream without any audio: Metadata has no seconds and no channels', () => {
  const client = new BareClient();
  client.send({ type: 'CloseStream' });
  expect(client.messages).toMatchObject([{ type: 'Metadata', duration: 0, channels: 0 }]);
});

test('Finalize decides buffered audio and replies, and has no reply without any', () => {
  const client = new BareClient('endpointing=false');
  client.stream(speak([5], { sampleRate }));
  client.send({ type: 'Finalize' });
  expect(client.finals).toMatchObject([{ from_finalize: true, start: 0, duration: 0.5 }]);
  expect(client.words()).toEqual(['0005']);
  client.send({ type: 'Finalize' });
  expect(client.finals).toHaveLength(1);
});

test('Finalize of one channel leaves the others alone', () => {
  const client = new BareClient(
    `encoding=linear16&sample_rate=${sampleRate}&channels=2&multichannel=true&endpointing=false`,
  );
  const [left, right] = [speak([1, 2], { sampleRate }), speak([11, 12], { sampleRate })];
  client.stream(interleave(left, right), 2 * sampleRate);
  client.send({ type: 'Finalize', channel: 1 });
  expect(client.finals).toMatchObject([{ channel_index: [1, 2], from_finalize: true }]);
  expect(client.words(1)).toEqual(['0011', '0012']);
  client.send({ type: 'CloseStream' });
  expect(client.words(0)).toEqual(['0001', '0002']);
  expect(client.of('Metadata')).toMatchObject([{ channels: 2 }]);
});

test('UtteranceEnd follows from the gap between words, once for each', () => {
  const client = new BareClient('interim_results=true&utterance_end_ms=1000&endpointing=300');
  client.stream(
    speakScript([{ say: [1, 2] }, { pauseMs: 4_000 }, { say: [3] }, { pauseMs: 3_000 }], { sampleRate }),
  );
  const ends = client.of('UtteranceEnd');
  expect(ends).toHaveLength(2);
  expect(ends[0]?.['last_word_end']).toBeCloseTo(0.82, 2);
  expect(ends[0]?.channel).toEqual([0, 1]);
});

test('SpeechStarted comes with vad_events, at each start of speech', () => {
  const script = speakScript([{ say: [1, 2] }, { pauseMs: 2_000 }, { say: [3] }, { pauseMs: 2_000 }], {
    sampleRate,
  });
  const asked = new BareClient('interim_results=true&vad_events=true&endpointing=300');
  asked.stream(script);
  expect(asked.of('SpeechStarted')).toHaveLength(2);
  const unasked = new BareClient('interim_results=true&endpointing=300');
  unasked.stream(script);
  expect(unasked.of('SpeechStarted')).toEqual([]);
});

test('text that is no known message is answered with an Error and harms nothing', () => {
  const client = new BareClient('endpointing=300');
  for (const text of ['', 'hello', '[]', 'null', '{"type":"Nonsense"}', '{"type":"KeepAlive","every":3}']) {
    client.connection.receiveText(text);
  }
  expect(client.of('Error')).toHaveLength(6);
  expect(client.of('Error').every((error) => error['variant'] === 'SchemaError')).toBe(true);
  client.stream(speak([9], { sampleRate, gapMs: 500 }));
  expect(client.words()).toEqual(['0009']);
});

test('Configure is acknowledged once, or refused once', () => {
  const client = new BareClient();
  client.send({ type: 'Configure', keyterms: ['ada'] });
  client.send({ type: 'Configure', keyterms: Array.from({ length: 501 }, () => 'x') });
  client.send({ type: 'Configure', colour: 'red' });
  expect(client.messages.map((message) => message.type)).toEqual([
    'ConfigureSuccess',
    'ConfigureFailure',
    'Error',
  ]);
  expect(client.messages[0]).toMatchObject({ keyterms: ['ada'] });
});

test('audio faster than 1.25 times real time is processed late, in order, and not refused', () => {
  const client = new BareClient('endpointing=300');
  const audio = speak(count(0, 60), { sampleRate });
  const chunk = sampleRate / 10;
  for (let at = 0; at < audio.length; at += chunk) client.burst(audio.subarray(at, at + chunk));
  client.send({ type: 'CloseStream' });
  // One second at once, the other 29 at 1.25 times real time.
  client.clock.advance(22_900);
  expect(client.closed).toBeUndefined();
  client.clock.advance(400);
  expect(client.closed).toMatchObject({ code: 1000 });
  expect(client.words()).toEqual(spelled(count(0, 60)));
});

test('a file sent as one message takes as long as in small ones', () => {
  const client = new BareClient('endpointing=300');
  client.burst(speak(count(0, 60), { sampleRate }));
  client.send({ type: 'CloseStream' });
  client.clock.advance(10_000);
  const heard = client.words().length;
  // One second at once, then 1.25 seconds each second; the last final may be open.
  expect(heard).toBeGreaterThan(15);
  expect(heard).toBeLessThanOrEqual(27);
  client.clock.advance(13_300);
  expect(client.closed).toMatchObject({ code: 1000 });
  expect(client.words()).toEqual(spelled(count(0, 60)));
  expect(client.of('Metadata')).toMatchObject([{ duration: 30 }]);
});

test('at real time the pace limit costs nothing, and a processing delay costs exactly itself', () => {
  const direct = new BareClient('endpointing=300');
  const delayed = new BareClient('endpointing=300', { processingDelayMs: 400 });
  for (const client of [direct, delayed]) {
    client.stream(speak([1], { sampleRate, gapMs: 400 }));
    client.clock.advance(2_000);
  }
  const [at, later] = [direct, delayed].map((client) => client.emulator.finals[0]?.atMs ?? 0);
  expect((later ?? 0) - (at ?? 0)).toBe(400);
});

test('raw audio without a format in the query is refused with DATA-0000, or leads to NET-0000', () => {
  const refused = new BareClient('container');
  refused.stream(speak([1], { sampleRate }));
  expect(refused.closed).toMatchObject({ atMs: 0, code: 1008 });
  expect(refused.closed?.reason).toContain('DATA-0000');
  const swallowed = new BareClient('container', { missingHeader: 'net-0000' });
  swallowed.stream(speak(count(0, 80), { sampleRate }));
  expect(swallowed.closed?.reason).toContain('net0000');
  expect(swallowed.closed?.atMs).toBe(30_000);
});

test('messages after a Finalize wait for a slow recogniser', () => {
  const slow: RecogniserFactory = (format, listener) => {
    const inner = toneRecogniser(format, listener);
    return {
      accept: (samples) => inner.accept(samples),
      flush: (flushed) => client.clock.setTimeout(() => inner.flush(flushed), 200),
      close: () => inner.close(),
    };
  };
  const client = new BareClient('endpointing=false', { recogniser: slow });
  client.burst(speak([1], { sampleRate }));
  client.send({ type: 'Finalize' });
  client.burst(speak([2], { sampleRate }));
  client.send({ type: 'CloseStream' });
  client.clock.advance(399);
  expect(client.finals).toMatchObject([{ from_finalize: true }]);
  client.clock.advance(1);
  expect(client.finals.map(wordsOf)).toEqual([['0001'], ['0002']]);
  expect(client.closed).toMatchObject({ code: 1000 });
});

test('a text counts in bytes, as it came over the wire', () => {
  const client = new BareClient();
  client.send({ type: 'Configure', keyterms: ['Dvořák'] });
  const [message] = client.connection.received;
  expect(message?.bytes).toBe(new TextEncoder().encode(message?.text).length);
  expect(client.connection.receivedBytes).toBe((message?.text?.length ?? 0) + 2);
});
