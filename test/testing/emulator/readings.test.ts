/** Each switch, in both or all of its readings; the default is the first. */
import { describe, expect, test } from 'vitest';
import { judgeHandshake } from '../../../src/testing/emulator/handshake.ts';
import { type EmulatorOptions, settle } from '../../../src/testing/emulator/options.ts';
import { READING_NAMES, READINGS } from '../../../src/testing/emulator/readings.ts';
import { muxOgg } from '../../../src/testing/media/ogg.ts';
import { count, speak } from '../../../src/testing/recognisers/tone-speaker.ts';
import { BareClient, SAMPLE_RATE as sampleRate, silence } from './client.ts';

const bytesOf = (value: object) => new TextEncoder().encode(JSON.stringify(value));

function statusOf(query: string, options: EmulatorOptions = {}): number {
  const verdict = judgeHandshake(
    { url: `/v1/listen?${query}`, authorization: 'Token key' },
    { requestId: 'id', openConnections: 0, openDiarized: () => 0, settings: settle(options), wallTimeMs: 0 },
  );
  return 'accepted' in verdict ? 101 : verdict.refused.status;
}

test('every reading has its first choice as default, and refuses other values', () => {
  for (const name of READING_NAMES) {
    expect(settle({})[name]).toBe(Object.keys(READINGS[name].choices)[0]);
    expect(() => settle({ [name]: 'perhaps' })).toThrow(`${name} is "perhaps": give one of `);
  }
});

test.each([
  ['idleTimeoutMs', -1],
  ['maxPace', 0],
  ['maxConnections', NaN],
  ['noAudioTimeoutMs', 'never'],
])('the limit %s is not %s', (name, value) => {
  expect(() => settle({ [name]: value })).toThrow(`${name} is ${String(value)}`);
});

describe('handshakes', () => {
  test.each([
    [
      'shortUtteranceEnd',
      'interim_results=true&utterance_end_ms=500',
      400,
      { shortUtteranceEnd: 'accepted' as const },
      101,
    ],
    ['unknownModel', 'model=nova-9', 400, { unknownModel: 'accepted' as const }, 101],
    ['missingModel', '', 101, { missingModel: 'refused' as const }, 400],
    ['unknownParameters', 'model=nova-3&interim=true', 101, { unknownParameters: 'refused' as const }, 400],
    ['compressedAudio', 'encoding=opus&sample_rate=48000', 101, { compressedAudio: 'refused' as const }, 400],
  ])('%s: %s is %i, or with %o %i', (_, query, status, options, otherStatus) => {
    expect([statusOf(query), statusOf(query, options)]).toEqual([status, otherStatus]);
  });

  test.each([
    'model=nova-3-medical&keyterm=a',
    'model=nova-2-phonecall&keywords=a:2',
    'model=1b2c3d4e-0000-4000-8000-000000000001',
    'redact=pci&redact=numbers',
    'encoding=ogg-opus&sample_rate=48000',
    'encoding=amr-nb&sample_rate=8000',
    'model=nova-3&keywords=',
  ])('%s is accepted', (query) => expect(statusOf(query)).toBe(101));

  test.each([
    'model=nova-2&keyterm=a',
    'model=nova-3&keywords=a',
    'redact=everything',
    'diarize_model=v9',
    `tag=${'x'.repeat(129)}`,
    'callback=https://example.com',
    'encoding=flac&sample_rate=16000',
    'encoding=amr-wb&sample_rate=8000',
    'encoding=linear16&sample_rate=16000&channels=21',
  ])('%s is 400', (query) => expect(statusOf(query)).toBe(400));

  test('the limit of connections with diarization is one of its own', () => {
    const context = { requestId: 'id', openConnections: 60, settings: settle({}), wallTimeMs: 0 };
    const status = (query: string, openDiarized: number) => {
      const request = { url: `/v1/listen?${query}`, authorization: 'Token key' };
      const verdict = judgeHandshake(request, { ...context, openDiarized: () => openDiarized });
      return 'accepted' in verdict ? 101 : verdict.refused.status;
    };
    expect([status('diarize=true', 49), status('diarize=true', 50), status('', 50)]).toEqual([101, 429, 101]);
  });

  test.each([
    ['unpaid-key', 402, 'ASR_PAYMENT_REQUIRED'],
    ['forbidden-key', 403, 'INSUFFICIENT_PERMISSIONS'],
  ])('a key called %s is %i', (key, status, code) => {
    const verdict = judgeHandshake(
      { url: '/v1/listen', authorization: `Token ${key}` },
      { requestId: 'id', openConnections: 0, openDiarized: () => 0, settings: settle({}), wallTimeMs: 0 },
    );
    expect('refused' in verdict && [verdict.refused.status, JSON.parse(verdict.refused.body)]).toMatchObject([
      status,
      { err_code: code },
    ]);
  });
});

describe('sessions', () => {
  test('controlAsBinary: a KeepAlive sent as audio is noise, and does not hold the connection', () => {
    const ends = (['not-counted', 'counted'] as const).map((controlAsBinary) => {
      const client = new BareClient('', { controlAsBinary });
      client.stream(silence(1));
      for (let i = 0; i < 6; i += 1) {
        client.clock.advance(3_000);
        client.connection.receiveBinary(bytesOf({ type: 'KeepAlive' }));
      }
      return client.closed?.reason;
    });
    expect(ends).toEqual([expect.stringContaining('net0001'), undefined]);
  });

  test('emptyBinary: it ends the stream, or nothing happens', () => {
    const codes = (['closes', 'ignored'] as const).map((emptyBinary) => {
      const client = new BareClient('', { emptyBinary });
      client.connection.receiveBinary(new Uint8Array(0));
      return client.closed?.code;
    });
    expect(codes).toEqual([1000, undefined]);
  });

  test('unusedIdleClose: 1011, or 1000 as some report, with a duration of 0', () => {
    const closes = (['net-0001', 'normal'] as const).map((unusedIdleClose) => {
      const client = new BareClient('', { unusedIdleClose });
      client.clock.advance(10_100);
      return [client.of('Metadata')[0]?.duration, client.closed?.code];
    });
    expect(closes).toEqual([
      [0, 1011],
      [0, 1000],
    ]);
  });

  test('finalizeReply: for words, for any audio, or always', () => {
    const replies = (['when-speech', 'when-audio', 'always'] as const).map((finalizeReply) => {
      const client = new BareClient('endpointing=false', { finalizeReply });
      const repliesTo = (audio: Int16Array) => {
        const before = client.finals.length;
        client.stream(audio);
        client.send({ type: 'Finalize' });
        return client.finals.slice(before).filter(({ from_finalize: isReply }) => isReply).length;
      };
      return [silence(0), silence(0.5), speak([1], { sampleRate }), silence(0)].map(repliesTo);
    });
    expect(replies).toEqual([
      [0, 0, 1, 0],
      [0, 1, 1, 0],
      [0, 1, 1, 1],
    ]);
  });

  test('a Finalize without a reply loses no time: the next final begins where the last one ended', () => {
    const client = new BareClient('endpointing=false');
    client.stream(silence(0.5));
    client.send({ type: 'Finalize' });
    client.stream(speak([1], { sampleRate }));
    client.send({ type: 'Finalize' });
    expect(client.finals).toMatchObject([{ start: 0, duration: 1, from_finalize: true }]);
  });

  test('configureReply: one answer each, errors only, or a silent end of transcription', () => {
    const tooMany = Array.from({ length: 501 }, () => 'x');
    const answers = (['acknowledged', 'errors-only', 'over-limit-stalls'] as const).map((configureReply) => {
      const client = new BareClient('interim_results=true', { configureReply });
      client.send({ type: 'Configure', keyterms: ['a'] });
      client.send({ type: 'Configure', keyterms: tooMany });
      const types = client.messages.map(({ type }) => type);
      client.stream(silence(40));
      return [types, client.closed?.reason.includes('net0000') ?? false];
    });
    expect(answers).toEqual([
      [['ConfigureSuccess', 'ConfigureFailure'], false],
      [['Error'], false],
      [[], true],
    ]);
  });

  test('wrongEncoding: container bytes where raw audio was declared', () => {
    const { header, chunks } = muxOgg(speak(count(0, 80), { sampleRate }), { sampleRate });
    const ends = (['data-0000', 'net-0000', 'noise'] as const).map((wrongEncoding) => {
      const client = new BareClient('', { wrongEncoding });
      for (const chunk of [header, ...chunks]) {
        client.connection.receiveBinary(chunk.slice());
        client.clock.advance(900);
      }
      return client.closed && `${client.closed.code} ${client.closed.reason.slice(0, 9)}`;
    });
    expect(ends).toEqual(['1008 DATA-0000', expect.stringContaining('1011'), undefined]);
  });

  test('compressedAudio: Opus is timed and transcribed as silence, or refused with the reason', () => {
    const packet = Uint8Array.of(31 << 3, 1, 2, 3);
    const timed = new BareClient('encoding=opus&sample_rate=48000&interim_results=true');
    for (let i = 0; i < 200; i += 1) {
      timed.connection.receiveBinary(packet.slice());
      timed.clock.advance(20);
    }
    timed.send({ type: 'CloseStream' });
    expect(timed.connection.receivedAudioMs).toBe(4_000);
    expect(timed.of('Results').length).toBeGreaterThan(3);
    expect(timed.of('Metadata')).toMatchObject([{ duration: 4, channels: 1 }]);
  });

  test.each([
    ['FLAC', 'fLaC\0\0\0\u0022'],
    ['MP3', 'ID3\u0004\0\0\0\0'],
    ['MP4', '\0\0\0\u0018ftypmp42'],
  ])('%s without a decoder is closed with a reason that says whose fault it is', (name, opening) => {
    const client = new BareClient('container');
    client.connection.receiveBinary(Uint8Array.from(opening, (letter) => letter.charCodeAt(0)));
    expect(client.closed).toMatchObject({ code: 1008 });
    expect(client.closed?.reason).toContain(`no decoder for ${name} in this emulator`);
  });
});

test('the longest silence ends with the word that ends the stream', () => {
  const client = new BareClient('endpointing=300');
  client.stream(silence(1));
  client.connection.stallResults();
  client.send({ type: 'CloseStream' });
  client.clock.advance(60_000);
  expect(client.connection.longestOutboundSilenceMs).toBe(20);
});

test('Results carry entities and search hits where they were requested, and only there', () => {
  const client = new BareClient(
    'endpointing=300&interim_results=true&detect_entities=true&search=0002&search=none',
  );
  client.stream(speak([1, 2], { sampleRate, gapMs: 500 }));
  client.send({ type: 'CloseStream' });
  const finals = client.finals.flatMap(({ entities }) => entities as object[]);
  expect(finals).toMatchObject([
    { label: 'CARDINAL', value: '0001', start_word: 0, end_word: 1 },
    { value: '0002' },
  ]);
  expect(client.interims.every(({ entities }) => entities === undefined)).toBe(true);
  const hits = client.finals.flatMap(
    (final) => (final.channel as { search?: { query: string; hits: object[] }[] }).search,
  );
  expect(hits.filter((each) => each?.query === '0002').flatMap((each) => each?.hits)).toMatchObject([
    { snippet: '0002' },
  ]);
  const plain = new BareClient('endpointing=300');
  plain.stream(speak([1], { sampleRate, gapMs: 500 }));
  expect(plain.finals[0]).not.toHaveProperty('entities');
  expect(plain.finals[0]?.channel).not.toHaveProperty('search');
});

test('does not read audio beyond the backlog, and does not count the client as silent', () => {
  const client = new BareClient('', { maxBacklogMs: 5_000 });
  for (let i = 0; i < 8; i += 1) client.burst(silence(1));
  expect(client.isRead).toBe(false);
  expect(client.connection.idleLeftMs).toBeUndefined();
  client.clock.advance(4_000);
  expect(client.isRead).toBe(true);
  expect(client.connection.idleLeftMs).toBeGreaterThan(0);
});
