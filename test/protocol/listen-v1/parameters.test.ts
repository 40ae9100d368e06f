import { expect, test } from 'vitest';
import { TranscriptionError } from '../../../src/errors.ts';
import {
  audioFormatOf,
  checkListenParameters,
  listenUrl,
  type ListenParameters,
} from '../../../src/protocol/listen-v1/parameters.ts';

test.each<[ListenParameters, RegExp]>([
  [{ encoding: 'linear16' }, /listen\.encoding is 'linear16' without sample_rate\. .*for a container/],
  [{ sample_rate: 16_000 }, /listen\.sample_rate is 16000 without encoding\. /],
  [{ encoding: 'linear16', sample_rate: 0 }, /listen\.sample_rate is 0\. Give a whole number from 1 to/],
  [{ encoding: 'linear16', sample_rate: 44_100.5 }, /listen\.sample_rate is 44100\.5/],
  [{ encoding: 'linear16', sample_rate: 16_000, channels: -1 }, /listen\.channels is -1/],
  [{ model: 'flux-general-en' }, /listen\.model is 'flux-general-en', a Flux model.*Write model: 'nova-3'/],
  [
    { utterance_end_ms: 500, interim_results: true },
    /utterance_end_ms is 500, and Deepgram refuses less than 1000/,
  ],
  [
    { utterance_end_ms: 1_000 },
    /utterance_end_ms is 1000 without interim_results.*Add interim_results: true/,
  ],
  [{ endpointing: Number.NaN }, /listen\.endpointing is NaN, which cannot go into a query/],
  [{ keyterm: [null] as never }, /listen\.keyterm is null/],
  [{ model: (() => 'x') as never }, /listen\.model is .*cannot go into a query/],
  [{ model: 'nova-3', keywords: ['a'] }, /listen\.keywords is .*refuses with model 'nova-3'\. Write keyterm/],
  [{ model: 'nova-3-medical', keywords: 'a' }, /listen\.keywords is 'a'/],
  [{ model: 'nova-2', keyterm: ['a'] }, /listen\.keyterm is .*model is 'nova-2'\. Write model: 'nova-3'/],
  [{ diarize: true, diarize_model: 'v1' }, /listen\.diarize is true beside diarize_model.*Leave diarize out/],
  [{ interimResults: true }, /listen\.interimResults is no parameter.*Write interim_results/],
  [{ punctuation: true }, /Write punctuate\./],
  [{ diarization: true }, /Write diarize\./],
  [{ keyterms: ['a'] }, /Write keyterm\./],
  [{ sampleRate: 16_000 }, /Write sample_rate\./],
  [{ languge: 'en' }, /listen\.languge is no parameter.*Write language/],
  [{ vad_event: true }, /Write vad_events\./],
])('%o is refused: value, why, remedy', (parameters: object, message) => {
  const listen = parameters as ListenParameters;
  expect(() => checkListenParameters(listen)).toThrow(TranscriptionError);
  expect(() => checkListenParameters(listen)).toThrow(message);
});

test.each<[ListenParameters]>([
  [{}],
  [{ model: 'nova-3', language: 'multi', smart_format: true }],
  [{ encoding: 'linear16', sample_rate: 8_000, channels: 2, multichannel: true }],
  [{ utterance_end_ms: 1_000, interim_results: true, endpointing: false }],
  [{ keyterm: ['a', 'b'], tomorrow: 7, language: undefined }],
  [{ model: 'nova-2', keywords: ['a:2'] }],
  [{ model: '6f548761-c9c0-429a-9315-11a1d28499c8', keyterm: ['a'] }],
  [{ model: 'nova-3', keywords: undefined, keyterm: 'a', diarize_model: 'v1' }],
  [{ diarize_v9: true, endpointing_mode: 'x', interimResults: undefined }],
])('%o is accepted', (listen) => {
  expect(() => checkListenParameters(listen)).not.toThrow();
});

test('an array is repeated, what is undefined is left out, text is escaped', () => {
  const url = new URL(
    listenUrl('wss://host/prefix', {
      keyterm: ['a b', 'c&d', '\ud83d😀'],
      language: undefined,
      endpointing: false,
      model: 'nova-3',
    }),
  );
  expect(url.pathname).toBe('/prefix/v1/listen');
  expect([...url.searchParams]).toEqual([
    ['keyterm', 'a b'],
    ['keyterm', 'c&d'],
    ['keyterm', '\ufffd😀'],
    ['endpointing', 'false'],
    ['model', 'nova-3'],
  ]);
});

test.each<[ListenParameters, object]>([
  [{}, { kind: 'container' }],
  [{ encoding: 'ogg-opus', sample_rate: 48_000 }, { kind: 'container' }],
  [{ encoding: 'opus', sample_rate: 48_000 }, { kind: 'packets' }],
  [
    { encoding: 'linear16', sample_rate: 16_000 },
    { kind: 'raw', sampleRate: 16_000, frameBytes: 2, silentByte: 0 },
  ],
  [
    { encoding: 'linear32', sample_rate: 8_000, channels: 2 },
    { kind: 'raw', sampleRate: 8_000, frameBytes: 8, silentByte: 0 },
  ],
  [
    { encoding: 'mulaw', sample_rate: 8_000 },
    { kind: 'raw', sampleRate: 8_000, frameBytes: 1, silentByte: 0xff },
  ],
  [
    { encoding: 'alaw', sample_rate: 8_000 },
    { kind: 'raw', sampleRate: 8_000, frameBytes: 1, silentByte: 0xd5 },
  ],
])('%o is audio of a known kind', (listen, format) => {
  expect(audioFormatOf(listen)).toEqual(format);
});

test.each(['token', 'TOKEN', 'api_key', 'apiKey', 'access_token', 'accessToken'])(
  'a secret by the name of %s would be in the URL, and is refused without being shown',
  (name) => {
    const check = () => checkListenParameters({ [name]: 'hush' });
    expect(check).toThrow(`listen.${name} would go into the URL`);
    expect(check).not.toThrow('hush');
  },
);

test.each(['tokens', 'my_token', 'keyterm'])('%s is no secret', (name) => {
  expect(() => checkListenParameters({ [name]: 'word' })).not.toThrow();
});

test('without parameters the address is the path alone', () => {
  expect(listenUrl('wss://host/prefix', {})).toBe('wss://host/prefix/v1/listen');
});

test.each(['constructor', 'toString', '__proto__'])('the encoding %s is no raw format', (encoding) => {
  expect(audioFormatOf({ encoding, sample_rate: 16_000 })).toEqual({ kind: 'packets' });
});
