import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MuxedStream } from '../../../src/testing/media/muxed-stream.ts';
import { muxOgg } from '../../../src/testing/media/ogg.ts';
import { muxWav } from '../../../src/testing/media/wav.ts';
import { muxWebm } from '../../../src/testing/media/webm.ts';
import { seededRandom } from '../../../src/testing/network/random.ts';
import { count, interleave, speak } from '../../../src/testing/recognisers/tone-speaker.ts';
import { BareClient, spelled } from '../emulator/client.ts';
import { recut } from '../../recut.ts';

const sampleRate = 8_000;
const words = count(0, 8);
const audio = speak(words, { sampleRate });
const muxers = {
  wav: (samples: Int16Array, channels = 1) => muxWav(samples, { sampleRate, channels }),
  ogg: (samples: Int16Array, channels = 1) => muxOgg(samples, { sampleRate, channels }),
  webm: (samples: Int16Array, channels = 1) => muxWebm(samples, { sampleRate, channels }),
};
const containers = Object.keys(muxers).map((name) => ({
  name,
  mux: muxers[name === 'wav' || name === 'ogg' ? name : 'webm'],
}));

function send(pieces: readonly Uint8Array[], query = 'container'): BareClient {
  const client = new BareClient(query, { burstMs: 60_000 });
  for (const piece of pieces) client.connection.receiveBinary(piece);
  return client;
}

function whole({ header, chunks }: MuxedStream): Uint8Array[] {
  return [header, ...chunks];
}

test.each(containers)('$name is decoded however its bytes are cut', ({ mux }) => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 6_000 }), (seed, largest) => {
      const random = seededRandom(seed);
      const client = send(recut(mux(audio), () => 1 + random() * largest));
      client.send({ type: 'CloseStream' });
      expect(client.words()).toEqual(spelled(words));
      expect(client.of('Metadata')).toMatchObject([{ duration: 4 }]);
    }),
    { numRuns: 15 },
  );
});

test.each(containers)('$name without its header first is DATA-0000', ({ mux }) => {
  const client = send(mux(audio).chunks.slice(3));
  expect(client.closed).toMatchObject({ code: 1008 });
  expect(client.words()).toEqual([]);
});

test.each(containers)('$name carries several channels', ({ mux }) => {
  const woven = interleave(speak([1, 2], { sampleRate }), speak([3, 4], { sampleRate }));
  const client = send(whole(mux(woven, 2)), 'container&multichannel=true');
  client.send({ type: 'CloseStream' });
  expect([client.words(0), client.words(1)]).toEqual([spelled([1, 2]), spelled([3, 4])]);
});

test('a replay of the header and whole later clusters or pages gives the later words', () => {
  const webm = muxWebm(audio, { sampleRate, chunkMs: 1_000 });
  const ogg = muxOgg(audio, { sampleRate, chunkMs: 500 });
  for (const [stream, from] of [
    [webm, 2],
    [ogg, 4],
  ] as const) {
    const client = send([stream.header, ...stream.chunks.slice(from)]);
    client.send({ type: 'CloseStream' });
    expect(client.words()).toEqual(spelled(count(4, 4)));
  }
});

test('a replay of WebM from the middle of a cluster is DATA-0000, even behind the header', () => {
  const webm = muxWebm(audio, { sampleRate, chunkMs: 100 });
  const client = send([webm.header, ...webm.chunks.slice(3)]);
  expect(client.closed).toMatchObject({ code: 1008 });
});

test('a second header inside a stream, a damaged page and a page sent again are DATA-0000', () => {
  const [ogg, webm] = [muxOgg(audio, { sampleRate }), muxWebm(audio, { sampleRate })];
  const damaged = ogg.chunks[0]?.slice() ?? new Uint8Array(0);
  damaged[100] = (damaged[100] ?? 0) ^ 1;
  const streams = [
    [webm.header, webm.chunks[0], webm.header],
    [ogg.header, ogg.chunks[0], ogg.header],
    [ogg.header, damaged],
    [ogg.header, ogg.chunks[0], ogg.chunks[0]],
  ];
  for (const pieces of streams) {
    const client = send(pieces.filter((piece) => piece !== undefined));
    expect(client.closed).toMatchObject({ code: 1008 });
  }
});

test('random bytes never bring a demuxer down: they are audio, or DATA-0000', () => {
  const headers = [new Uint8Array(0), ...containers.map(({ mux }) => mux(audio).header)];
  fc.assert(
    fc.property(
      fc.constantFrom(...headers),
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      (header, noise) => {
        const client = send([header, noise].filter((bytes) => bytes.length > 0));
        expect([undefined, 1008]).toContain(client.closed?.code);
      },
    ),
    { numRuns: 500 },
  );
});
